"""Searching for what is in Chroma, since a record that is counted may yet be found by no search.

Killed while it writes, Chroma 1.5.9 now and then keeps a vector out of reach of its graph:
the record is there, ``get`` returns it, and no query finds it.  That is mended by inserting it
anew.  Where it is not, the vector is so unlike all others that none of them keeps a link to it;
such there may be in any large graph of this kind (HNSW).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Generation
    from retrieval.store.catalogue.contents import Located
    from retrieval.store.catalogue.library import Library
    from retrieval.store.chroma.vectors import VectorIndex
    from retrieval.store.embedding_cache import EmbeddingCache

_PAGE: Final = 2_000
_SEARCHED_AT_ONCE: Final = 200
_NEAREST: Final = 5
_WIDELY: Final = 2_000
"""How many are asked for before a vector counts as lost.  Chroma looks at as many candidates, so
one that its usual search of 200 only just misses, for it has many neighbours, is found now; one
that nothing in the graph leads to is not.  So many passages of one text are told apart, too."""
_SAME: Final = 0.99
"""Cosine between a vector and itself, kept as 16- and as 32-bit floats, is above this."""

_MANY: Final = 1_000
_APART: Final = 0.01
"""Where of many vectors no larger share stays out of reach they lie apart, and the graph is whole:
of random ones that are spread as MiniLM's are it was .05 % of 20,000 and .4 % of 100,000, of
MiniLM's own none of 15,955 nor of 14,646 out of 43,937.  A small graph leads to all."""

OnStep = Callable[[str, int, int], None]
"""Hears what is being done, and how much of how much is done."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What searching for passages and inserting them anew came to."""

    searched: int
    lost: int
    """How many were found by no search, and were inserted anew."""
    still: int = 0
    """How many of those are found by none yet."""

    @property
    def is_whole(self) -> bool:
        """Whether no more of them are out of reach than lie apart from all others."""
        return not self.still or (self.searched >= _MANY and self.still <= self.searched * _APART)


class Searchable(Protocol):
    """What is searched and mended here: a ``PassageIndex``, which itself mends what it wrote."""

    generation: Generation
    vectors: VectorIndex
    embeddings: EmbeddingCache
    library: Library

    def insert(self, fresh: Sequence[Located]) -> None:
        """Put passages into Chroma and the lexical index; their vectors must be cached."""
        ...


def unfindable(index: Searchable, ids: Sequence[str], on_step: OnStep) -> set[str]:
    """Return those passages whose own vector does not lead to them."""
    lost: set[str] = set()
    for done, some in pages(ids, _SEARCHED_AT_ONCE):
        on_step("Searching", done, len(ids))
        suspects = _not_among_nearest(index, some, _NEAREST)
        if suspects:
            lost |= _not_among_nearest(index, sorted(suspects), _WIDELY)
    return lost


def put_back(index: Searchable, ids: Collection[str], on_step: OnStep) -> None:
    """Put passages into Chroma and the lexical index, from catalogue and embedding cache."""
    for done, some in pages(sorted(ids), _PAGE):
        on_step("Mending", done, len(ids))
        index.insert(list(index.library.located(some).values()))


def mend(index: Searchable, ids: Sequence[str], on_step: OnStep) -> Repair:
    """Make passages findable."""
    lost = unfindable(index, ids, on_step)
    if not lost:
        return Repair(len(ids), 0)
    # Under its old place in the graph it would stay lost: out, and in anew.
    index.vectors.delete(sorted(lost))
    put_back(index, lost, on_step)
    return Repair(len(ids), len(lost), len(unfindable(index, sorted(lost), on_step)))


def pages(ids: Sequence[str], size: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield ids some at a time, with how many went before."""
    for start in range(0, len(ids), size):
        yield start, ids[start : start + size]


def _not_among_nearest(index: Searchable, ids: Sequence[str], count: int) -> set[str]:
    blobs = index.embeddings.of_passages(index.generation.knowledge_base, ids)
    matrix = np.frombuffer(b"".join(blobs.values()), np.float16).reshape(len(blobs), -1)
    found = index.vectors.nearest_to_each(matrix.astype(np.float32), count)
    found += [{}] * (len(blobs) - len(found))
    return {
        id_
        for id_, near in zip(blobs, found, strict=True)
        if near.get(id_, 0.0) < _SAME and not _all_twins(near, index.vectors.most_results)
    }


def _all_twins(near: dict[str, float], most: int) -> bool:
    """Tell whether more passages of the same text are there than can be told apart."""
    return len(near) >= min(_WIDELY, most) and min(near.values()) > 1 - 1e-4
