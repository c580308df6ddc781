"""The part of Discord's Markdown that the bot writes, as HTML.

Block quotes, blocks of code, lists, small print, bold, italics, struck-out text, code and
backslash escapes; see https://support.discord.com/hc/articles/210298617 and
bot/discord/cards/safe_markdown.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Final

_INLINE: Final = re.compile(
    r"""
      \\(?P<literal>[^a-zA-Z0-9\s])
    | `(?P<code>[^`]+)`
    | \*\*(?P<bold>.+?)\*\*
    | \*(?P<italic>[^*\s](?:[^*]*[^*\s])?)\*
    | ~~(?P<struck>.+?)~~
    | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TAGS: Final = {"code": "code", "bold": "strong", "italic": "em", "struck": "s"}
_FENCED: Final = re.compile(r"^```[\w+#.-]*\n(?P<code>.*?)\n?```$", re.DOTALL | re.MULTILINE)
_ITEM: Final = re.compile(r" *(?P<mark>-|\d{1,3}[.)]) (?P<text>.*)")


def to_html(markdown: str) -> str:
    """Return what a text display shows, one block for each run of lines of one kind."""
    parts = groupby(markdown.split("\n"), key=lambda line: line.startswith("> "))
    return "".join(
        f'<div class="quote">{_blocks(line[2:] for line in lines)}</div>'
        if is_quote
        else _blocks(lines)
        for is_quote, lines in parts
    )


def inline(markdown: str) -> str:
    """Return one line with its emphasis and code as HTML, everything else escaped."""
    return "".join(_html(match) for match in _INLINE.finditer(markdown))


def _blocks(lines: Iterable[str]) -> str:
    return "".join(_with_code("\n".join(lines)))


def _with_code(text: str) -> Iterator[str]:
    at = 0
    for block in _FENCED.finditer(text):
        yield _runs(text[at : block.start()].removesuffix("\n"))
        yield f"<pre>{escape(block['code'])}</pre>"
        at = block.end() + 1
    yield _runs(text[at:])


def _runs(text: str) -> str:
    if not text:
        return ""
    lines = [_kind(line) for line in text.split("\n")]
    return "".join(
        f'<div class="{kind}">{"<br>".join(line for _, line in group)}</div>'
        for kind, group in groupby(lines, key=lambda line: line[0])
    )


def _kind(line: str) -> tuple[str, str]:
    if line.startswith("-# "):
        return "small", inline(line[3:])
    if item := _ITEM.fullmatch(line):
        mark = "•" if item["mark"] == "-" else item["mark"]
        return "list", f"{mark} {inline(item['text'])}"
    return "text", inline(line)


def _html(match: re.Match[str]) -> str:
    name, text = str(match.lastgroup), match.group(str(match.lastgroup))
    if name in ("literal", "plain"):
        return escape(text)
    body = escape(text) if name == "code" else inline(text)
    return f"<{_TAGS[name]}>{body}</{_TAGS[name]}>"
