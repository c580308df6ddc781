"""Telling copies with small differences from texts that say something else.

Of two texts the younger is a copy if the elder holds at least 80 % of its three-word shingles
and no word that differs changes what is said: a half quoted without a mark, a cross-post, a
slip of the pen.  A copy in which one word was changed to its opposite differs in one word
too, and must stay a text of its own, so a difference counts as harmless only where it is
known to be: better the same words shown twice than an objection hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Final

from rapidfuzz.distance import OSA

from retrieval.copies.fingerprints import Sketch, share, sketches, words_of
from retrieval.text.wording import FUNCTION_WORDS

MIN_SHARE: Final = 0.8
"""Share of a text's shingles that the other must hold."""
_SLIP_LENGTH: Final = 5
_FILLERS: Final = frozenset(
    {"the", "a", "an", "very", "really", "just", "also", "quite", "so", "too", "well", "indeed"}
    | {"actually", "basically", "simply", "please", "that", "oh", "ok", "okay", "hi", "hello"}
    | {"hey", "btw"}
)
"""Words that may come or go without changing what is said."""
_NEGATORS: Final = frozenset(
    {"no", "not", "never", "none", "nobody", "nothing", "nor", "neither", "cannot", "without"}
    | {"hardly", "barely", "scarcely", "rarely", "seldom", "unless", "except", "false", "untrue"}
    | {"wrong", "incorrect", "myth", "doubt", "doubtful", "deny", "denied", "nonsense", "if"}
    | {"dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "werent", "wont", "wouldnt", "cant"}
    | {"couldnt", "shouldnt", "mustnt", "neednt", "hasnt", "havent", "hadnt", "aint", "shant"}
)
_WORDS_BEFORE: Final = 4
"""So far before a quoted part a word may turn it round: "it is not true that …"."""
_WORDS_AFTER: Final = 2
_OPPOSITES: Final = ("a", "an", "un", "in", "im", "il", "ir", "dis", "non", "anti", "de", "mis")

IsRare = Callable[[str], bool]
"""Tells whether a word stands in one text at most: only such a word can be a slip."""


@dataclass(frozen=True, slots=True)
class Age:
    """What is known of when a text was written."""

    thread_id: str
    ordinal: int
    """Place of its post in the thread."""
    created_at: datetime | None = None

    def precedes(self, other: Age) -> bool:
        """Tell whether this is known to be the elder."""
        if self.created_at and other.created_at and self.created_at != other.created_at:
            return self.created_at < other.created_at
        return self.thread_id == other.thread_id and self.ordinal < other.ordinal


_NOWHEN: Final = Age("", 0)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that may be, or have, a copy."""

    text: str
    sketch: Sketch
    age: Age


def is_copy(text: Text, other: Text, is_rare: IsRare) -> bool:
    """Tell whether a text says nothing that the other does not say in the same words."""
    if share(text.sketch, other.sketch) < MIN_SHARE:
        return False
    return repeats(words_of(text.text), words_of(other.text), is_rare)


def repeats(tokens: Sequence[str], other: Sequence[str], is_rare: IsRare) -> bool:
    """Tell whether ``tokens`` are ``other``, or a part of it, but for harmless differences.

    Where one begins or ends before the other does not matter, unless what is cut off turns
    the rest round.
    """
    if list(tokens) == list(other):
        return True
    blocks = SequenceMatcher(None, tokens, other, autojunk=False).get_opcodes()
    start = blocks[0][4] if blocks[0][0] == "insert" else 0
    end = blocks[-1][3] if blocks[-1][0] == "insert" else len(other)
    around = (*other[max(0, start - _WORDS_BEFORE) : start], *other[end : end + _WORDS_AFTER])
    return _NEGATORS.isdisjoint(around) and all(
        _is_harmless(tokens[i:j], other[k:m], is_rare)
        for kind, i, j, k, m in blocks
        if kind != "equal" and not (kind == "insert" and (m == start or k == end))
    )


class Unlike:
    """Remembers texts that copy none of those before."""

    def __init__(self, is_rare: IsRare) -> None:
        """Know of no text yet."""
        self._is_rare = is_rare
        self._kept: list[tuple[Text, set[int]]] = []
        self._by_fingerprint: dict[int, list[int]] = {}

    def among(self, texts: Sequence[str]) -> list[bool]:
        """Tell of each text whether it copies none of those before it that copy none."""
        return [
            self._keeps(text, sketch) for text, sketch in zip(texts, sketches(texts), strict=True)
        ]

    def _keeps(self, text: str, sketch: Sketch) -> bool:
        one, prints = Text(text, sketch, _NOWHEN), sketch.fingerprints.tolist()
        alike = {n for each in prints for n in self._by_fingerprint.get(each, ())}
        mine = set(sketch.shingles.tolist()) if alike else set()
        # "In the presence of" makes hundreds alike in one fingerprint: sets tell in no time
        # that they share no more.
        is_new = not any(
            len(mine & theirs) / len(mine) >= MIN_SHARE and is_copy(one, other, self._is_rare)
            for other, theirs in (self._kept_at(n) for n in sorted(alike))
        )
        if is_new:
            for each in prints:
                self._by_fingerprint.setdefault(each, []).append(len(self._kept))
            self._kept.append((one, set()))
        return is_new

    def _kept_at(self, number: int) -> tuple[Text, set[int]]:
        """Return a text with its shingles, which are made at the first need."""
        text, shingles = self._kept[number]
        if not shingles:
            shingles.update(text.sketch.shingles.tolist())
        return text, shingles


def _is_harmless(mine: Sequence[str], theirs: Sequence[str], is_rare: IsRare) -> bool:
    if {*mine, *theirs} <= _FILLERS:
        return True
    return len(mine) == len(theirs) and all(
        _is_slip(a, b, is_rare) for a, b in zip(mine, theirs, strict=True)
    )


def _is_slip(word: str, other: str, is_rare: IsRare) -> bool:
    longer, shorter = sorted((word, other), key=len, reverse=True)
    if len(shorter) < _SLIP_LENGTH or OSA.distance(word, other) != 1:
        return False
    if any(longer == prefix + shorter for prefix in _OPPOSITES):
        return False
    if not (word.isalpha() and other.isalpha()) or {word, other} & (FUNCTION_WORDS | _NEGATORS):
        return False
    return is_rare(word) or is_rare(other)
