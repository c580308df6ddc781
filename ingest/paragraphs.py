"""Splitting a post of a known author into paragraphs, its quotes apart from its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.drafts import ParagraphDraft
from retrieval.domain import TextKind

_LINE: Final = re.compile(r"[^\n]*\n?")
_FENCE: Final = re.compile(r"\s*(```|~~~)")
_QUOTE_MARK: Final = re.compile(r"\s{0,3}(?:>{1,3}\s?)+")


def split_paragraphs(text: str) -> tuple[ParagraphDraft, ...]:
    """Return the paragraphs of a Markdown text with their exact places.

    Paragraphs end at blank lines and where ``>`` lines begin or end; a fenced code block
    is never cut.  ``>`` lines are quotes, their marks part of the text.
    """
    return tuple(
        ParagraphDraft(text[start:end], start, kind)
        for block_start, block_end, kind in _blocks(text)
        for start, end in [_trim(text, block_start, block_end)]
        if end > start
    )


def unquoted(text: str) -> str:
    """Return a quote without its ``>`` marks: the words that were quoted."""
    return "\n".join(_QUOTE_MARK.sub("", line, count=1) for line in text.split("\n"))


def _blocks(text: str) -> Iterator[tuple[int, int, TextKind]]:
    start, kind, fence = 0, TextKind.OWN, ""
    for match in _LINE.finditer(text):
        line = match.group()
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark.group(1) == fence else fence
            continue
        fence = mark.group(1) if mark else ""
        line_kind = TextKind.QUOTE if _QUOTE_MARK.match(line) else TextKind.OWN
        if not line.strip() or line_kind is not kind:
            yield start, match.start(), kind
            start, kind = match.start(), line_kind
    yield start, len(text), kind


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    block = text[start:end]
    left = len(block) - len(block.lstrip())
    return start + left, start + max(left, len(block.rstrip()))
