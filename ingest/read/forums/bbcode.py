"""``[quote="ann, post:3, topic:7"]`` in Markdown, as forums write it, taken out as quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from ingest.understand.bodies import Part, Quoted

_MARK: Final = re.compile(r"\[quote(?:\s*=\s*(?P<by>[^\]\n]*))?\s*\]|\[/quote\]", re.IGNORECASE)
_FENCED: Final = re.compile(
    r"^[ >]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ >]*(?P=fence)[^\n]*$|\Z)|`[^`\n]+`",
    re.MULTILINE | re.DOTALL,
)


def quote_parts(text: str, origin: Callable[[str], Quoted]) -> Iterator[Part]:
    """Yield the parts of a text; ``origin`` tells from a mark's attributes whose a quote is.

    A mark without its counterpart is text, and so is what stands in code.  A quote within a
    quote stands under its own author.
    """
    if "[quote" not in text and "[QUOTE" not in text:
        yield text
        return
    stack: list[Quoted] = []
    at = 0
    for mark in _pairs(text):
        yield from _stretch(text[at : mark.start()], stack)
        at = mark.end()
        if mark.group().startswith("[/"):
            stack.pop()
        else:
            stack.append(origin((mark["by"] or "").strip().strip("\"'“”")))
    yield from _stretch(text[at:], stack)


def _stretch(text: str, stack: list[Quoted]) -> Iterator[Part]:
    if text.strip():
        yield replace(stack[-1], text=text.strip()) if stack else text


def _pairs(text: str) -> list[re.Match[str]]:
    """Return the marks that have a counterpart, in their order."""
    code = [match.span() for match in _FENCED.finditer(text)]
    opened: list[re.Match[str]] = []
    pairs: list[re.Match[str]] = []
    for mark in _MARK.finditer(text):
        if any(start <= mark.start() < end for start, end in code):
            continue
        if not mark.group().startswith("[/"):
            opened.append(mark)
        elif opened:
            pairs += (opened.pop(), mark)
    return sorted(pairs, key=re.Match.start)
