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

from rapidfuzz import fuzz

from retrieval.sentences import is_question, sentence_spans

NEAR_ENOUGH: Final = 95.0
"""Percent of a quote's characters that must agree; then the source's words take its place."""
MIN_CHARACTERS: Final = 12
"""A shorter quote could stand anywhere; a whole sentence of the passage may be shorter."""
MIN_NEAR_CHARACTERS: Final = 20
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


@dataclass(frozen=True, slots=True)
class _Folded:
    text: str
    places: tuple[int, ...]
    """Where each character of ``text`` stands in the original; one more for the end."""


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Return the span of ``text`` that a quote stands for, None where there is none.

    A quote with "…" in it stands for the span from its first part to its last.
    """
    parts = [part for part in _GAP.split(quote[:MAX_CHARACTERS]) if part.strip()]
    whole = _find(quote[:MAX_CHARACTERS], text)
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

    What a model leaves out of a sentence may turn its meaning ("I doubt that …"), so
    neither the check nor a reader is content with less.
    """
    touched = [s for s in sentence_spans(text) if s[0] < span[1] and span[0] < s[1]]
    if not touched:
        return span
    start, end = min(span[0], touched[0][0]), max(span[1], touched[-1][1])
    return (start, end) if end - start <= MAX_SPAN else span


def asserted(text: str) -> str:
    """Return the sentences of ``text`` that say something: a question carries nothing."""
    kept = [text[a:b] for a, b in sentence_spans(text) if not is_question(text[a:b])]
    return "\n".join(kept)


def _find(quote: str, text: str, shortest: int = MIN_CHARACTERS) -> tuple[int, int] | None:
    wanted = fold(quote).text.strip()
    folded = fold(text)
    if not wanted:
        return None
    start = folded.text.find(wanted)
    if start >= 0:
        span = _span(folded, start, start + len(wanted), text)
        is_long = len(wanted) >= shortest or span in sentence_spans(text)
        return span if is_long else None
    return _nearly(wanted, folded, text)


def _nearly(wanted: str, folded: _Folded, text: str) -> tuple[int, int] | None:
    if len(wanted) < MIN_NEAR_CHARACTERS or len(wanted) > len(folded.text) * 1.1:
        return None
    found = fuzz.partial_ratio_alignment(wanted, folded.text, score_cutoff=NEAR_ENOUGH)
    if found is None or found.score < NEAR_ENOUGH:
        return None
    return _span(folded, *_whole_words(folded.text, found.dest_start, found.dest_end), text)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end


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
