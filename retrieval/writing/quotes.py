"""Finding a model's quote in the stored text, whatever became of its typography.

Both texts are folded (NFKC, case, white space, quotation marks, dashes, emphasis) with a note
of where each character came from, so that what is found is a span of the text as it is stored.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from retrieval.text.sentences import sentence_spans

MIN_CHARACTERS: Final = 12
"""A shorter quote could stand anywhere; a whole sentence may be shorter."""
MAX_CHARACTERS: Final = 2_000
MAX_SPAN: Final = 600
"""A span of sentences longer than that is not widened."""
_SAME: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´′ʼ", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘", "-"),
    }
)
_DROPPED: Final = frozenset("*_\\`~|")
_GAP: Final = re.compile(r"\s*(?:\[(?:\.\.\.|…)\]|\((?:\.\.\.|…)\)|\.\.\.|…)\s*")
_SHORTEST_PART: Final = 4
_LONGEST_RUN: Final = 3


@dataclass(frozen=True, slots=True)
class _Folded:
    text: str
    places: tuple[int, ...]
    """Where each character of ``text`` stands in the original; one more for the end."""


def locate(quote: str, text: str, shortest: int = MIN_CHARACTERS) -> tuple[int, int] | None:
    """Return the span of ``text`` where a quote stands, None where it does not.

    A quote with "…" in it stands for the span from its first part to its last; one with fewer
    than ``shortest`` characters must be a whole sentence.
    """
    parts = [part for part in _GAP.split(quote[:MAX_CHARACTERS]) if part.strip()]
    whole = _find(quote[:MAX_CHARACTERS], text, shortest)
    if whole is not None or len(parts) < 2:  # noqa: PLR2004 - a single part has no gap
        return whole
    spans, at = [], 0
    for part in parts:
        found = _find(part, text[at:], shortest=_SHORTEST_PART)
        if found is None:
            return None
        spans.append((found[0] + at, found[1] + at))
        at = spans[-1][1]
    start, end = spans[0][0], spans[-1][1]
    return (start, end) if end - start <= MAX_SPAN else None


def widened(span: tuple[int, int], text: str) -> tuple[int, int]:
    """Return the whole sentences that a span touches.

    What a model leaves out of a sentence may turn its meaning ("I doubt that …"), so readers
    and reviewers get all of it.
    """
    touched = [s for s in sentence_spans(text) if s[0] < span[1] and span[0] < s[1]]
    if not touched:
        return span
    start, end = min(span[0], touched[0][0]), max(span[1], touched[-1][1])
    return (start, end) if end - start <= MAX_SPAN else span


def is_whole(sentence: str, quote: str) -> bool:
    """Tell whether a sentence is one sentence, or several in a row, of what is quoted."""
    wanted = _ended(sentence)
    spans = sentence_spans(quote)
    return any(
        _ended(quote[spans[a][0] : spans[b][1]]) == wanted
        for a in range(len(spans))
        for b in range(a, min(a + _LONGEST_RUN, len(spans)))
    )


def _ended(text: str) -> str:
    return fold(text).text.strip(" .!")


def _find(quote: str, text: str, shortest: int) -> tuple[int, int] | None:
    wanted = fold(quote).text.strip()
    folded = fold(text)
    start = -1
    while wanted and (start := folded.text.find(wanted, start + 1)) >= 0:
        end = start + len(wanted)
        if not _cuts_words(folded.text, start, end):
            span = _span(folded, start, end, text)
            is_long = len(wanted) >= shortest or span in sentence_spans(text)
            return span if is_long else None
    return None


def _cuts_words(text: str, start: int, end: int) -> bool:
    """Tell whether a span begins or ends within a word: "not" stands in no "nothing"."""
    before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    return before or (end < len(text) and text[end - 1].isalnum() and text[end].isalnum())


def _span(folded: _Folded, start: int, end: int, text: str) -> tuple[int, int]:
    first, last = folded.places[start], folded.places[end - 1] + 1
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    return first, last


_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;")


@lru_cache(maxsize=256)
def fold(text: str) -> _Folded:
    """Return the comparable form of ``text``, with the place of each character."""
    characters: list[str] = []
    places: list[int] = []
    for place, original in enumerate(text):
        if original in _PLAIN:  # most of any text, at a tenth of the price
            characters.append(original.lower())
            places.append(place)
            continue
        folded = original if original.isascii() else unicodedata.normalize("NFKC", original)
        for character in folded.translate(_SAME).casefold():
            is_blank = character.isspace()
            if character in _DROPPED or unicodedata.category(character) in {"Cf", "Cc"} - (
                {"Cc"} if is_blank else set()
            ):
                continue
            if is_blank and (not characters or characters[-1] == " "):
                continue
            characters.append(" " if is_blank else character)
            places.append(place)
    return _Folded("".join(characters), (*places, len(text)))
