"""What a search keeps in memory: the threads' vectors, and where the passages stand.

A thread's vector is that of its title and opening post.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from retrieval.index.candidates import Layout, read_layout

if TYPE_CHECKING:
    from retrieval.index.store import PassageIndex


@dataclass(frozen=True, slots=True)
class ThreadVectors:
    """All threads, t of them, as they are at one moment."""

    ids: tuple[str, ...]
    matrix: npt.NDArray[np.float32]
    """t × d."""
    places: dict[str, int]

    def nearest(self, vector: npt.NDArray[np.float32], count: int) -> list[str]:
        """Return the ids of the threads most similar to a vector, best first."""
        similar = self.matrix @ vector
        if count >= len(similar):
            return [self.ids[place] for place in np.argsort(-similar, kind="stable")]
        some = np.argpartition(-similar, count)[:count]
        return [self.ids[place] for place in some[np.argsort(-similar[some], kind="stable")]]

    def of(self, ids: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return a row for each id, zeros where there is no such thread."""
        rows = np.zeros((len(ids), self.matrix.shape[1]), dtype=np.float32)
        known = [(n, self.places[id_]) for n, id_ in enumerate(ids) if id_ in self.places]
        if known:
            where, places = zip(*known, strict=True)
            rows[list(where)] = self.matrix[list(places)]
        return rows


@dataclass(frozen=True, slots=True)
class Held:
    """What a search keeps in memory of a knowledge base."""

    threads: ThreadVectors
    layout: Layout


class LiveHeld:
    """Reads ``Held`` again when the knowledge base has changed; any thread may ask."""

    def __init__(self, index: PassageIndex) -> None:
        """Read that of ``index``."""
        self._index = index
        self._reading = threading.Lock()
        self._held: tuple[object, Held] | None = None

    def now(self) -> Held:
        """Return it as it is; costs one row of SQLite where nothing changed."""
        held = self._held
        if held is None or held[0] != self._version():
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
        return Held(
            ThreadVectors(ids, matrix, {id_: n for n, id_ in enumerate(ids)}),
            read_layout(index.catalogue, kb, model),
        )
