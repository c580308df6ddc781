"""From a question to ranked passages: candidates → two scores each → fusion → hits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.domain import Hit, ScoreParts, Timings
from retrieval.fusion import Scores, standardise, top, union_of_tops

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.index.contents import Located
    from retrieval.index.store import PassageIndex
    from retrieval.settings import SearchSettings

_THREADS_OPENED: Final = 10
"""From each ranker's best threads every passage becomes a candidate."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a search found, and the figures behind it."""

    hits: tuple[Hit, ...]
    vector: npt.NDArray[np.float32]
    """The question's."""
    candidates: int
    timings_ms: Timings


class HybridSearch:
    """Searches one knowledge base by meaning and by words at once."""

    def __init__(self, index: PassageIndex, embedder: Embedder, settings: SearchSettings) -> None:
        """Search ``index`` with vectors of ``embedder``."""
        self._index = index
        self._embedder = embedder
        self._settings = settings
        self._threads = _ThreadVectors(index)

    def search(self, question: str, limit: int) -> Ranking:
        """Return the best ``limit`` passages for a cleaned question, best first.

        Every candidate has both scores: the dense score of one that only BM25 found is
        computed, not taken as zero, and the other way round.
        """
        started = time.perf_counter()
        vector = self._embedder.embed_question(question)
        embedded = time.perf_counter()
        scored = self._score(question, vector)
        hits = self._hits(scored, limit)
        done = time.perf_counter()
        return Ranking(
            hits=hits,
            vector=vector,
            candidates=len(scored.ids),
            timings_ms=Timings(
                embed=1000 * (embedded - started),
                search=1000 * (done - embedded),
                total=1000 * (done - started),
            ),
        )

    def _score(self, question: str, vector: npt.NDArray[np.float32]) -> _Scored:
        index, count = self._index, self._settings.candidates
        thread_dense = self._threads.similarities(vector)
        thread_lexical = index.threads.best(question, max(count, _THREADS_OPENED))
        ids = set(index.vectors.nearest(vector, count))
        ids.update(index.passages.best(question, count))
        if self._settings.thread_weight:
            opened = {*_best(thread_dense), *_best(thread_lexical)}
            ids.update(index.library.in_threads(opened))
        found = index.embeddings.of_passages(index.generation.knowledge_base, sorted(ids))
        lexical = index.passages.scores(question, found.ids)
        return _Scored(
            ids=found.ids,
            dense=(found.matrix @ vector).astype(np.float64),
            lexical=np.array([lexical.get(id_, 0.0) for id_ in found.ids]),
            thread_dense=np.array([thread_dense.get(id_, 0.0) for id_ in found.thread_ids]),
            thread_lexical=np.array([thread_lexical.get(id_, 0.0) for id_ in found.thread_ids]),
        )

    def _hits(self, scored: _Scored, limit: int) -> tuple[Hit, ...]:
        ranked = fuse(scored, self._settings)
        # Quotes give way to their origin below, so look a little further than asked.
        places = ranked.order[: 2 * limit + 10]
        located = self._index.library.located([scored.ids[place] for place in places])
        origins = [entry.passage.origin_id for entry in located.values()]
        located |= self._index.library.located([id_ for id_ in origins if id_])
        hits: dict[str, Hit] = {}
        for place in places:
            entry = _credited(located, scored.ids[place])
            if entry is not None and entry.passage.id not in hits:
                hits[entry.passage.id] = Hit(
                    passage=entry.passage,
                    post=entry.post,
                    thread=entry.thread,
                    score=float(ranked.score[place]),
                    parts=ScoreParts(
                        dense=float(ranked.dense[place]),
                        lexical=float(ranked.lexical[place]),
                        thread=float(ranked.thread[place]),
                    ),
                    cosine=float(scored.dense[place]),
                    bm25=float(scored.lexical[place]),
                )
        return tuple(hits.values())[:limit]


@dataclass(frozen=True, slots=True)
class _Scored:
    """The candidates with their raw scores, in one order."""

    ids: Sequence[str]
    dense: Scores
    lexical: Scores
    thread_dense: Scores
    thread_lexical: Scores


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Fused scores of the candidates, their parts, and the order they give."""

    score: Scores
    dense: Scores
    lexical: Scores
    thread: Scores
    order: npt.NDArray[np.intp]


def fuse(scored: _Scored, settings: SearchSettings) -> _Ranked:
    """Fuse the scores of the candidates; those in neither ranker's best come to nothing.

    The score is that of passage and thread together; ``thread`` is the part of it that the
    thread contributes.
    """
    weight, share = settings.thread_weight, settings.dense_weight
    dense_all = scored.dense + weight * scored.thread_dense
    lexical_all = scored.lexical + weight * scored.thread_lexical
    kept = union_of_tops(dense_all, lexical_all, settings.candidates)
    score, dense, lexical = (np.full(len(scored.ids), -np.inf) for _ in range(3))
    score[kept] = share * standardise(dense_all[kept])
    score[kept] += (1 - share) * standardise(lexical_all[kept])
    dense[kept] = share * standardise(scored.dense[kept])
    lexical[kept] = (1 - share) * standardise(scored.lexical[kept])
    thread = np.zeros(len(scored.ids))
    thread[kept] = score[kept] - dense[kept] - lexical[kept]
    order = top(score, len(kept))
    return _Ranked(score, dense, lexical, thread, order)


def _best(scores: Mapping[str, float]) -> list[str]:
    return sorted(scores, key=lambda id_: -scores[id_])[:_THREADS_OPENED]


def _credited(located: Mapping[str, Located], passage_id: str) -> Located | None:
    """Return the passage, or for a quote the passage whose words it repeats."""
    entry = located.get(passage_id)
    if entry is None or entry.passage.origin_id is None:
        return entry
    return located.get(entry.passage.origin_id, entry)


class _ThreadVectors:
    """The vectors of all threads, read again when the knowledge base has changed."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._version: object = None
        self._ids: tuple[str, ...] = ()
        self._matrix: npt.NDArray[np.float32] | None = None

    def similarities(self, vector: npt.NDArray[np.float32]) -> dict[str, float]:
        generation = self._index.catalogue.generation(self._index.generation.knowledge_base)
        version = generation and generation.updated_at
        if self._matrix is None or version != self._version:
            summaries = self._index.library.summaries()
            self._ids = tuple(summaries)
            self._matrix = self._index.embeddings.vectors(list(summaries.values()))
            self._version = version
        return dict(zip(self._ids, (self._matrix @ vector).tolist(), strict=True))
