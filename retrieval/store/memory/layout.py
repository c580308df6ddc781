"""Where the passages of a knowledge base stand, kept in memory for a search."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.records import Standing
from retrieval.store.memory.candidates import Candidates

if TYPE_CHECKING:
    import sqlite3

    from retrieval.store.catalogue.catalogue import Catalogue

HELD: Final = 250_000
"""Vectors that are kept in memory, 190 MB of them; of a larger knowledge base each question reads
its candidates' from SQLite, which takes 9 ms instead of 1."""
_READ_AT_ONCE: Final = 10_000
_ASKERS: Final = frozenset(standing for standing in Standing if standing.is_askers)
_PLACES: Final = """
SELECT p.id, p.thread_id, p.post_id, p.file_id, p.ordinal, p.end - p.start,
       o.exchange_id, o.standing, o.worth, e.id, p.indexed
  FROM files f
  JOIN passages p ON p.file_id = f.id
  JOIN posts o ON o.file_id = p.file_id AND o.id = p.post_id
  JOIN embeddings e ON e.text = p.text_key AND e.model = :model
 WHERE f.kb = :kb
 ORDER BY p.file_id, p.thread_id, p.ordinal
"""
# By row number, so that nothing but the vectors themselves is looked up: with their places read
# anew as well, ten times as much, a question spent half its time here.
_VECTORS: Final = """
SELECT e.id, e.vector FROM json_each(?) wanted CROSS JOIN embeddings e ON e.id = wanted.value
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each passage of a knowledge base stands, n of them as they are at one moment.

    In the order in which they were written; one that stands in several files stands here as
    often.  About 250 bytes a passage, and twice its dimensions where the vectors are here too.
    """

    ids: tuple[str, ...]
    places: dict[str, int]
    """By passage id, the first of its places."""
    others: dict[str, tuple[int, ...]]
    """By passage id, the places after the first, where there are any."""
    exchange_ids: tuple[str | None, ...]
    exchange_numbers: npt.NDArray[np.intp]
    """n; the same for passages of one exchange, and -1 for those of none."""
    exchanges: dict[str, npt.NDArray[np.intp]]
    """By exchange id, the places of its passages."""
    before: npt.NDArray[np.intp]
    """n; as in ``Candidates``."""
    after: npt.NDArray[np.intp]
    indexed: npt.NDArray[np.bool_]
    """n; false for a quote whose very words are indexed where they come from."""
    posts: npt.NDArray[np.intp]
    """n; as in ``Candidates``, as are those that follow."""
    askers: npt.NDArray[np.bool_]
    worths: npt.NDArray[np.float64]
    lengths: npt.NDArray[np.float64]
    vector_rows: npt.NDArray[np.int64]
    """n; which row of the embedding cache holds its vector."""
    vectors: npt.NDArray[np.float16] | None = None
    """n × d, as the cache has them; None where they are too many to be kept in memory."""

    def in_exchanges(self, exchange_ids: Iterable[str]) -> list[str]:
        """Return the ids of the indexed passages of exchanges; unknown ones have none."""
        places = [self.exchanges[id_] for id_ in exchange_ids if id_ in self.exchanges]
        at = np.concatenate([*places, np.zeros(0, dtype=np.intp)])
        return [self.ids[place] for place in at[self.indexed[at]].tolist()]

    def of_exchanges(self, scores: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """Return for each passage the score of its exchange, 0 where it has none; n."""
        spread = np.zeros(len(self.ids))
        for id_, score in scores.items():
            if id_ in self.exchanges:
                spread[self.exchanges[id_]] = score
        return spread

    def candidates(self, catalogue: Catalogue, ids: Iterable[str], dimensions: int) -> Candidates:
        """Return passages with those beside and before them; unknown ids are left out."""
        ids = list(ids)
        places = [self.places.get(id_) for id_ in ids]
        firsts = np.array([place for place in places if place is not None], dtype=np.intp)
        more = [other for id_ in ids if id_ in self.others for other in self.others[id_]]
        asked = np.concatenate([firsts, np.array(more, dtype=np.intp)])
        at = np.flatnonzero(self._are_in(asked, self.before[asked], self.after[asked]))
        if self.vectors is not None:
            vectors = widened(self.vectors[at])
        else:
            found, vectors = _vectors(catalogue, self.vector_rows[at], dimensions)
            at = at[found]
        return Candidates(
            ids=tuple(map(self.ids.__getitem__, at.tolist())),
            places=at,
            # A passage that stands in several files is weighed once.
            wanted=self._are_in(firsts)[at],
            before=_among(at, self.before[at]),
            after=_among(at, self.after[at]),
            exchanges=self.exchange_numbers[at],
            posts=self.posts[at],
            askers=self.askers[at],
            worths=self.worths[at],
            lengths=self.lengths[at],
            vectors=vectors,
        )

    def _are_in(self, *places: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        marks = np.zeros(len(self.ids), dtype=bool)
        for each in places:
            marks[each] = True
        return marks


def read_layout(
    catalogue: Catalogue, knowledge_base: str, model: str, dimensions: int, held: int = HELD
) -> Layout:
    """Read where the passages stand that have a vector of ``model``, and ``held`` vectors at most.

    Takes 1 s for 100,000 passages, in steps of milliseconds between which other threads go on.
    """
    read = _Columns()
    # Row by row: 100,000 rows kept until all are there are 25 ms to be freed in one go, and make
    # the garbage collector look through all of memory, for 70 to 200 ms at a time.
    for row in catalogue.connection.execute(_PLACES, {"kb": knowledge_base, "model": model}):
        read.add(row)
    here = np.arange(len(read.ids), dtype=np.intp)
    follows = np.array(read.follows[1:], dtype=bool)
    vector_rows = np.array(read.vector_rows, dtype=np.int64)
    indexed = np.array(read.indexed, dtype=bool)
    for id_, more in read.others.items():
        alike = [read.places[id_], *more]
        indexed[alike] = indexed[alike].any()
    vectors = None
    if len(read.ids) <= held:
        found, halves = _halves(catalogue, vector_rows, dimensions)
        vectors = halves if found.all() else None
    return Layout(
        ids=tuple(read.ids),
        places=read.places,
        others=read.others,
        exchange_ids=tuple(read.exchange_ids),
        exchange_numbers=np.array(read.exchange_numbers, dtype=np.intp),
        exchanges={id_: np.array(at, dtype=np.intp) for id_, at in read.exchanges.items()},
        before=np.concatenate([here[:1], np.where(follows, here[:-1], here[1:])]),
        after=np.concatenate([np.where(follows, here[1:], here[:-1]), here[-1:]]),
        indexed=indexed,
        posts=np.array(read.posts, dtype=np.intp),
        askers=np.array(read.askers, dtype=bool),
        worths=np.array(read.worths, dtype=np.float64),
        lengths=np.array(read.lengths, dtype=np.float64),
        vector_rows=vector_rows,
        vectors=vectors,
    )


class _Columns:
    """The columns of a ``Layout``, while rows are read in order."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.places: dict[str, int] = {}
        self.others: dict[str, tuple[int, ...]] = {}
        self.exchange_ids: list[str | None] = []
        self.exchange_numbers = array("q")
        self.follows = bytearray()
        """Whether a passage follows that of the row before in one post."""
        self.posts = array("q")
        self.askers = bytearray()
        self.worths = array("d")
        self.lengths = array("d")
        self.vector_rows = array("q")
        self.indexed = bytearray()
        self.exchanges: dict[str, array[int]] = {}
        """By exchange id, the places of its passages."""
        self._names: dict[str, tuple[str, int]] = {}
        self._last: tuple[int, str, str, int] | None = None

    def add(self, row: sqlite3.Row) -> None:
        (
            id_,
            thread_id,
            post_id,
            file_id,
            ordinal,
            length,
            exchange_id,
            standing,
            worth,
            vector_row,
            indexed,
        ) = row
        place = len(self.ids)
        self.ids.append(id_)
        if self.places.setdefault(id_, place) != place:
            self.others[id_] = (*self.others.get(id_, ()), place)
        self._join(exchange_id, place)
        is_new_post = self._last is None or self._last[:3] != (file_id, thread_id, post_id)
        self.posts.append(self.posts[-1] + is_new_post if self.posts else 0)
        self.follows.append(self._last == (file_id, thread_id, post_id, ordinal - 1))
        self._last = (file_id, thread_id, post_id, ordinal)
        self.askers.append(standing in _ASKERS)
        self.worths.append(worth)
        self.lengths.append(length)
        self.vector_rows.append(vector_row)
        self.indexed.append(indexed)

    def _join(self, exchange_id: str | None, place: int) -> None:
        """Note which exchange the passage at a place is part of."""
        if exchange_id is None:
            self.exchange_ids.append(None)
            self.exchange_numbers.append(-1)
            return
        # One string for all passages of an exchange.
        name, number = self._names.setdefault(exchange_id, (exchange_id, len(self._names)))
        self.exchange_ids.append(name)
        self.exchange_numbers.append(number)
        self.exchanges.setdefault(name, array("q")).append(place)


def _vectors(
    catalogue: Catalogue, wanted: npt.NDArray[np.int64], dimensions: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float32]]:
    """Return which rows of the embedding cache are there, and their vectors."""
    there, halves = _halves(catalogue, wanted, dimensions)
    return there, halves[there].astype(np.float32)


def _halves(
    catalogue: Catalogue, wanted: npt.NDArray[np.int64], dimensions: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float16]]:
    """Return which rows are there, and an array with the vectors of those, zeros elsewhere."""
    halves = np.zeros((len(wanted), dimensions), dtype=np.float16)
    there = np.zeros(len(wanted), dtype=bool)
    for start in range(0, len(wanted), _READ_AT_ONCE):
        part = wanted[start : start + _READ_AT_ONCE].tolist()
        asked = json.dumps(sorted(set(part)))
        rows = {row[0]: row[1] for row in catalogue.connection.execute(_VECTORS, (asked,))}
        found = np.array([row in rows for row in part], dtype=bool)
        blob = b"".join(rows[row] for row in part if row in rows)
        places = start + np.flatnonzero(found)
        halves[places] = np.frombuffer(blob, np.float16).reshape(-1, dimensions)
        there[places] = True
    return there, halves


def widened(halves: npt.NDArray[np.float16]) -> npt.NDArray[np.float32]:
    """Return finite numbers in 32 bits: what ``astype`` does, in an eighth of the time.

    The bits go to their places, and the exponent's bias from 15 to 127 by multiplying.
    """
    bits = halves.view(np.int16).astype(np.int32) << 13
    bits &= ~0x7000_0000  # copies of the sign
    wide = bits.view(np.float32)
    wide *= np.float32(2.0 ** (127 - 15))
    return wide


def _among(at: npt.NDArray[np.intp], others: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return where ``others`` are in ``at``; where they are not, each one's own place."""
    here = np.arange(len(at), dtype=np.intp)
    if not len(at):
        return here
    found = np.searchsorted(at, others).clip(max=len(at) - 1)
    return np.where(at[found] == others, found, here)
