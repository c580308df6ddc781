"""The vectors of a knowledge base's threads: one of each thread's title and opening post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

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


class LiveThreadVectors:
    """Reads ``ThreadVectors`` again when the knowledge base has changed."""

    def __init__(self, index: PassageIndex) -> None:
        """Read those of ``index``."""
        self._index = index
        self._held: tuple[object, ThreadVectors] | None = None

    def now(self) -> ThreadVectors:
        """Return the threads as they are; costs one row of SQLite where nothing changed."""
        generation = self._index.catalogue.generation(self._index.generation.knowledge_base)
        version = generation and (generation.number, generation.updated_at)
        held = self._held
        if held is None or held[0] != version:
            summaries = self._index.library.summaries()
            ids = tuple(summaries)
            matrix = self._index.embeddings.vectors(list(summaries.values()))
            held = (version, ThreadVectors(ids, matrix, {id_: n for n, id_ in enumerate(ids)}))
            self._held = held  # whole, so that another thread sees the old or the new one
        return held[1]
