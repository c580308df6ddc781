"""Splitting a post of a known author into paragraphs, its quotes apart from its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.drafts import ParagraphDraft
from retrieval.domain import TextKind

_LINE: Final = re.compile(r"[^\n]*\n?")
# Backticks may open and close a block anywhere in a line, as in Discord.
_FENCE: Final = re.compile(r"`{3,}|(?<![^\s>])~{3,}")
# Not the beginning of ">.<", ">_>", ">:(" or ">= 5".
_QUOTE_MARK: Final = re.compile(r"\A\s{0,3}(?:>(?![.:;_=<])\s?)+")
_QUOTE_TO_THE_END: Final = re.compile(r">>>\s")


def split_paragraphs(text: str, *, quote_to_the_end: bool = False) -> tuple[ParagraphDraft, ...]:
    """Return the paragraphs of a Markdown text with their exact places.

    Paragraphs end at blank lines and where ``>`` lines begin or end; a fenced code block
    is never cut.  ``>`` lines are quotes, their marks part of the text.  With
    ``quote_to_the_end``, ``>>>`` makes a quote of everything that follows, as in Discord.
    """
    return tuple(
        ParagraphDraft(text[start:end], start, kind)
        for block_start, block_end, kind in _blocks(text, quote_to_the_end=quote_to_the_end)
        for start, end in [_trim(text, block_start, block_end)]
        if end > start
    )


def unquoted(text: str) -> str:
    """Return a quote without its ``>`` marks: the words that were quoted."""
    return "\n".join(_QUOTE_MARK.sub("", line, count=1) for line in text.split("\n"))


def _blocks(text: str, *, quote_to_the_end: bool) -> Iterator[tuple[int, int, TextKind]]:
    start, kind, fence, to_the_end = 0, TextKind.OWN, "", False
    has_fences = _FENCE.search(text) is not None
    for match in _LINE.finditer(text):
        line = match.group()
        if not fence:
            to_the_end = to_the_end or (quote_to_the_end and bool(_QUOTE_TO_THE_END.match(line)))
        line_kind = TextKind.QUOTE if to_the_end or _QUOTE_MARK.match(line) else TextKind.OWN
        # A block that was opened in a quote ends with it, closed or not.
        in_fence = bool(fence) and not (kind is TextKind.QUOTE and line_kind is TextKind.OWN)
        if has_fences:
            fence = _open_after(text, match.start(), match.end(), fence if in_fence else "")
        if not in_fence and (not line.strip() or line_kind is not kind):
            yield start, match.start(), kind
            start, kind = match.start(), line_kind
    yield start, len(text), kind


def _open_after(text: str, start: int, end: int, fence: str) -> str:
    """Return the fence that is open after a line, given the one that was open before it."""
    for mark in _FENCE.finditer(text, start, end):
        if not fence:
            fence = mark.group() if text.find(mark.group(), mark.end()) >= 0 else ""
        elif mark.group().startswith(fence):
            fence = ""
    return fence


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    block = text[start:end]
    left = len(block) - len(block.lstrip())
    return start + left, start + max(left, len(block.rstrip()))
