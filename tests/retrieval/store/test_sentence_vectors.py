from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retrieval.embedding import ReadsInContext
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.embedding_cache import EmbeddingCache
from retrieval.store.rebuilding import Stores, clear_away
from retrieval.store.sentence_vectors import SentenceVectors
from retrieval.text.sentences import sentence_spans
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, Folder, Said, client_at, file_of

if TYPE_CHECKING:
    from retrieval.embedding import Spans

TWO = "Salt the water well. Rest the dough for an hour."
ONE = "Bake it at noon."


class ContextEmbedder(HashingEmbedder):
    """Reads sentences in their passage: half their own words, half the passage's."""

    def embed_in_context(
        self, texts: Sequence[str], spans: Sequence[Spans]
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        whole = self.embed_passages(texts)
        return whole, [
            _unit(np.array([self._embed(text[a:b]) for a, b in each]).reshape(-1, 256) + own)
            for text, each, own in zip(texts, spans, whole, strict=True)
        ]


def _unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path / "catalogue.sqlite3")
    yield opened
    opened.close()


def kept(catalogue: Catalogue) -> int:
    return int(catalogue.connection.execute("SELECT count(*) FROM sentence_vectors").fetchone()[0])


def spans(*texts: str) -> list[Spans]:
    return [sentence_spans(text) for text in texts]


def test_sentences_come_from_the_reading_of_their_passage_and_are_not_made_again(catalogue):
    embedder = ContextEmbedder()
    assert isinstance(embedder, ReadsInContext)
    EmbeddingCache(catalogue, embedder).fill([TWO, ONE], with_sentences=[TWO, ONE])
    embedder.embedded.clear()
    two, one = SentenceVectors(embedder, catalogue).of([TWO, ONE], spans(TWO, ONE))
    assert not embedder.embedded
    own, in_context = embedder.embed_in_context([TWO, ONE], spans(TWO, ONE))
    assert (two * in_context[0]).sum(axis=1) == pytest.approx(1, abs=1e-3)  # 8-bit integers
    assert np.linalg.norm(two, axis=1) == pytest.approx(1)
    assert one[0] @ own[1] == pytest.approx(1, abs=1e-3)


def test_what_is_missing_is_made_at_the_question_once(catalogue):
    embedder = ContextEmbedder()
    vectors = SentenceVectors(embedder, catalogue)
    first = vectors.of([TWO, ONE], spans(TWO, ONE))
    assert embedder.embedded == [TWO, ONE]
    again = vectors.of([ONE, TWO], spans(ONE, TWO))
    assert embedder.embedded == [TWO, ONE]
    assert np.array_equal(first[0], again[1])
    assert [len(rows) for rows in first] == [2, 1]


def test_an_embedder_that_does_not_read_in_context_embeds_each_sentence(catalogue):
    embedder = HashingEmbedder()
    EmbeddingCache(catalogue, embedder).fill([TWO], with_sentences=[TWO])
    assert kept(catalogue) == 0
    (rows,) = SentenceVectors(embedder, catalogue).of([TWO], spans(TWO))
    assert rows == pytest.approx(embedder.embed_passages([TWO[:20], TWO[21:]]))


def test_sentences_that_are_cut_otherwise_now_are_made_anew(catalogue):
    embedder = ContextEmbedder()
    EmbeddingCache(catalogue, embedder).fill([TWO], with_sentences=[TWO])
    (rows,) = SentenceVectors(embedder, catalogue).of([TWO], [[(0, 10), (11, 20), (21, 48)]])
    assert len(rows) == 3


def test_only_passages_have_sentences_and_only_as_they_are_shown(catalogue):
    cache = EmbeddingCache(catalogue, ContextEmbedder())
    cache.fill([TWO, "A title. An opening."], with_sentences=[TWO])
    assert kept(catalogue) == 1
    hidden = "Salt\u200b it now. Rest it."  # what is embedded has other places than what is shown
    cache.fill([hidden], with_sentences=[hidden])
    assert kept(catalogue) == 1


def test_rows_that_are_damaged_are_dropped(catalogue):
    cache = EmbeddingCache(catalogue, ContextEmbedder())
    cache.fill([TWO], with_sentences=[TWO])
    with catalogue.writing() as connection:
        connection.execute("UPDATE sentence_vectors SET vectors = x'0102'")
    assert len(SentenceVectors(ContextEmbedder(), catalogue).of([TWO], spans(TWO))[0]) == 2
    cache.drop_malformed()
    assert kept(catalogue) == 0


def test_they_come_and_go_with_their_passages(tmp_path):
    folder = Folder(tmp_path, client_at(tmp_path), ContextEmbedder())
    with folder.index() as index:
        index.write([file_of("a.json", Said("Ann", TWO)), file_of("b.json", Said("Bob", ONE))])
        assert kept(index.catalogue) == 1
        index.write((), ["/threads/a.json"])
        index.close()
        stores = Stores(index.catalogue, folder.client, tmp_path / "lexical", folder.embedder)
        clear_away(stores, index.generation)
        assert kept(index.catalogue) == 0
        assert index.catalogue.counts(KB).passages == 1
