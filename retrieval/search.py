"""From a question to ranked passages: candidates → two scores each → fusion → hits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Final, TypeGuard

import numpy as np
import numpy.typing as npt

from retrieval.domain import Hit, ScoreParts, Timings
from retrieval.duplicates import unlike
from retrieval.filters import Filters, split_filters
from retrieval.fusion import Scores, standardise, top, union_of_tops
from retrieval.index.candidates import Candidates, known_author, load_candidates, matching_ids
from retrieval.index.copies import rarity

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.index.contents import Located
    from retrieval.index.store import PassageIndex
    from retrieval.settings import SearchSettings
    from retrieval.spelling import Mended, Speller

_THREADS_OPENED: Final = 10
"""From each ranker's best threads every passage becomes a candidate."""


_WEIGHED_WHOLE: Final = 2_000
"""So many passages that fulfil a condition are all weighed; of more, the nearest."""
_FILTERED_REACH: Final = 10
_ALONE: Final = 0.7
"""Weight of a follow-up question alone beside the same read together with its context: of
ten follow-ups nine find their passage among three; seven do with either reading alone."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a search found, and the figures behind it."""

    mended: Mended
    """The question with its slips mended."""
    filters: Filters
    """The conditions that were found in the question."""
    searched: str
    """The words that were searched: the question and what it leans on."""
    hits: tuple[Hit, ...]
    vector: npt.NDArray[np.float32]
    """The question's."""
    candidates: int
    timings_ms: Timings


class HybridSearch:
    """Searches one knowledge base by meaning and by words at once."""

    def __init__(
        self, index: PassageIndex, embedder: Embedder, settings: SearchSettings, speller: Speller
    ) -> None:
        """Search ``index`` with vectors of ``embedder``, slips mended by ``speller``."""
        self._index = index
        self._speller = speller
        self._embedder = embedder
        self._settings = settings
        self._threads = _ThreadVectors(index)

    def search(self, question: str, limit: int, *, context: str = "") -> Ranking:
        """Return the best ``limit`` passages for a cleaned question, best first.

        ``context`` is what a question that cannot stand alone leans on; it is searched
        along with it.  Every candidate has both scores: that which only BM25 found gets its
        dense score computed, not taken as zero, and the other way round.
        """
        started = time.perf_counter()
        self._index.follow()
        asked, filters = split_filters(question, self._known_author)
        mended = self._speller.mend(asked)
        vector = self._embed(mended.question, context)
        embedded = time.perf_counter()
        words = f"{context} {mended.question}" if context else mended.question
        scored = self._score(words, vector, filters)
        hits = self._hits(scored, limit)
        done = time.perf_counter()
        return Ranking(
            mended=mended,
            filters=filters,
            searched=words,
            hits=hits,
            vector=vector,
            candidates=int(scored.found.wanted.sum()),
            timings_ms=Timings(
                embed=1000 * (embedded - started),
                search=1000 * (done - embedded),
                total=1000 * (done - started),
            ),
        )

    def _known_author(self, name: str) -> str | None:
        index = self._index
        return known_author(index.catalogue, index.generation.knowledge_base, name)

    def _allowed(self, filters: Filters) -> set[str] | None:
        if not filters:
            return None
        index = self._index
        return matching_ids(index.catalogue, index.generation.knowledge_base, filters)

    def _embed(self, question: str, context: str) -> npt.NDArray[np.float32]:
        vector = self._embedder.embed_question(question)
        if context:
            vector = _ALONE * vector + self._embedder.embed_question(f"{context} {question}")
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def _score(self, question: str, vector: npt.NDArray[np.float32], filters: Filters) -> _Scored:
        index, count = self._index, self._settings.candidates
        thread_dense = self._threads.similarities(vector)
        thread_lexical = index.threads.best(question, max(count, _THREADS_OPENED))
        allowed = self._allowed(filters)
        if allowed is not None and len(allowed) <= _WEIGHED_WHOLE:
            ids = allowed
        else:
            reach = count if allowed is None else _FILTERED_REACH * count
            ids = set(index.vectors.nearest(vector, reach))
            ids.update(index.passages.best(question, reach))
            if self._settings.thread_weight:
                opened = {*_best(thread_dense), *_best(thread_lexical)}
                ids.update(index.library.in_threads(opened))
            ids = ids if allowed is None else ids & allowed
        found = load_candidates(
            index.catalogue,
            index.generation.knowledge_base,
            ids,
            self._embedder.fingerprint,
            self._embedder.dimensions,
        )
        bm25 = index.passages.scores(question, found.ids)
        return _Scored(
            found=found,
            dense=(found.vectors @ vector).astype(np.float64),
            lexical=np.array([bm25.get(id_, 0.0) for id_ in found.ids]),
            thread_dense=np.array([thread_dense.get(id_, 0.0) for id_ in found.thread_ids]),
            thread_lexical=np.array([thread_lexical.get(id_, 0.0) for id_ in found.thread_ids]),
            allowed=allowed,
        )

    def _hits(self, scored: _Scored, limit: int) -> tuple[Hit, ...]:
        ranked = fuse(scored, self._settings)
        # Quotes give way to their origin and copies to what they copy, so look further than asked.
        places = self._apart(ranked, scored)[: 2 * limit + 10]
        located = self._located(scored, places)
        hits: dict[str, Hit] = {}
        for place in places:
            entry = _credited(located, scored.found.ids[place])
            if entry is None or entry.passage.id in hits:
                continue
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
        # What has not been linked (quotes of unknown words; an index of before) is told here.
        texts = [hit.passage.text for hit in hits.values()]
        return tuple(compress(hits.values(), unlike(texts, rarity(self._index.passages))))[:limit]

    def _apart(self, ranked: _Ranked, scored: _Scored) -> list[int]:
        """Return the places of the candidates, best first, of a text and its copies only one."""
        ids = scored.found.ids
        originals = self._index.library.originals(ids[place] for place in ranked.order)
        best: dict[str, int] = {}
        for place in ranked.order.tolist():
            original = originals.get(ids[place])
            best.setdefault(original if scored.allows(original) else ids[place], place)
        return list(best.values())

    def _located(self, scored: _Scored, places: Sequence[int]) -> dict[str, Located]:
        """Return the passages at ``places``, and those whose words they repeat."""
        library = self._index.library
        located = library.located([scored.found.ids[place] for place in places])
        repeated = [
            other
            for entry in located.values()
            for other in (entry.passage.origin_id, entry.passage.duplicate_of)
        ]
        return located | library.located([id_ for id_ in repeated if scored.allows(id_)])


@dataclass(frozen=True, slots=True)
class _Scored:
    """The candidates with their raw scores, in one order."""

    found: Candidates
    dense: Scores
    lexical: Scores
    thread_dense: Scores
    thread_lexical: Scores
    allowed: Set[str] | None
    """What fulfils the question's conditions; None where it has none."""

    def allows(self, passage_id: str | None) -> TypeGuard[str]:
        """Tell whether a passage may be shown in the place of a candidate."""
        return passage_id is not None and (self.allowed is None or passage_id in self.allowed)


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

    The score is that of a passage in its place; ``thread`` is the part of it that its place
    (the thread's opening, the paragraphs beside it) adds to the passage's own.
    """
    share = settings.dense_weight
    penalty = settings.question_penalty * scored.found.asking
    dense_all = in_place(scored.dense, scored.thread_dense, scored.found, settings) - penalty
    lexical_all = in_place(scored.lexical, scored.thread_lexical, scored.found, settings)
    wanted = np.flatnonzero(scored.found.wanted)
    kept = wanted[union_of_tops(dense_all[wanted], lexical_all[wanted], settings.candidates)]
    score, dense, lexical = (np.full(len(scored.dense), -np.inf) for _ in range(3))
    score[kept] = share * standardise(dense_all[kept])
    score[kept] += (1 - share) * standardise(lexical_all[kept])
    dense[kept] = share * standardise(scored.dense[kept])
    lexical[kept] = (1 - share) * standardise(scored.lexical[kept])
    thread = np.zeros(len(scored.dense))
    thread[kept] = score[kept] - dense[kept] - lexical[kept]
    return _Ranked(score, dense, lexical, thread, top(score, len(kept)))


def in_place(own: Scores, threads: Scores, found: Candidates, settings: SearchSettings) -> Scores:
    """Return each passage's score together with those of what surrounds it.

    A mean, weighted: the passage's own score counts 1; that of its thread, where a title
    says what the thread is about, ``thread_weight``; that of the better of the paragraphs
    beside it in its post, where there are any, ``neighbour_weight``.
    """
    places = np.arange(len(own))
    before, after = found.before, found.after
    beside = np.maximum(
        np.where(before != places, own[before], -np.inf),
        np.where(after != places, own[after], -np.inf),
    )
    has_neighbour = np.isfinite(beside)
    thread_weight = settings.thread_weight * found.titled
    neighbour_weight = settings.neighbour_weight * has_neighbour
    beside = np.where(has_neighbour, beside, 0.0)
    total = own + thread_weight * threads + neighbour_weight * beside
    return np.asarray(total / (1 + thread_weight + neighbour_weight), dtype=np.float64)


def _best(scores: Mapping[str, float]) -> list[str]:
    return sorted(scores, key=lambda id_: -scores[id_])[:_THREADS_OPENED]


def _credited(located: Mapping[str, Located], passage_id: str) -> Located | None:
    """Return the passage, or for a quote or a copy the passage whose words it repeats."""
    entry = located.get(passage_id)
    if entry is None:
        return None
    return located.get(entry.passage.origin_id or entry.passage.duplicate_of or "", entry)


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
