"""Splitting a post of a known author into paragraphs, its quotes apart from its own words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from ingest.drafts import ParagraphDraft
from ingest.understand.quoting import OWN, LineReader, Run, Whose, is_blank_line, level_of
from retrieval.records import TextKind
from retrieval.text.mail_lines import lines_with

# Backticks may open and close a block anywhere in a line, as in Discord.
_FENCE: Final = re.compile(r"`{3,}|(?<![^\s>])~{3,}")
_QUOTE_TO_THE_END: Final = re.compile(r">>>\s")


def split_paragraphs(text: str, *, quote_to_the_end: bool = False) -> tuple[ParagraphDraft, ...]:
    """Return the paragraphs of a Markdown text or a mail with their exact places.

    Paragraphs end at blank lines and where a quote begins, ends or changes its level; a fenced
    code block is never cut.  Quotes are ``>`` lines, their marks part of the text, what stands
    under a forwarded message's headers, and ``[quote]`` blocks.  The lines that introduce them,
    signatures and a mailing list's footer are in no paragraph.  With ``quote_to_the_end``,
    ``>>>`` makes a quote of everything that follows, as in Discord.
    """
    return tuple(
        ParagraphDraft(
            text[start:end],
            start,
            whose.kind,
            quoted_author=whose.author,
            quoted_key=whose.post_key,
            quoted_thread_key=whose.thread_key,
        )
        for block_start, block_end, whose in _blocks(text, quote_to_the_end=quote_to_the_end)
        for start, end in [_trim(text, block_start, block_end)]
        if end > start
    )


def _blocks(text: str, *, quote_to_the_end: bool) -> Iterator[tuple[int, int, Whose]]:
    start, end, whose = 0, 0, OWN
    for run in _runs(text, quote_to_the_end=quote_to_the_end):
        if run.in_fence or (not run.is_blank and run.whose == whose):
            end = run.end
            continue
        yield start, end, whose
        start = end = run.start
        if run.whose is not None and not run.is_blank:
            end, whose = run.end, run.whose
        else:
            start = end = run.end
    yield start, end, whose


def _runs(text: str, *, quote_to_the_end: bool) -> Iterator[Run]:
    reader = LineReader(text)
    opening = ("```", "~~~", ">>>") if quote_to_the_end else ("```", "~~~")
    peculiar = sorted(reader.peculiar.union(lines_with(text, opening)))
    at, fence, whose, to_the_end = 0, "", OWN, False
    while at < len(text):
        if not fence and not to_the_end:
            number = bisect_left(peculiar, at)
            stop = peculiar[number] if number < len(peculiar) else len(text)
            if stop > at:
                yield from reader.runs(at, stop)
            at = stop
        if at >= len(text):
            return
        end = (text.find("\n", at) + 1) or len(text)
        # A block that was opened in a quote ends with it, closed or not.
        in_fence = bool(fence) and level_of(text[at:end]) >= whose.level
        if in_fence:
            fence = _open_after(text, at, end, fence)
            yield Run(at, end, whose, in_fence=True)
            at = end
            continue
        to_the_end = to_the_end or (quote_to_the_end and bool(_QUOTE_TO_THE_END.match(text, at)))
        if to_the_end:
            whose = Whose(TextKind.QUOTE, 1)
        else:
            skipped = reader.skipped(at)
            if skipped > at:
                yield Run(at, skipped, None)
                at = skipped
                continue
            whose = reader.whose(at, end)
        fence = _open_after(text, at, end, "")
        yield Run(at, end, whose, is_blank_line(text[at:end].rstrip("\n")))
        at = end


def _open_after(text: str, start: int, end: int, fence: str) -> str:
    """Return the fence that is open after a line, given the one that was open before it."""
    if text.find("```", start, end) < 0 and text.find("~~~", start, end) < 0:
        return fence
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
