"""What a search keeps in memory: the exchanges' vectors, where the passages stand, their terms."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.store.lexical.forward_index import ForwardIndex, read_forward_index
from retrieval.store.memory.layout import Layout, read_layout

if TYPE_CHECKING:
    from retrieval.store.index import PassageIndex


AT_ONCE: Final = 10_000
"""Passages that are read within .4 s, with their terms."""
_PAUSE_SECONDS: Final = 0.005
"""Between steps in which the terms of a large knowledge base are read: on a busy machine answers
then take 63 ms at the median, not 92, and the reading 9 s, not 3."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ExchangeVectors:
    """All exchanges, t of them, as they are at one moment."""

    ids: tuple[str, ...]
    matrix: npt.NDArray[np.float32]
    """t × d."""

    def nearest(self, vector: npt.NDArray[np.float32], count: int) -> list[str]:
        """Return the ids of the exchanges most similar to a vector, best first."""
        similar = self.matrix @ vector
        if count >= len(similar):
            return [self.ids[place] for place in np.argsort(-similar, kind="stable")]
        some = np.argpartition(-similar, count)[:count]
        return [self.ids[place] for place in some[np.argsort(-similar[some], kind="stable")]]


@dataclass(frozen=True, slots=True)
class Held:
    """What a search keeps in memory of a knowledge base."""

    exchanges: ExchangeVectors
    layout: Layout
    exchanges_of: npt.NDArray[np.intp]
    """For each passage of the layout the place of its exchange; t where it has none."""
    terms: ForwardIndex | None = None
    """None where tantivy has to score the candidates."""

    @property
    def is_whole(self) -> bool:
        """Whether all is here that is kept of a knowledge base of this size."""
        return self.terms is not None or self.layout.vectors is None

    def exchange_vectors(self, places: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        """Return the vector of the exchange of each passage, zeros where it has none."""
        exchanges = self.exchanges_of[places]
        known = exchanges < len(self.exchanges.ids)
        rows = np.zeros((len(places), self.exchanges.matrix.shape[1]), dtype=np.float32)
        rows[known] = self.exchanges.matrix[exchanges[known]]
        return rows


class LiveHeld:
    """Reads ``Held`` again when the knowledge base has changed; any thread may ask."""

    def __init__(self, index: PassageIndex, *, at_once: int = AT_ONCE) -> None:
        """Read that of ``index``; beyond ``at_once`` passages while the old one still serves."""
        self._index = index
        self._at_once = at_once
        self._reading = threading.Lock()
        self._held: tuple[object, Held] | None = None
        self._reader = ThreadPoolExecutor(1, "layout")
        self._soon: Future[Held] | None = None

    def now(self) -> Held:
        """Return it as it is; costs one row of SQLite where nothing changed.

        Of a large knowledge base, for the seconds that reading takes, as it was: an ingest
        changes it every few seconds, and nobody who asks meanwhile should wait for each.  Its
        terms are not read before a second question: most processes are asked only one.
        """
        held = self._held
        if held is not None and held[0] == self._version() and held[1].is_whole:
            return held[1]
        if held is None or self._is_small(held[1].layout):
            return self._again()
        if self._soon is None or self._soon.done():
            self._soon = self._reader.submit(self._again)
            self._soon.add_done_callback(_log_failure)
        return held[1]

    def close(self) -> None:
        """Wait until nothing is read any more: the catalogue must not be closed meanwhile."""
        self._reader.shutdown(wait=True, cancel_futures=True)

    def _again(self) -> Held:
        with self._reading:  # one reads while the others wait for it
            version = self._version()
            last = self._held
            if last is None or last[0] != version or not last[1].is_whole:
                held = last[1] if last and last[0] == version else self._read()
                if last or self._is_small(held.layout):
                    held = self._with_terms(held, last[1] if last else None)
                last = (version, held)
                self._held = last  # whole, so that another thread sees the old or the new one
            return last[1]

    def _is_small(self, layout: Layout) -> bool:
        return len(layout.ids) <= self._at_once

    def _version(self) -> object:
        generation = self._index.catalogue.generation(self._index.generation.knowledge_base)
        return generation and (generation.number, generation.updated_at)

    def _read(self) -> Held:
        index = self._index
        exchanges = index.library.exchanges()
        ids = tuple(exchanges)
        matrix = index.embeddings.vectors(list(exchanges.values()))
        kb, model = index.generation.knowledge_base, index.embeddings.model
        layout = read_layout(index.catalogue, kb, model, matrix.shape[1])
        at = {id_: n for n, id_ in enumerate(ids)}
        of = [at.get(id_ or "", len(ids)) for id_ in layout.exchange_ids]
        return Held(ExchangeVectors(ids, matrix), layout, np.array(of, dtype=np.intp))

    def _with_terms(self, held: Held, last: Held | None) -> Held:
        if held.layout.vectors is None:  # too large to be kept in memory
            return held
        index = self._index
        known = (last.layout, last.terms) if last and last.terms else None
        kb, analyze = index.generation.knowledge_base, index.passages.analyzed
        pause = 0.0 if self._is_small(held.layout) else _PAUSE_SECONDS
        terms = read_forward_index(
            index.catalogue, kb, held.layout, analyze, known, pause_seconds=pause
        )
        return replace(held, terms=terms)


def _log_failure(reading: Future[Held]) -> None:
    error = None if reading.cancelled() else reading.exception()
    if error is not None:  # the next question tries again
        _log.warning("where the passages stand could not be read anew: %s", error)
