"""Finding a thread that stands twice in its file, and making one of the two passes.

Some exports write a thread down twice, the second time without some or all of the quoted
lines.  Neither pass need hold all of the other.  The split between them is the line ``k``
that maximises the weight of the longest common subsequence (LCS) of ``lines[:k]`` and
``lines[k:]``, a line weighing its characters.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

SAME_THREAD_SHARE: Final = 0.5
"""Twice the LCS's weight over the file's, from which two passes are assumed.

Real double exports reach 0.82 to 0.88, pages of unrelated comments 0.00.
"""
_MAX_COPIES: Final = 12
"""A line that stands more often is no evidence of a second pass, only a cost."""
_MAX_STEPS: Final = 4_000_000
"""Matching pairs looked at before the best split so far is good enough."""
_MAX_PASSES: Final = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the merged thread."""

    text: str
    copies: int = 1
    """How many lines of the file it stands for."""
    first_pass_only: bool = False
    """The second pass left it out: it repeats other words."""


class _Chain(NamedTuple):
    weight: float
    pair: tuple[int, int]
    before: _Chain | None


@dataclass(frozen=True, slots=True)
class Split:
    """Where the second pass begins, and which lines the two passes share."""

    at: int
    share: float
    pairs: tuple[tuple[int, int], ...]


def merge_passes(texts: Sequence[str]) -> tuple[Line, ...]:
    """Return the lines of one thread, each pass of it folded into the first.

    The order respects every pass.  Where both have lines of their own at the same place,
    those of the second come first: what only the first has is quoted text, and a quote
    stands before the reply to it.
    """
    lines = tuple(Line(text) for text in texts)
    for _ in range(_MAX_PASSES):
        split = find_split([line.text for line in lines])
        if split is None:
            break
        lines = tuple(_interleave(lines, split))
    return lines


def find_split(texts: Sequence[str]) -> Split | None:
    """Return the best split of ``texts`` into two passes, None where there is only one."""
    places = _places(texts)
    if not places:
        return None
    weights = np.array([len(text) for text in texts], dtype=np.float64)
    enough = SAME_THREAD_SHARE * float(weights.sum()) / 2
    best = _best_split(places, weights, enough)
    if best is None:
        return None
    weight, at = best
    pairs = _common_pairs(places, weights, at)[1]
    # Lines between the last shared one of pass one and the first of pass two could belong
    # to either; a second pass begins where the thread does, with a line of the first.
    return Split(min(j for _, j in pairs), 2 * weight / float(weights.sum()), tuple(pairs))


def _places(texts: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        places[text].append(number)
    return {text: at for text, at in places.items() if 1 < len(at) <= _MAX_COPIES}


def _best_split(
    places: dict[str, list[int]], weights: npt.NDArray[np.float64], enough: float
) -> tuple[float, int] | None:
    """Branch and bound over the split points: most are never looked at.

    Two bounds on the LCS at ``k``: the common content regardless of order, and any known
    LCS plus the weight of the lines between, since moving one line across the split
    changes the LCS by at most its weight.
    """
    bounds = _content_bounds(places, weights)
    cumulated = np.concatenate(([0.0], np.cumsum(weights)))
    best_weight, best_at, steps = 0.0, 0, 0
    while steps < _MAX_STEPS:
        at = int(bounds.argmax())
        if bounds[at] <= best_weight or bounds[at] < enough:
            break
        weight, pairs = _common_pairs(places, weights, at)
        steps += len(weights) + 8 * len(pairs)
        bounds = np.minimum(bounds, weight + np.abs(cumulated - cumulated[at]))
        bounds[at] = -1.0
        if weight > best_weight:
            best_weight, best_at = weight, at
    return (best_weight, best_at) if best_weight >= enough else None


def _content_bounds(
    places: dict[str, list[int]], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    gains = np.zeros(len(weights) + 1)
    for at in places.values():
        half = len(at) // 2
        for number in at[:half]:
            gains[number + 1] += weights[number]
        for number in at[len(at) - half :]:
            gains[number + 1] -= weights[number]
    return np.cumsum(gains)


def _common_pairs(
    places: dict[str, list[int]], weights: npt.NDArray[np.float64], at: int
) -> tuple[float, list[tuple[int, int]]]:
    """Return the heaviest common subsequence across a split: its weight and its pairs.

    Hunt and Szymanski's method, weighted: matches are taken in the order of the first
    pass, and a staircase (ends ascending, weights ascending) holds the best chains so far.
    """
    matches = sorted((i, -j) for numbers in places.values() for i, j in _across(numbers, at))
    ends: list[int] = []
    chains: list[_Chain] = []
    for i, negative_j in matches:
        j = -negative_j
        place = bisect_left(ends, j)
        before = chains[place - 1] if place else None
        chain = _Chain(float(weights[i]) + (before.weight if before else 0.0), (i, j), before)
        if place < len(ends) and ends[place] == j and chains[place].weight >= chain.weight:
            continue
        last = place
        while last < len(ends) and chains[last].weight <= chain.weight:
            last += 1
        ends[place:last] = [j]
        chains[place:last] = [chain]
    return (chains[-1].weight, _unroll(chains[-1])) if chains else (0.0, [])


def _across(numbers: list[int], at: int) -> Iterator[tuple[int, int]]:
    middle = bisect_left(numbers, at)
    for i in numbers[:middle]:
        for j in numbers[middle:]:
            yield i, j


def _unroll(chain: _Chain | None) -> list[tuple[int, int]]:
    pairs = []
    while chain is not None:
        pairs.append(chain.pair)
        chain = chain.before
    return pairs[::-1]


def _interleave(lines: Sequence[Line], split: Split) -> Iterator[Line]:
    first, second = 0, split.at
    for i, j in (*split.pairs, (split.at, len(lines))):
        yield from lines[second:j]
        for line in lines[first:i]:
            yield replace(line, first_pass_only=True)
        if j < len(lines):
            yield replace(lines[i], copies=lines[i].copies + lines[j].copies)
        first, second = i + 1, j + 1
