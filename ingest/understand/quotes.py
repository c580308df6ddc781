"""Finding whose words a line repeats, by the words alone.

Plain text has no quotation marks that survive an export, so a quote is known by its words:
it stands whole in an earlier text, perhaps without its beginning, perhaps with ``[...]``
where the quoter cut.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final, Generic, TypeVar

from retrieval.text.wording import fold, words

MIN_PART_WORDS: Final = 6
"""Shortest text that counts as a part quoted from a longer one.

Shorter runs ("I agree with all of this") stand in texts that have nothing to do with each
other; a whole line repeated word for word is a repeat at any length.
"""
_ELISION: Final = re.compile(r"\[\s*(?:\.{2,}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|…|\.{3,}")

Key = TypeVar("Key", bound=Hashable)


class QuoteIndex(Generic[Key]):
    """Texts that may be quoted, findable by any part of them.

    An inverted index of words: the rarest word of a quote names the few texts that can hold
    it, and a comparison of all its words decides.
    """

    def __init__(self, quotes: Iterable[str] | None = None) -> None:
        """Make an index for these ``quotes``, or for any: others may not be found in it."""
        self._wanted = (
            None if quotes is None else {word for quote in quotes for word in words(quote)}
        )
        self._folded: dict[Key, str] = {}
        self._whole: dict[str, list[Key]] = defaultdict(list)
        self._by_word: dict[str, list[Key]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._folded)

    def add(self, key: Key, text: str) -> None:
        """Make ``text`` findable under ``key``."""
        folded = fold(text)
        self._folded[key] = folded
        self._whole[folded].append(key)
        found = set(folded.split())
        for word in found if self._wanted is None else found & self._wanted:
            self._by_word[word].append(key)

    def same(self, text: str) -> Sequence[Key]:
        """Return the keys of texts with exactly these words, in the order of adding."""
        return tuple(self._whole.get(fold(text), ()))

    def holding(self, text: str) -> Iterator[Key]:
        """Yield the keys of texts that hold these words and more, in the order of adding.

        Where the text is cut by ``[...]``, its parts must stand there in their order.
        """
        parts = quoted_parts(text)
        whole = fold(text)
        needles = [f" {' '.join(part)} " for part in parts]
        for key in self._candidates(parts):
            folded = self._folded[key]
            if folded != whole and _in_order(needles, folded):
                yield key

    def _candidates(self, parts: list[list[str]]) -> Sequence[Key]:
        lists = [self._by_word.get(word, []) for part in parts for word in part]
        return min(lists, key=len, default=[])


def repeats(text: str, quote: str) -> bool:
    """Tell whether ``quote`` repeats words of ``text``: all of them, or a part."""
    whole, folded = fold(quote), fold(text)
    needles = [f" {' '.join(part)} " for part in quoted_parts(quote)]
    return folded == whole or (bool(needles) and _in_order(needles, folded))


def quoted_parts(text: str) -> list[list[str]]:
    """Return the words of each uncut part of a quote, nothing if they are too few."""
    parts = [part for part in map(words, _ELISION.split(text)) if part]
    return parts if sum(map(len, parts)) >= MIN_PART_WORDS else []


def _in_order(needles: Sequence[str], haystack: str) -> bool:
    at = 0
    for needle in needles:
        found = haystack.find(needle, at)
        if found < 0:
            return False
        # The blank that ends one part may begin the next.
        at = found + len(needle) - 1
    return True
