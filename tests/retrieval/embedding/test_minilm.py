from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from retrieval.embedding import Embedder, ReadsInContext
from retrieval.embedding.minilm import MAX_CHARACTERS, MiniLM, load_minilm
from retrieval.embedding.minilm_files import ModelFiles
from retrieval.errors import ModelUnavailableError
from retrieval.text.sentences import sentence_spans
from tests.retrieval.embedding.embedder_contract import EmbedderContract

REFERENCE = json.loads(
    (Path(__file__).parent / "reference_vectors.json").read_text(encoding="utf-8")
)["vectors"]


def first_window(minilm: MiniLM, text: str) -> str:
    """The text as far as one window reaches, in whole words."""
    while minilm.count_tokens(text) > minilm.window_tokens:
        text = text.rsplit(maxsplit=1)[0]
    return text


def unit(vector: npt.ArrayLike) -> npt.NDArray[np.float64]:
    values = np.asarray(vector, np.float64)
    return np.divide(values, np.linalg.norm(values))


class TestMiniLM(EmbedderContract):
    @pytest.fixture
    def embedder(self, minilm: MiniLM) -> Embedder:
        return minilm


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case["text"][:24])
def test_agrees_with_pytorch(minilm: MiniLM, case: dict[str, Any]) -> None:
    # The reference cuts at 256 tokens, where MiniLM would go on with a second window.
    vector = minilm.embed_question(first_window(minilm, case["text"]))
    assert vector @ unit(case["vector"]) >= 0.9999
    np.testing.assert_allclose(vector, case["vector"], atol=1e-4)


def test_a_batch_of_mixed_lengths_agrees_with_pytorch(minilm: MiniLM) -> None:
    texts = [first_window(minilm, case["text"]) for case in REFERENCE]
    expected = np.array([case["vector"] for case in REFERENCE])
    np.testing.assert_allclose(
        minilm.embed_passages(texts * 5), np.tile(expected, (5, 1)), atol=1e-4
    )


def test_many_batches_give_the_vectors_of_single_texts(minilm: MiniLM) -> None:
    texts = [f"message number {n} " + "and so on " * (n % 60) for n in range(120)]
    alone = np.vstack([minilm.embed_question(text) for text in texts])
    np.testing.assert_allclose(minilm.embed_passages(texts), alone, atol=1e-5)


def test_more_texts_than_are_tokenized_at_once_keep_their_order(minilm: MiniLM) -> None:
    texts = [("odd" if n % 2 else "even") for n in range(2100)]
    even, odd = minilm.embed_passages(["even", "odd"])
    vectors = minilm.embed_passages(texts)
    np.testing.assert_allclose(vectors[::2], np.tile(even, (1050, 1)), atol=1e-5)
    np.testing.assert_allclose(vectors[1::2], np.tile(odd, (1050, 1)), atol=1e-5)


def test_a_long_text_is_the_mean_of_its_windows(minilm: MiniLM) -> None:
    # 300 words of one token each: two windows of 150.
    words = ["garden"] * 150 + ["engine"] * 150
    halves = minilm.embed_passages([" ".join(words[:150]), " ".join(words[150:])])
    vector = minilm.embed_question(" ".join(words))
    np.testing.assert_allclose(vector, unit(halves.sum(axis=0)), atol=1e-5)


def test_the_end_of_a_long_text_counts(minilm: MiniLM) -> None:
    opening = "The weather was fine and we walked along the river. " * 40
    ending = "The database lost every vector after the kill. " * 40
    question = minilm.embed_question("Why did the database lose vectors?")
    with_ending, without = minilm.embed_passages([opening + ending, opening])
    assert question @ with_ending > question @ without + 0.2


@pytest.mark.parametrize("words", [253, 254, 255, 508, 509])
def test_texts_around_a_windows_limit_are_embedded(minilm: MiniLM, words: int) -> None:
    text = " ".join(["garden"] * words)
    assert minilm.count_tokens(text) == words
    assert minilm.embed_question(text) @ minilm.embed_question("garden " * 200) > 0.9


def test_counts_word_pieces_without_cutting(minilm: MiniLM) -> None:
    assert minilm.count_tokens("") == 0
    assert minilm.count_tokens("How do I pin it?") == 6
    assert minilm.count_tokens("garden " * 1000) == 1000


@pytest.mark.parametrize(
    "text", ["x" * 5_000_000, "?" * 5_000_000, "東" * 120_000], ids=lambda t: t[0]
)
def test_an_endless_text_without_blanks_ends(minilm: MiniLM, text: str) -> None:
    started = time.process_time()
    vector = minilm.embed_question(text)
    assert time.process_time() - started < 60
    np.testing.assert_allclose(vector, minilm.embed_question(text[:MAX_CHARACTERS]), atol=1e-5)


def test_the_fingerprint_depends_on_the_model_and_the_window(model_files: ModelFiles) -> None:
    other_model = ModelFiles(model_files.model, model_files.tokenizer, "another")
    fingerprints = {
        MiniLM(model_files).fingerprint,
        MiniLM(model_files, max_tokens=128).fingerprint,
        MiniLM(other_model).fingerprint,
    }
    assert len(fingerprints) == 3
    assert MiniLM(model_files).fingerprint == MiniLM(model_files, threads=1).fingerprint


@pytest.mark.parametrize("max_tokens", [2, 513])
def test_refuses_windows_that_the_model_cannot_read(
    model_files: ModelFiles, max_tokens: int
) -> None:
    with pytest.raises(ValueError, match="from 3 to 512"):
        MiniLM(model_files, max_tokens=max_tokens)


def test_the_number_of_threads_does_not_change_the_vectors(
    minilm: MiniLM, model_files: ModelFiles
) -> None:
    texts = [case["text"] for case in REFERENCE]
    single = MiniLM(model_files, threads=1).embed_passages(texts)
    np.testing.assert_allclose(single, minilm.embed_passages(texts), atol=1e-5)


def test_load_minilm_finds_the_filled_cache(model_files: ModelFiles, minilm: MiniLM) -> None:
    loaded = load_minilm(model_files.model.parent.parent)
    assert loaded.fingerprint == minilm.fingerprint
    np.testing.assert_array_equal(loaded.embed_question("hi"), minilm.embed_question("hi"))


def test_a_model_that_does_not_load_is_named(tmp_path: Path, model_files: ModelFiles) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a model")
    minilm = MiniLM(ModelFiles(broken, model_files.tokenizer, "broken"))
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        minilm.embed_question("hi")


CHAIN = "A bicycle chain wears with every ride. It lasts for 3,000 km. Mine did."


def spans_of(text: str) -> list[tuple[int, int]]:
    return list(sentence_spans(text))


def test_a_sentence_is_read_in_its_passage(minilm: MiniLM) -> None:
    assert isinstance(minilm, ReadsInContext)
    (whole,), (sentences,) = minilm.embed_in_context([CHAIN], [spans_of(CHAIN)])
    np.testing.assert_allclose(whole, minilm.embed_passages([CHAIN])[0], atol=1e-6)
    assert np.linalg.norm(sentences, axis=1) == pytest.approx(1)
    question = minilm.embed_question("How long does a bicycle chain last?")
    alone = minilm.embed_question("It lasts for 3,000 km.")
    assert sentences[1] @ question > alone @ question + 0.2
    assert sentences[1] @ minilm.embed_question("distance") > sentences[0] @ minilm.embed_question(
        "distance"
    )


def test_sentences_of_long_and_odd_texts_have_vectors_too(minilm: MiniLM) -> None:
    long = "Oil the chain well. " * 150 + "Then ride. \u200b\u200b"
    texts = [long, "", "\u200b", "One."]
    spans = [spans_of(long), (), [(0, 1)], spans_of("One.")]
    whole, sentences = minilm.embed_in_context(texts, spans)
    np.testing.assert_allclose(whole, minilm.embed_passages(texts), atol=1e-6)
    assert [len(rows) for rows in sentences] == [len(each) for each in spans]
    for rows in sentences:
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1)
    np.testing.assert_array_equal(sentences[2][0], whole[2])  # without tokens: the text's own
    assert minilm.embed_in_context([], [])[1] == []
