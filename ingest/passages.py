"""Cutting paragraphs into passages: the spans that are indexed and cited.

A paragraph is one passage.  Only one too long for the embedding model is cut, between
sentences where it has any, so that no word of it is out of the model's sight.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from retrieval.sentences import sentence_spans

MAX_TOKENS: Final = 250
"""Longest passage in the model's tokens; all-MiniLM-L6-v2 reads 256, two of them marks."""
_CERTAINLY_SHORT: Final = 250
"""A token has at least one character: below this nothing needs counting."""
_MAX_CHARACTERS: Final = 1_500
"""Longest passage in characters, for text without blanks, which counts as few tokens."""
_BLOCK: Final = 12_000
"""Text is looked at in blocks of this size, so that a line of megabytes takes linear time."""

TokenEnds = Callable[[str], Sequence[int]]
"""Returns where each token of a text ends, ascending."""


def passage_spans(text: str, token_ends: TokenEnds) -> tuple[tuple[int, int], ...]:
    """Return the spans of the passages of one paragraph.

    Spans are in order, do not overlap, and leave out only white space between them.
    """
    if len(text) <= _CERTAINLY_SHORT:
        return ((0, len(text)),)
    if len(text) <= _MAX_CHARACTERS and len(token_ends(text)) <= MAX_TOKENS:
        return ((0, len(text)),)
    return tuple(
        (offset + start, offset + end)
        for offset, block in _blocks(text)
        for start, end in _pack(block, token_ends(block))
    )


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while start < len(text):
        end = min(start + _BLOCK, len(text))
        if end < len(text):
            blank = text.rfind(" ", start + _BLOCK // 2, end)
            end = blank + 1 if blank > 0 else end
        yield start, text[start:end]
        start = end


def _pack(text: str, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Fill passages with whole sentences, as evenly as their number allows."""
    pieces = [piece for span in sentence_spans(text) for piece in _cut(text, *span, ends)]
    total = len(ends)
    parts = max(1, -(-total // MAX_TOKENS), -(-len(text) // _MAX_CHARACTERS))
    aim = total / parts
    start = None
    for number, (begin, end) in enumerate(pieces):
        start = begin if start is None else start
        following = pieces[number + 1] if number + 1 < len(pieces) else None
        if (
            following is None
            or not _fits(start, following[1], ends)
            or _tokens(start, end, ends) >= aim
        ):
            yield start, end
            start = None


def _cut(text: str, start: int, end: int, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut a sentence that is too long by itself, at a blank where there is one."""
    while not _fits(start, end, ends):
        first = bisect_right(ends, start)
        last = min(first + MAX_TOKENS - 1, len(ends) - 1)
        at = min(ends[last], start + _MAX_CHARACTERS) if ends else start + _MAX_CHARACTERS
        blank = text.rfind(" ", start + 1, at)
        at = blank if blank > start else max(at, start + 1)
        yield start, at
        start = at + (1 if text[at : at + 1] == " " else 0)
    if end > start:
        yield start, end


def _tokens(start: int, end: int, ends: Sequence[int]) -> int:
    return bisect_right(ends, end) - bisect_right(ends, start)


def _fits(start: int, end: int, ends: Sequence[int]) -> bool:
    return end - start <= _MAX_CHARACTERS and _tokens(start, end, ends) <= MAX_TOKENS
