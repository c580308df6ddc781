"""What a search keeps in memory: the threads' vectors, and where the passages stand.

A thread's vector is that of its title and opening post.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.index.candidates import Layout, read_layout

if TYPE_CHECKING:
    from retrieval.index.store import PassageIndex


AT_ONCE: Final = 20_000
"""Passages that are read within .4 s."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ThreadVectors:
    """All threads, t of them, as they are at one moment."""

    ids: tuple[str, ...]
    matrix: npt.NDArray[np.float32]
    """t × d."""

    def nearest(self, vector: npt.NDArray[np.float32], count: int) -> list[str]:
        """Return the ids of the threads most similar to a vector, best first."""
        similar = self.matrix @ vector
        if count >= len(similar):
            return [self.ids[place] for place in np.argsort(-similar, kind="stable")]
        some = np.argpartition(-similar, count)[:count]
        return [self.ids[place] for place in some[np.argsort(-similar[some], kind="stable")]]


@dataclass(frozen=True, slots=True)
class Held:
    """What a search keeps in memory of a knowledge base."""

    threads: ThreadVectors
    layout: Layout
    threads_of: npt.NDArray[np.intp]
    """For each passage of the layout the place of its thread; t where it has none."""

    def thread_vectors(self, places: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        """Return the vector of the thread of each passage, zeros where it has none."""
        threads = self.threads_of[places]
        known = threads < len(self.threads.ids)
        rows = np.zeros((len(places), self.threads.matrix.shape[1]), dtype=np.float32)
        rows[known] = self.threads.matrix[threads[known]]
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
        changes it every few seconds, and nobody who asks meanwhile should wait for each.
        """
        held = self._held
        if held is not None and held[0] == self._version():
            return held[1]
        if held is None or len(held[1].layout.ids) <= self._at_once:
            return self._again()
        if self._soon is None or self._soon.done():
            self._soon = self._reader.submit(self._again)
            self._soon.add_done_callback(_log_failure)
        return held[1]

    def _again(self) -> Held:
        with self._reading:  # one reads while the others wait for it
            version = self._version()
            held = self._held
            if held is None or held[0] != version:
                held = (version, self._read())
                self._held = held  # whole, so that another thread sees the old or the new one
            return held[1]

    def _version(self) -> object:
        generation = self._index.catalogue.generation(self._index.generation.knowledge_base)
        return generation and (generation.number, generation.updated_at)

    def _read(self) -> Held:
        index = self._index
        summaries = index.library.summaries()
        ids = tuple(summaries)
        matrix = index.embeddings.vectors(list(summaries.values()))
        kb, model = index.generation.knowledge_base, index.embeddings.model
        layout = read_layout(index.catalogue, kb, model, matrix.shape[1])
        at = {id_: n for n, id_ in enumerate(ids)}
        threads_of = np.array([at.get(id_, len(ids)) for id_ in layout.thread_ids], dtype=np.intp)
        return Held(ThreadVectors(ids, matrix), layout, threads_of)


def _log_failure(reading: Future[Held]) -> None:
    error = None if reading.cancelled() else reading.exception()
    if error is not None:  # the next question tries again
        _log.warning("where the passages stand could not be read anew: %s", error)
