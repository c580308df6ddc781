"""Which words mean the same, and which the opposite.

``synonyms.txt`` and ``antonyms.txt`` were made from WordNet 3.1 by ``scripts/lexicon.py`` (its
licence lies beside them); ``own.txt`` adds the words of forums about computers, which WordNet
knows in other senses or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from retrieval.writing.stems import stem

_OPPOSITES: Final = "/"
_NO_OPPOSITES: Final = frozenset({"first", "second", "one", "go", "come", "take", "give"})
"""WordNet has them as opposites ("first" and "second"); in answers they mostly are not."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Stems by meaning."""

    groups: dict[str, frozenset[int]]
    """The groups of synonyms that a stem is in."""
    opposites: dict[str, frozenset[str]]

    def same(self, left: str, right: str) -> bool:
        """Tell whether two stems can mean the same."""
        if left == right:
            return True
        return not self.groups.get(left, frozenset()).isdisjoint(self.groups.get(right, ()))

    def opposite(self, left: str, right: str) -> bool:
        """Tell whether two stems mean the opposite of each other."""
        return right in self.opposites.get(left, ())

    def knows(self, word: str) -> bool:
        """Tell whether a stem is an ordinary word of English."""
        return word in self.groups or word in self.opposites


@cache
def lexicon() -> Lexicon:
    """Return the lexicon; read at the first call, which takes a tenth of a second."""
    groups: defaultdict[str, set[int]] = defaultdict(set)
    opposites: defaultdict[str, set[str]] = defaultdict(set)
    for number, line in enumerate([*_lines("synonyms.txt"), *_own(opposite=False)]):
        for word in line.split():
            groups[stem(word)].add(number)
    for pair in _lines("antonyms.txt"):
        if not _NO_OPPOSITES.isdisjoint(pair.split()):
            continue
        left, right = map(stem, pair.split())
        opposites[left].add(right)
        opposites[right].add(left)
    for line in _own(opposite=True):
        left_side, right_side = (list(map(stem, side.split())) for side in line.split(_OPPOSITES))
        for one in left_side:
            opposites[one].update(right_side)
        for one in right_side:
            opposites[one].update(left_side)
    return Lexicon(
        {word: frozenset(found) for word, found in groups.items()},
        {word: frozenset(found) - {word} for word, found in opposites.items()},
    )


def _own(*, opposite: bool) -> Iterator[str]:
    for line in _lines("own.txt"):
        if line and not line.startswith("#") and (_OPPOSITES in line) is opposite:
            yield line


def _lines(name: str) -> list[str]:
    return resources.files(__package__).joinpath(name).read_text("utf-8").splitlines()
