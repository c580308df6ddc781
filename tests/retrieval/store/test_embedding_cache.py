from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexDamagedError
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.embedding_cache import EmbeddingCache
from retrieval.text.wording import text_key
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, Said, file_of

TEXTS = ["Salt the water.", "Rest the dough.", "Salt the water."]


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "catalogue.sqlite3")) as opened:
        yield opened


@pytest.fixture
def cache(catalogue: Catalogue, embedder: HashingEmbedder) -> EmbeddingCache:
    return EmbeddingCache(catalogue, embedder)


def test_a_text_is_embedded_once(cache: EmbeddingCache, embedder: HashingEmbedder) -> None:
    assert cache.fill(TEXTS) == 2
    assert cache.fill(TEXTS) == 0
    assert sorted(embedder.embedded) == sorted(set(TEXTS))


def test_vectors_come_back_in_the_order_of_the_texts(
    cache: EmbeddingCache, embedder: HashingEmbedder
) -> None:
    cache.fill(TEXTS)
    vectors = cache.vectors(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, embedder.embed_passages(TEXTS), atol=1e-3)
    assert cache.vectors([]).shape == (0, 256)


def test_what_cannot_be_seen_is_not_embedded(
    cache: EmbeddingCache, embedder: HashingEmbedder
) -> None:
    cache.fill(["Salt\u200b the\u202e water."])
    assert embedder.embedded == ["Salt the water."]


def test_progress_ends_with_all_texts(cache: EmbeddingCache) -> None:
    heard: list[int] = []
    cache.fill([f"Text {n}." for n in range(600)], heard.append)
    assert heard == [256, 512, 600, 600]


def test_a_lost_vector_is_said_to_be_lost(cache: EmbeddingCache) -> None:
    cache.fill(TEXTS[:1])
    with pytest.raises(IndexDamagedError, match=r"vectors of 1 texts .*footnote doctor"):
        cache.vectors(TEXTS)
    assert cache.missing(map(text_key, TEXTS)) == {text_key("Rest the dough.")}


def test_models_share_nothing(catalogue: Catalogue, cache: EmbeddingCache) -> None:
    cache.fill(TEXTS)
    assert EmbeddingCache(catalogue, HashingEmbedder(64, "other")).fill(TEXTS) == 2


def test_pruning_keeps_what_a_live_knowledge_base_needs(
    catalogue: Catalogue, cache: EmbeddingCache, embedder: HashingEmbedder
) -> None:
    generation = catalogue.begin_generation(KB, embedder.fingerprint)
    file = file_of("a.txt", Said("ann", "Rest the dough."))
    catalogue.write(generation, [file])
    EmbeddingCache(catalogue, HashingEmbedder(64, "other")).fill(TEXTS)
    (exchange,) = file.exchanges()
    cache.fill([*TEXTS, exchange.text])
    assert cache.prune() == 3
    assert cache.fill(["Rest the dough.", exchange.text]) == 0
