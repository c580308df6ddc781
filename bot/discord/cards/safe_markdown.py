"""People's own Markdown, shown as Discord shows it, as far as it can do no harm.

Bold, italics, struck-out text, code, and lists are kept where their marks are paired; whatever
else could be active (mentions, links, headings, spoilers, marks that nothing closes) is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.discord.cards.markdown import ELLIPSIS, clean_text, escape_markdown, length, word_border

_FENCED: Final = re.compile(
    r"(?P<fence>`{3,})(?P<language>[\w+#.-]{0,20}\n)?(?P<code>.*?)(?:(?P=fence)`*|\Z)", re.DOTALL
)
_FENCE: Final = re.compile("`{3,}")
_LIST_ITEM: Final = re.compile(r"(?P<indent> {0,8})(?P<mark>[-*+]|\d{1,3}[.)])[ ]+(?=\S)")
_HEADING: Final = re.compile(r" {0,3}#{1,6}[ ]+(?P<title>.+?)[ ]*#*$")
_INLINE: Final = re.compile(
    r"(?<![`\\])`(?P<code>[^`\n]*[^`\n\\])`(?!`)"
    r"|(?<![*\w\\])\*\*(?P<bold>(?![\s*])[^*\n]*(?<![\s*\\]))\*\*(?![*\w])"
    r"|(?<![_\w\\])__(?P<strong>(?![\s_])[^_\n]*(?<![\s_\\]))__(?![_\w])"
    r"|(?<![*\w\\])\*(?P<italics>(?![\s*])[^*\n]*(?<![\s*\\]))\*(?![*\w])"
    r"|(?<![_\w\\])_(?P<slanted>(?![\s_])[^_\n]*(?<![\s_\\]))_(?![_\w])"
    r"|(?<![~\\])~~(?P<struck>(?![\s~])[^~\n]*(?<![\s~\\]))~~(?!~)"
)
_MARKS: Final = {"bold": "**", "strong": "**", "italics": "*", "slanted": "*", "struck": "~~"}
_EVERYBODY: Final = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_SMALLEST_CUT: Final = 20


def safe_markdown(text: str) -> str:
    """Return ``text``, cleaned, with the harmless part of its formatting, in balanced marks."""
    cleaned = clean_text(text)
    shown, at = "", 0
    for block in _FENCED.finditer(cleaned):
        if not block["code"].strip("`\\ \n"):
            continue
        shown = _below(shown + _lines(cleaned[at : block.start()])) + _code_block(block)
        at = block.end()
    rest = cleaned[at:]
    return shown + ("\n" if at and rest and not rest.startswith("\n") else "") + _lines(rest)


def quoted(text: str) -> str:
    """Return ``safe_markdown`` of a text as a block quote."""
    return "\n".join(f"> {line}" for line in safe_markdown(text).split("\n"))


def fit_quoted(text: str, limit: int, *, max_lines: int = 40) -> str:
    """Return ``quoted`` of a text, or of a start of it with ``…``, in ``limit`` UTF-16 units.

    The cut falls between lines where that leaves enough, else between words, and what it leaves
    open is closed.
    """
    # A post may be a megabyte long, and the event loop waits for this.
    cleaned = clean_text(text[: limit * 4 + 256]).strip()
    is_whole = len(text) <= limit * 4 + 256
    end = len(cleaned)
    while end > 0:
        shown = cleaned[:end].rstrip()
        cut = "" if is_whole and end == len(cleaned) else _ellipsis(shown)
        rendered = quoted(shown + cut)
        if length(rendered) <= limit and rendered.count("\n") < max_lines:
            return rendered
        end = _shorter(cleaned, min(end - 1, max(_SMALLEST_CUT, end * 9 // 10)))
    return f"> {ELLIPSIS}" if limit >= len(f"> {ELLIPSIS}") else ""


def _ellipsis(shown: str) -> str:
    """Return what says that a text goes on; in a block of code on a line of its own."""
    return f"\n{ELLIPSIS}" if shown.count("```") % 2 else ELLIPSIS


def _shorter(text: str, end: int) -> int:
    if end <= _SMALLEST_CUT:
        return end if end < _SMALLEST_CUT else end - 1
    line = text.rfind("\n", 0, end)
    return line if line * 2 > end else word_border(text, end)


def _below(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _code_block(block: re.Match[str]) -> str:
    code = _EVERYBODY.sub("@\u200b", block["code"]).strip("\n")
    code = _FENCE.sub(lambda fence: "\u200b".join(fence[0]), code)
    language = (block["language"] or "\n") if block["language"] else "\n"
    return f"```{language}{code}\n```"


def _lines(text: str) -> str:
    return "\n".join(map(_line, text.split("\n"))) if text else ""


def _line(line: str) -> str:
    if heading := _HEADING.fullmatch(line):
        return f"**{escape_markdown(heading['title'])}**"
    if item := _LIST_ITEM.match(line):
        mark = item["mark"] if item["mark"][0].isdigit() else "-"
        return f"{item['indent']}{mark} {''.join(_inline(line[item.end() :]))}"
    return "".join(_inline(line))


def _inline(text: str) -> Iterator[str]:
    at = 0
    for match in _INLINE.finditer(text):
        yield escape_markdown(text[at : match.start()])
        at = match.end()
        if code := match["code"]:
            yield f"`{_EVERYBODY.sub('@' + chr(0x200B), code)}`"
            continue
        name = next(name for name in _MARKS if match[name])
        yield f"{_MARKS[name]}{escape_markdown(match[name])}{_MARKS[name]}"
    yield escape_markdown(text[at:])
