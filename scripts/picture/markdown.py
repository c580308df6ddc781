"""The part of Discord's Markdown that the bot writes, as HTML.

Block quotes, small print, bold, italics, code and backslash escapes; see
https://support.discord.com/hc/articles/210298617 and bot/discord_app/markdown.py.
"""

from __future__ import annotations

import re
from html import escape
from itertools import groupby
from typing import Final

_INLINE: Final = re.compile(
    r"""
      \\(?P<literal>[^a-zA-Z0-9\s])
    | `(?P<code>[^`]+)`
    | \*\*(?P<bold>.+?)\*\*
    | \*(?P<italic>[^*\s](?:[^*]*[^*\s])?)\*
    | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TAGS: Final = {"code": "code", "bold": "strong", "italic": "em"}


def to_html(markdown: str) -> str:
    """Return what a text display shows, one block for each run of lines of one kind."""
    lines = [_kind(line) for line in markdown.split("\n")]
    return "".join(
        f'<div class="{kind}">{"<br>".join(inline(line) for _, line in group)}</div>'
        for kind, group in groupby(lines, key=lambda line: line[0])
    )


def inline(markdown: str) -> str:
    """Return one line with its emphasis and code as HTML, everything else escaped."""
    return "".join(_html(match) for match in _INLINE.finditer(markdown))


def _kind(line: str) -> tuple[str, str]:
    if line.startswith("-# "):
        return "small", line[3:]
    if line.startswith("> "):
        return "quote", line[2:]
    return "text", line


def _html(match: re.Match[str]) -> str:
    name, text = str(match.lastgroup), match.group(str(match.lastgroup))
    if name in ("literal", "plain"):
        return escape(text)
    body = escape(text) if name == "code" else inline(text)
    return f"<{_TAGS[name]}>{body}</{_TAGS[name]}>"
