"""What others ship, on the same documents: BM25 alone, the model alone, their reciprocal ranks.

Each document is one text here, its title above its words, as a collection in BEIR layout is
usually searched; threads play no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from retrieval.ranking.fusion import top
from retrieval.store.lexical.tantivy_index import LexicalIndex

if TYPE_CHECKING:
    import numpy.typing as npt

    from retrieval.embedding import Embedder
    from retrieval.evaluation.progress import OnProgress

DEPTH: Final = 300
"""How many documents each ranker gives."""
_TEXTS_AT_ONCE: Final = 512
RRF_K: Final = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


class Baselines:
    """Three rankers over whole documents."""

    def __init__(
        self,
        documents: Mapping[str, str],
        folder: Path,
        embedder: Embedder,
        on_progress: OnProgress,
    ) -> None:
        """Index ``documents``, texts by id, below ``folder``."""
        self._ids = list(documents)
        self._embedder = embedder
        self._lexical = LexicalIndex(folder)
        self._lexical.write(documents.items())
        self._matrix = np.concatenate(list(_vectors(documents, embedder, on_progress)))

    def close(self) -> None:
        """Let go of the folder."""
        self._lexical.close()

    def bm25(self, query: str) -> list[str]:
        """Return the documents that BM25 finds, best first."""
        return list(self._lexical.best(query, DEPTH))

    def dense(self, query: str) -> list[str]:
        """Return the documents nearest to the query's vector, each compared, best first."""
        scores = (self._matrix @ self._embedder.embed_question(query)).astype(np.float64)
        return [self._ids[place] for place in top(scores, DEPTH)]

    def rrf(self, query: str) -> list[str]:
        """Return both rankers' documents by the sum of their reciprocal ranks."""
        return reciprocal_rank_fusion([self.dense(query), self.bm25(query)])


def _vectors(
    documents: Mapping[str, str], embedder: Embedder, on_progress: OnProgress
) -> Iterator[npt.NDArray[np.float32]]:
    texts = list(documents.values())
    for start in range(0, len(texts), _TEXTS_AT_ONCE):
        yield embedder.embed_passages(texts[start : start + _TEXTS_AT_ONCE])
        on_progress("Indexing to compare", min(start + _TEXTS_AT_ONCE, len(texts)), len(texts))


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]], k: int = RRF_K) -> list[str]:
    """Return what stands in any ranking, by the sum of 1 / (k + rank), ties as they came."""
    scores: dict[str, float] = {}
    for document, gain in _gains(rankings, k):
        scores[document] = scores.get(document, 0.0) + gain
    return sorted(scores, key=lambda document: -scores[document])


def _gains(rankings: Sequence[Sequence[str]], k: int) -> Iterator[tuple[str, float]]:
    for ranking in rankings:
        for rank, document in enumerate(ranking, 1):
            yield document, 1 / (k + rank)
