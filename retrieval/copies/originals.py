"""Finding, for a batch of texts, the originals that they copy: in a store, or in the batch.

Texts are named by keys: what is stored by its number (from 1), the n-th of the batch by
``-1 - n``.  Shared fingerprints name the few texts worth comparing (``likely``), and words
decide (``links``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from retrieval.copies.duplicates import IsRare, Text, is_copy
from retrieval.copies.fingerprints import Hashes, Sketch, distinct, is_whole

MAX_TEXTS: Final = 50
"""A fingerprint of so many originals is boilerplate: it says nothing and would cost much."""
_COMPARED: Final = 8
"""With so many of the texts that share most fingerprints a text is compared."""
_SHARED: Final = 0.2
"""Of the fewer fingerprints of two texts, the share that both must have to be compared."""

Sizes = Callable[[Sequence[int]], Mapping[int, int]]
"""Returns how many fingerprints stored texts have, by key."""
_EVERYTHING: Final = 1 << 20
_KEYS: Final = 1 << 40
"""More than there are keys on either side of 0, for a place and a key in one number."""
_Pairs = tuple[Hashes, Hashes, Hashes]


def key_of(place: int) -> int:
    """Return the key of the text at a place of the batch."""
    return -1 - place


def likely(
    batch: Sequence[Sketch], stored: tuple[Hashes, Hashes], sizes: Sizes
) -> dict[int, list[int]]:
    """Return the keys worth comparing with each text of a batch, most alike first, by place.

    ``stored`` are fingerprints with the keys of the texts that have them, pair by pair.  A
    text that stands in the batch again, word for word, is compared with its first copy only.
    """
    firsts, twins = _twins(batch)
    places = np.array(sorted(firsts), np.int64)
    owners = np.repeat(places, [len(batch[place].fingerprints) for place in places])
    hashes = np.concatenate([batch[place].fingerprints for place in places] or [stored[0][:0]])
    found: dict[int, list[int]] = {place: [key_of(first)] for place, first in twins.items()}
    places, keys, shared = _enough(_shared(hashes, owners, stored), batch, sizes)
    for n in np.lexsort((-shared, places)).tolist():
        others = found.setdefault(int(places[n]), [])
        if len(others) < _COMPARED:
            others.append(int(keys[n]))
    return found


def links(
    batch: Sequence[Text],
    others: Mapping[int, Sequence[int]],
    stored: Mapping[int, Text],
    is_rare: IsRare,
) -> dict[int, int]:
    """Return the keys of copies with those of their originals.

    Texts of the batch are placed in their order, each among those that were there before: it
    becomes a copy of an original that holds it, unless it is known to be the elder; then the
    other becomes a copy of it.  An original that becomes a copy in this way leaves copies of
    its own behind, whose links lead to it: they are to be looked at again.
    """
    linking = _Linking(batch, stored, is_rare)
    for place in sorted(others):
        linking.place(place, others[place])
    return linking.found


def worth_keeping(batch: Sequence[Hashes], stored: Hashes) -> list[Hashes]:
    """Return the fingerprints of new originals without those that are boilerplate by now.

    ``stored`` are those of the originals that were there before, each as often as it occurs.
    """
    owners = np.repeat(np.arange(len(batch)), [len(hashes) for hashes in batch])
    hashes = np.concatenate([*batch, stored[:0]])
    order = np.argsort(hashes, kind="stable")
    ranks = np.empty(len(hashes), np.int64)
    ordered = hashes[order]
    ranks[order] = np.arange(len(hashes)) - np.searchsorted(ordered, ordered)
    before = np.sort(stored)
    ranks += np.searchsorted(before, hashes, "right") - np.searchsorted(before, hashes)
    kept = ranks < MAX_TEXTS
    ends = np.searchsorted(owners[kept], np.arange(1, len(batch)))
    return np.split(hashes[kept], ends) if batch else []


class _Linking:
    """Links of copies to originals, while a batch is placed text by text."""

    def __init__(self, batch: Sequence[Text], stored: Mapping[int, Text], is_rare: IsRare) -> None:
        self.found: dict[int, int] = {}
        self._batch = batch
        self._stored = stored
        self._is_rare = is_rare

    def place(self, place: int, others: Iterable[int]) -> None:
        """Link one text to the first of the others that it copies, or those to it that copy it."""
        key, mine = key_of(place), self._batch[place]
        copies = []
        for other in dict.fromkeys(map(self._original, others)):
            theirs = self._batch[-1 - other] if other < 0 else self._stored[other]
            if mine.age.precedes(theirs.age):
                if is_copy(theirs, mine, self._is_rare):
                    copies.append(other)
            elif is_copy(mine, theirs, self._is_rare):
                self.found[key] = other
                return
        self.found.update(dict.fromkeys(copies, key))

    def _original(self, key: int) -> int:
        while key in self.found:
            key = self.found[key]
        return key


def _twins(batch: Sequence[Sketch]) -> tuple[set[int], dict[int, int]]:
    """Return the places of texts long enough, and of their later copies word for word."""
    first: dict[int, int] = {}
    twins = {}
    for place, sketch in enumerate(batch):
        if len(sketch.fingerprints):
            at = first.setdefault(int(sketch.fingerprints[-1]), place)
            if at != place:
                twins[place] = at
    return set(first.values()), twins


def _shared(hashes: Hashes, owners: Hashes, stored: tuple[Hashes, Hashes]) -> _Pairs:
    """Return places, keys and how many fingerprints they share; a whole text's counts for all."""
    everything = np.concatenate((stored[0], hashes))
    keys = np.concatenate((stored[1], -1 - owners))
    order = np.argsort(everything, kind="stable")
    everything, keys = everything[order], keys[order]
    start = np.searchsorted(everything, hashes)
    count = np.searchsorted(everything, hashes, "right") - start
    count[count > MAX_TEXTS] = 0
    rows = np.repeat(np.arange(len(hashes)), count)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    places, others = owners[rows], keys[start[rows] + within]
    weights = np.where(is_whole(hashes[rows]), _EVERYTHING, 1)
    earlier = (others > 0) | (-1 - others < places)  # each pair of the batch once
    return _summed(places[earlier], others[earlier], weights[earlier])


def _summed(places: Hashes, keys: Hashes, weights: Hashes) -> _Pairs:
    both = places * _KEYS + (keys + _KEYS // 2)
    order = np.argsort(both)
    both = both[order]
    first = np.flatnonzero(np.diff(both, prepend=-1))
    sums = np.add.reduceat(weights[order], first) if len(first) else weights
    return both[first] // _KEYS, both[first] % _KEYS - _KEYS // 2, sums


def _enough(pairs: _Pairs, batch: Sequence[Sketch], sizes: Sizes) -> _Pairs:
    lengths = np.array([len(sketch.fingerprints) for sketch in batch], np.int64)
    # Most pairs share one of many: a turn of phrase.  They need not even be looked up.
    pairs = _where(pairs, (pairs[2] > 1) | (_SHARED * lengths[pairs[0]] <= 1))
    places, keys, shared = pairs
    if not len(keys):
        return pairs
    known = dict(sizes(distinct(keys[keys > 0]).tolist()))
    known |= {key_of(place): length for place, length in enumerate(lengths.tolist())}
    theirs = np.array([known[key] for key in keys.tolist()], np.int64)
    return _where(pairs, shared >= _SHARED * np.minimum(lengths[places], theirs))


def _where(pairs: _Pairs, wanted: npt.NDArray[np.bool_]) -> _Pairs:
    return pairs[0][wanted], pairs[1][wanted], pairs[2][wanted]
