"""Cutting paragraphs into passages: the spans that are indexed and cited.

A paragraph is one passage.  Only one too long for the embedding model is cut, between
sentences where it has any, so that no word of it is out of the model's sight.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from retrieval.text.sentences import sentence_spans

MAX_TOKENS: Final = 250
"""Longest passage in the model's tokens; all-MiniLM-L6-v2 reads 256, two of them marks."""
_CERTAINLY_SHORT: Final = 250
"""A token has at least one character: below this nothing needs counting."""
_MAX_CHARACTERS: Final = 1_500
"""Longest passage in characters, for text without blanks, which counts as few tokens."""
_BLOCK: Final = 12_000
"""Text is looked at in blocks of this size, so that a line of megabytes takes linear time."""
_BLANK: Final = re.compile(r"\s")
_WORD: Final = re.compile(r"\S")

TokenEnds = Callable[[str], Sequence[int]]
"""Returns where each token of a text ends, ascending."""


def passage_spans(text: str, token_ends: TokenEnds) -> tuple[tuple[int, int], ...]:
    """Return the spans of the passages of one paragraph, itself without blanks around it.

    Spans are in order, do not overlap, and leave out only white space between them.
    """
    if len(text) <= _CERTAINLY_SHORT:
        return ((0, len(text)),)
    if len(text) <= _MAX_CHARACTERS and len(token_ends(text)) <= MAX_TOKENS:
        return ((0, len(text)),)
    spans: list[tuple[int, int]] = []
    # A line of megabytes is most often a few words over and over: look at each block once.
    known: dict[tuple[str, bool], _Block] = {}
    at = 0
    while at < len(text):
        ahead, is_last = text[at : at + _BLOCK], at + _BLOCK >= len(text)
        block = known.get((ahead, is_last)) or _cut_block(ahead, token_ends, is_last=is_last)
        known[ahead, is_last] = block
        spans += [(at + start, at + end) for start, end in block.spans]
        at = _next_word(text, at + block.length)
    return tuple(spans)


class _Block(NamedTuple):
    length: int
    spans: tuple[tuple[int, int], ...]


def _cut_block(ahead: str, token_ends: TokenEnds, *, is_last: bool) -> _Block:
    """Cut the beginning of ``ahead``, up to a sentence or a word that may go on after it."""
    block = ahead
    sentences: Sequence[tuple[int, int]] = sentence_spans(block)
    if not is_last:
        if len(sentences) > 1 and sentences[-1][0] > _BLOCK // 2:
            sentences = sentences[:-1]
            block = block[: sentences[-1][1]]
        elif (blank := _last_blank(block, _BLOCK // 2, len(block))) > 0:
            block = block[:blank].rstrip()
            sentences = [(begin, min(end, len(block))) for begin, end in sentences]
    return _Block(len(block), tuple(_pack(block, sentences, token_ends(block))))


def _pack(
    text: str, sentences: Sequence[tuple[int, int]], ends: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Fill passages with whole sentences, as evenly as their number allows."""
    pieces = [piece for span in sentences for piece in _cut(text, *span, ends)]
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
        last = bisect_right(ends, start) + MAX_TOKENS - 1
        at = start + _MAX_CHARACTERS
        at = min(ends[last], at) if last < len(ends) else at
        blank = _last_blank(text, start + 1, at + 1)
        at = blank if blank > 0 else max(at, start + 1)
        yield start, start + len(text[start:at].rstrip())
        start = min(_next_word(text, at), end)
    if end > start:
        yield start, end


def _last_blank(text: str, start: int, end: int) -> int:
    """Return the place of the last white space in ``text[start:end]``, -1 where there is none."""
    found = -1
    for match in _BLANK.finditer(text, start, end):
        found = match.start()
    return found


def _next_word(text: str, start: int) -> int:
    found = _WORD.search(text, start)
    return found.start() if found else len(text)


def _tokens(start: int, end: int, ends: Sequence[int]) -> int:
    return bisect_right(ends, end) - bisect_right(ends, start)


def _fits(start: int, end: int, ends: Sequence[int]) -> bool:
    return end - start <= _MAX_CHARACTERS and _tokens(start, end, ends) <= MAX_TOKENS
