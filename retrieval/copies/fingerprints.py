"""Texts as numbers: three-word shingles, and the few of them that stand for the whole.

Everything is numpy over a whole batch of texts; a word is hashed once a batch.  Numbers are
the same in every process and on every machine, so that they can be kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from retrieval.text.wording import words

MIN_SHINGLES: Final = 8
"""Shorter texts ("Thanks, that worked for me") coincide without being copies."""
WINDOW: Final = 6
"""Of every so many shingles in a row the smallest is a fingerprint (winnowing; Schleimer,
Wilkerson and Aiken 2003).  Two texts that share eight words in a row therefore share a
fingerprint, and two of which one holds 80 % of the other's shingles share eight words in a
row: a changed word breaks three shingles, so it has fourteen unchanged ones for company."""
# The sign first: a pattern that begins with a condition is tried at every letter.
_APOSTROPHES: Final = re.compile(r"['’´`](?<=\w.)(?=\w)")
_MAX_VOCABULARY: Final = 200_000
_REMEMBERED: Final = 20_000
"""Words whose numbers are kept from question to question, 4 MB of them."""
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
# The finaliser of splitmix64 (Steele, Lea and Flood 2014).
_MIX: Final = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_WHOLE: Final = 1 << 34

Numbers = npt.NDArray[np.uint64]
Hashes = npt.NDArray[np.int64]
_NONE: Final = np.empty(0, np.int64)
_Value = TypeVar("_Value", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Sketch:
    """One text as numbers."""

    shingles: Numbers
    """In their order."""
    fingerprints: Hashes
    """Those that stand for it in 32 bits each, and last a number for the whole text, which
    is larger than any of them; none at all of a text too short to be a copy."""


class WordNumbers(dict[str, int]):
    """Words with their numbers, for as long as somebody makes sketches of many texts."""

    def __missing__(self, word: str) -> int:
        number = self[word] = _number(word)
        return number


@lru_cache(_REMEMBERED)
def _number(word: str) -> int:
    digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def words_of(text: str) -> list[str]:
    """Return the words that are compared, contractions as one word each."""
    return words(_APOSTROPHES.sub("", text))


def sketches(texts: Sequence[str], vocabulary: WordNumbers | None = None) -> list[Sketch]:
    """Return the sketch of each text; ``vocabulary`` remembers words from call to call."""
    vocabulary = WordNumbers() if vocabulary is None else vocabulary
    if len(vocabulary) > _MAX_VOCABULARY:
        vocabulary.clear()
    split = [words_of(text) for text in texts]
    counts = np.fromiter(map(len, split), np.int64, len(split))
    numbers = np.fromiter(
        map(vocabulary.__getitem__, chain.from_iterable(split)), np.uint64, int(counts.sum())
    )
    shingles, owners = _shingles(numbers, counts)
    chosen, chosen_owners = _winnowed(shingles, owners)
    prints = _split(
        np.concatenate((_narrow(chosen), _wholes(numbers, counts))),
        np.concatenate((chosen_owners, np.arange(len(texts)))),
        len(texts),
    )
    return [
        Sketch(mine, few if len(mine) >= MIN_SHINGLES else _NONE)
        for mine, few in zip(_split(shingles, owners, len(texts)), prints, strict=True)
    ]


def is_whole(hashes: Hashes) -> npt.NDArray[np.bool_]:
    """Tell which fingerprints are numbers for whole texts."""
    return hashes >= _WHOLE // 2


def share(sketch: Sketch, other: Sketch) -> float:
    """Return the share of a text's distinct shingles that another one holds, 0 to 1.

    Of a text of too few, which says a thing over and over, it is 0.
    """
    mine = distinct(sketch.shingles)
    if len(mine) < MIN_SHINGLES:
        return 0.0
    common = np.intersect1d(mine, distinct(other.shingles), assume_unique=True)
    return len(common) / len(mine)


def distinct(values: npt.NDArray[_Value]) -> npt.NDArray[_Value]:
    """Return each value once, in ascending order.

    ``np.unique`` does so, and imports ``numpy.ma`` for it: 12 ms of each small ingest.
    """
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]


def _shingles(numbers: Numbers, counts: npt.NDArray[np.int64]) -> tuple[Numbers, Hashes]:
    """Return all shingles in their order, and the number of the text that each is of."""
    owners = np.repeat(np.arange(len(counts)), counts)
    if len(numbers) < 3:  # noqa: PLR2004 - a shingle's words
        return numbers[:0], owners[:0]
    values = _mixed((numbers[:-2] * _BASE + numbers[1:-1]) * _BASE + numbers[2:])
    inside = owners[:-2] == owners[2:]
    return values[inside], owners[:-2][inside]


def _winnowed(shingles: Numbers, owners: Hashes) -> tuple[Numbers, Hashes]:
    """Return the smallest shingle of every window, once for each run of windows it is in."""
    count = max(0, len(shingles) - WINDOW + 1)
    least = shingles[:count]
    for place in range(1, WINDOW):
        least = np.minimum(least, shingles[place : place + count])
    inside = owners[:count] == owners[len(owners) - count :]
    least, owners = least[inside], owners[:count][inside]
    first = np.ones(len(least), bool)
    first[1:] = (least[1:] != least[:-1]) | (owners[1:] != owners[:-1])
    return least[first], owners[first]


def _split(values: npt.NDArray[_Value], owners: Hashes, count: int) -> list[npt.NDArray[_Value]]:
    """Return the values of each owner, in their order."""
    order = np.argsort(owners, kind="stable")
    ends = np.searchsorted(owners[order], np.arange(count + 1))
    values = values[order]
    return [values[start:end] for start, end in pairwise(ends.tolist())]


def _wholes(numbers: Numbers, counts: npt.NDArray[np.int64]) -> Hashes:
    """Return a number for each text: its words' numbers, mixed with their places, summed."""
    starts = np.cumsum(counts) - counts
    places = np.arange(len(numbers)) - np.repeat(starts, counts)
    mixed = _mixed(numbers + places.astype(np.uint64) * _BASE)
    totals = np.concatenate((np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)))
    sums = totals[starts + counts] - totals[starts]
    return _narrow(_mixed(sums)) + _WHOLE


def _mixed(values: Numbers) -> Numbers:
    for shift, factor in _MIX:
        values = (values ^ (values >> shift)) * factor
    return values ^ (values >> np.uint64(31))


def _narrow(values: Numbers) -> Hashes:
    # Signed, so that SQLite keeps each in four bytes.
    return (values >> np.uint64(32)).astype(np.uint32).view(np.int32).astype(np.int64)
