"""From a question to ranked passages: reading → candidates → two scores each → fusion → hits."""

from __future__ import annotations

import copy
import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.question.filters import Author, Filters, split_filters
from retrieval.ranking.decomposition import focus, parts
from retrieval.ranking.hits import by_thread, make_hits, merge
from retrieval.ranking.memory import LiveHeld
from retrieval.ranking.scoring import Scored, rank
from retrieval.records import Hit, NoteKind, ThreadHit, Timings
from retrieval.store.catalogue.conditions import find_authors, matching_ids

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.ranking.fusion import Scores
    from retrieval.ranking.spelling import Correction, Speller
    from retrieval.settings import SearchSettings
    from retrieval.store.index import PassageIndex
    from retrieval.store.lexical.forward_index import ForwardIndex
    from retrieval.store.memory.candidates import Candidates

Vector = npt.NDArray[np.float32]

_EXCHANGES_OPENED: Final = 10
"""From each ranker's best exchanges passages become candidates."""
_WEIGHED_WHOLE: Final = 2_000
"""So many passages that fulfil a condition are all weighed; of more, the nearest."""
_FILTERED_REACH: Final = 10
_PASSAGES_A_THREAD: Final = (5, 25)
"""So many passages are looked at for each thread that is wanted; more where few threads hold
all of them, as where each is long."""
_ALONE: Final = 0.7
"""Weight of a follow-up question alone beside the same read together with its context: of
ten follow-ups nine find their passage among three; seven do with either reading alone."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a search found, and the figures behind it."""

    mended: Correction
    """The question with its slips mended."""
    filters: Filters
    """The conditions that were found in the question."""
    searched: str
    """The words that were searched: the question and what it leans on."""
    hits: tuple[Hit, ...]
    vector: Vector
    """The question's."""
    candidates: int
    timings_ms: Timings
    parts: tuple[str, ...] = ()
    """The questions in the question, each searched by itself as well; none where it is one."""


@dataclass(frozen=True, slots=True)
class _Query:
    """What is looked for at once: a whole question, or one of several in it."""

    words: str
    vector: Vector


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
        self._held = LiveHeld(index)
        self._without: frozenset[str] = frozenset()
        # More at once than there are cores for only take the interpreter from one another: 16
        # who ask get 25 answers a second on two cores with three at work, 17 with all of them.
        self._turns = threading.BoundedSemaphore((os.cpu_count() or 1) + 1)

    def close(self) -> None:
        """End what is read in the background; before the index is closed."""
        self._held.close()

    def without(self, passage_ids: Iterable[str]) -> HybridSearch:
        """Return a search that finds everything but some passages."""
        other = copy.copy(self)
        other._without = frozenset(passage_ids)  # noqa: SLF001 - its own class
        return other

    def search(
        self, question: str, limit: int, *, context: str = "", strict: bool = False
    ) -> Ranking:
        """Return the best ``limit`` passages for a cleaned question, best first.

        Conditions that no post fulfils are dropped, with a note; with ``strict``, where nobody
        would see that, nothing is found.

        ``context`` is what a question that cannot stand alone leans on; it is searched
        along with it.  Of a question that asks several things each has its share of the
        hits.  Every candidate has both scores: that which only BM25 found gets its dense
        score computed, not taken as zero, and the other way round.
        """
        with self._turns:
            return self._found(question, limit, context, strict=strict)

    def _found(self, question: str, limit: int, context: str, *, strict: bool) -> Ranking:
        started = time.perf_counter()
        self._index.follow()
        asked, filters = split_filters(question, self._find_authors, datetime.now(UTC))
        mended = self._speller.mend(asked)
        several = () if context else parts(mended.question)
        queries = [self._query(mended.question, context), *map(self._query, several)]
        embedded = time.perf_counter()
        allowed = self._allowed(filters, strict=strict)
        if allowed is not None and not allowed and not strict:
            allowed, filters = None, filters.dropped()
        scored = [self._score(query, allowed) for query in queries]
        found = [self._hits(s, q, limit) for s, q in zip(scored, queries, strict=True)]
        hits = merge(found, limit, self._index)
        done = time.perf_counter()
        return Ranking(
            mended=mended,
            filters=filters,
            searched=queries[0].words,
            hits=hits,
            vector=queries[0].vector,
            candidates=len({id_ for one in scored for id_ in one.found.wanted_ids()}),
            timings_ms=Timings(
                embed=1000 * (embedded - started),
                search=1000 * (done - embedded),
                total=1000 * (done - started),
            ),
            parts=several,
        )

    def search_threads(self, question: str, limit: int) -> tuple[tuple[ThreadHit, ...], Timings]:
        """Return the threads closest to a cleaned question, best first, with their passages."""
        started = time.perf_counter()
        for each in _PASSAGES_A_THREAD:
            ranking = self.search(question, each * limit, strict=True)
            found = by_thread(self._index, ranking.hits, limit)
            if len(found) == limit or ranking.candidates <= each * limit:
                break
        total = 1000 * (time.perf_counter() - started)
        embed = ranking.timings_ms.embed
        return found, Timings(embed=embed, search=total - embed, total=total)

    def _find_authors(self, name: str) -> tuple[Author, ...]:
        index = self._index
        unseen = index.library.in_force().hidden_threads
        return find_authors(index.catalogue, index.generation.knowledge_base, name, unseen)

    def _allowed(self, filters: Filters, *, strict: bool) -> set[str] | None:
        if strict and any(note.kind is NoteKind.NOBODY for note in filters.notes):
            return set()
        if not filters:
            return None
        index = self._index
        return matching_ids(index.catalogue, index.generation.knowledge_base, filters)

    def _query(self, question: str, context: str = "") -> _Query:
        """Return a question with its vector, the sentences that ask counted once more."""
        vector = self._embedder.embed_question(question)
        at_heart = [self._embedder.embed_question(sentence) for sentence in focus(question)]
        if at_heart and self._settings.focus_weight:
            mean = _unit(np.mean(at_heart, axis=0))
            vector = _unit(vector + self._settings.focus_weight * mean)
        if not context:
            return _Query(question, _unit(vector))
        together = f"{context} {question}"
        return _Query(together, _unit(_ALONE * vector + self._embedder.embed_question(together)))

    def _score(self, query: _Query, allowed: set[str] | None) -> Scored:
        index, words = self._index, query.words
        held = self._held.now()
        most = max(self._settings.candidates, _EXCHANGES_OPENED)
        exchange_lexical = index.exchanges.best(words, most)
        if allowed is not None and len(allowed) <= _WEIGHED_WHOLE:
            ids = allowed
        else:
            nearest = held.exchanges.nearest(query.vector, _EXCHANGES_OPENED)
            opened = {*nearest, *_first(exchange_lexical)}
            ids = self._candidates(query, held.layout.in_exchanges(opened), allowed)
        in_force = index.library.in_force()
        hidden = in_force.hidden | self._without
        ids = set(ids) - hidden
        found = held.layout.candidates(index.catalogue, ids, self._embedder.dimensions)
        if in_force.worths:
            found = found.worth(in_force.worths, in_force.marked)
        return Scored(
            found=found,
            exchange_vectors=held.exchange_vectors(found.places),
            lexical=self._bm25(words, found, held.terms),
            exchange_lexical=held.layout.of_exchanges(exchange_lexical)[found.places],
            total=index.passages.count(),
            allowed=allowed,
            hidden=hidden,
        )

    def _bm25(self, words: str, found: Candidates, terms: ForwardIndex | None) -> Scores:
        passages = self._index.passages
        if terms is not None:
            return terms.scores(passages.counted(words), found.places)
        scores = passages.scores(words, found.ids)
        return np.array([scores.get(id_, 0.0) for id_ in found.ids])

    def _candidates(
        self, query: _Query, opened: Iterable[str], allowed: set[str] | None
    ) -> set[str]:
        """Return the best of each ranker, and what stands in the exchanges ``opened``."""
        index, count = self._index, self._settings.candidates
        is_narrow = allowed is not None or len(index.library.in_force().hidden) > count
        reach = len(self._without) + (_FILTERED_REACH * count if is_narrow else count)
        ids = set(index.vectors.nearest(query.vector, reach))
        ids.update(index.passages.best(query.words, reach))
        if self._settings.exchange_weight:
            ids.update(opened)
        return ids if allowed is None else ids & allowed

    def _hits(self, scored: Scored, query: _Query, limit: int) -> tuple[Hit, ...]:
        ranked = rank(scored, query.vector, self._settings)
        return make_hits(self._index, scored, ranked, query.vector, limit)


def _first(scores: Mapping[str, float]) -> list[str]:
    return sorted(scores, key=lambda id_: -scores[id_])[:_EXCHANGES_OPENED]


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
