"""What every ``Embedder`` must do; subclass it and give it an ``embedder`` fixture."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from retrieval.embedding import Embedder

TEXTS = (
    "The moderators can pin a message in any channel.",
    "Pinning needs the permission to manage messages; a moderator has it.",
    "",
    "My sourdough starter smells of vinegar after a week in the fridge.",
    "   \n\t ",
    "日本語のテキスト 🙂",
    "a",
    "word " * 150,
)


class EmbedderContract:
    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_gives_one_float32_row_for_each_text(self, embedder: Embedder) -> None:
        vectors = embedder.embed_passages(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.dimensions)
        assert vectors.dtype == np.float32

    def test_gives_an_empty_matrix_for_no_texts(self, embedder: Embedder) -> None:
        vectors = embedder.embed_passages([])
        assert vectors.shape == (0, embedder.dimensions)
        assert vectors.dtype == np.float32

    def test_gives_a_question_one_vector(self, embedder: Embedder) -> None:
        vector = embedder.embed_question("Who may pin a message?")
        assert vector.shape == (embedder.dimensions,)
        assert vector.dtype == np.float32

    def test_every_vector_has_length_one_even_of_blank_texts(self, embedder: Embedder) -> None:
        vectors = np.vstack([embedder.embed_passages(TEXTS), embedder.embed_question("")])
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    def test_a_texts_vector_does_not_depend_on_what_is_embedded_with_it(
        self, embedder: Embedder
    ) -> None:
        together = embedder.embed_passages(TEXTS)
        alone = np.vstack([embedder.embed_passages([text]) for text in TEXTS])
        backwards = embedder.embed_passages(TEXTS[::-1])[::-1]
        np.testing.assert_allclose(together, alone, atol=1e-5)
        np.testing.assert_allclose(together, backwards, atol=1e-5)

    def test_says_the_same_twice_to_the_bit(self, embedder: Embedder) -> None:
        first, second = embedder.embed_passages(TEXTS), embedder.embed_passages(TEXTS)
        np.testing.assert_array_equal(first, second)

    def test_ranks_the_passage_about_the_question_first(self, embedder: Embedder) -> None:
        scores = embedder.embed_passages(TEXTS) @ embedder.embed_question(
            "Which permission lets a moderator pin messages?"
        )
        assert int(np.argmax(scores)) == 1
        assert scores[1] > scores[3] + 0.2

    def test_distinct_texts_get_distinct_vectors(self, embedder: Embedder) -> None:
        vectors = embedder.embed_passages([text for text in TEXTS if text.strip()])
        similarities = vectors @ vectors.T - np.eye(len(vectors))
        assert similarities.max() < 0.99

    def test_threads_do_not_disturb_each_other(self, embedder: Embedder) -> None:
        expected = embedder.embed_passages(TEXTS)
        with ThreadPoolExecutor(4) as pool:
            for vectors in pool.map(embedder.embed_passages, [TEXTS] * 8):
                np.testing.assert_allclose(vectors, expected, atol=1e-5)

    def test_its_fingerprint_is_fit_for_a_name_in_a_store(self, embedder: Embedder) -> None:
        assert re.fullmatch(r"[A-Za-z0-9._-]+", embedder.fingerprint)
