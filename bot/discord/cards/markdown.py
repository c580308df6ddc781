"""Other people's words made safe and short enough to be shown in a Discord message.

Everything here is pure.  Text is cleaned (nothing invisible is left), escaped (nothing in it
is active: no formatting, no mention, no clickable address) and cut at a word border.  The
syntax is that of Discord's client: https://support.discord.com/hc/articles/210298617.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

ELLIPSIS: Final = "…"
_MAX_MARKS: Final = 5
"""Combining marks kept on one character; more is vandalism that covers the lines around it."""

_LINE_BREAKS: Final = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_MANY_BLANK_LINES: Final = re.compile(r"\n[^\S\n]*\n(?:[^\S\n]*\n)+")
# U+200C and U+200D change how Persian, Indic and emoji sequences look and are kept between
# such characters; next to ASCII they only hide things.
_IDLE_JOINER: Final = re.compile(
    r"(?<![^\x00-\x7f\s\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\s\u200c\u200d])"
)
_JOINERS: Final = frozenset("\u200c\u200d")
# Letters and marks by category, but drawn as nothing: fillers, the grapheme joiner, a blank
# Braille cell, vowel inherents.
_BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")
# Noncharacters, and the variation selectors of rare ideographs, which can smuggle data.
_UNSHOWN_RANGES: Final = re.compile(
    r"[\ufdd0-\ufdef\ufffe\uffff\U000e0100-\U000e01ef\U0001fffe\U0001ffff]"
)
# What joins the character before it: skin tones, the later parts of a Korean syllable.
_JOINS_BEFORE: Final = re.compile(r"[\U0001f3fb-\U0001f3ff\u1160-\u11ff]")
_FLAG_HALVES: Final = re.compile(r"[\U0001f1e6-\U0001f1ff]*$")
_DROPPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co"})

_ACTIVE: Final = re.compile(
    r"""
      (?m:^)(?P<lead>[^\S\n]*)(?P<item>[-+\#])         # list item, heading, small print
    | (?m:^)(?P<indent>[^\S\n]*\d+)(?P<stop>[.)])      # numbered list
    | (?P<shout>@)(?=everyone|here)                    # pings by its bare letters
    | (?P<mark>[\\*_~`|\[\]<>@])                       # emphasis, code, spoiler, link, mention
    | (?P<colon>:)(?!\s)                               # scheme://, :emoji:
    | (?P<invite>discord(?:app)?|dsc)(?P<dot>\.)(?=[a-z]{2,3}/)  # linked with no scheme
    """,
    re.VERBOSE | re.IGNORECASE,
)


def length(text: str) -> int:
    """Return the length of ``text`` in UTF-16 units, the larger of the ways to count it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean_text(text: str) -> str:
    r"""Return ``text`` without control, bidi, zero-width and other invisible characters.

    Line breaks become ``\n``, tabs spaces, runs of blank lines one.  Idempotent.
    """
    text = _LINE_BREAKS.sub("\n", text).replace("\t", " ")
    visible: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks <= _MAX_MARKS and _is_shown(character):
            visible.append(character)
    return _MANY_BLANK_LINES.sub("\n\n", _IDLE_JOINER.sub("", "".join(visible)))


def escape_markdown(text: str) -> str:
    """Return ``text``, cleaned, so that Discord shows its characters and acts on none.

    A backslash goes before whatever could be syntax; addresses lose their link by the one
    before ``:``.  Only ``@everyone`` and ``@here`` get a zero-width space as well, since a
    server looks for their bare letters.
    """
    return _ACTIVE.sub(_escaped, clean_text(text))


def quote_block(text: str) -> str:
    """Return ``text``, escaped, as a block quote."""
    return "\n".join(f"> {line}" for line in escape_markdown(text).split("\n"))


def one_line(text: str) -> str:
    """Return ``text``, cleaned, with every run of white space made one space."""
    return " ".join(clean_text(text).split())


def fit(
    text: str,
    limit: int,
    *,
    render: Callable[[str], str] = escape_markdown,
    max_lines: int = 40,
    prepare: Callable[[str], str] = clean_text,
) -> str:
    """Return ``render(text)``, or of its longest fitting start with ``…`` after it.

    The cut is made in ``text`` before rendering, so it never splits an escape; it falls
    between words, or between graphemes where a word alone is too long.

    Args:
        text: Anything, of any length.
        limit: The most UTF-16 units of the result, ``…`` included.
        render: Must not shrink when its argument grows.
        max_lines: The most lines of the result.
        prepare: Applied first; cleans the text.
    """
    # A post may be a megabyte long, and the event loop waits for this.
    considered = text[: limit * 16 + 1024]
    cleaned = prepare(considered).strip()

    def fits(end: int, tail: int = 1) -> bool:
        rendered = render(cleaned[:end].rstrip())
        return length(rendered) + tail <= limit and rendered.count("\n") < max_lines

    is_whole = len(considered) == len(text) and len(cleaned) <= limit
    if is_whole and (not cleaned or fits(len(cleaned), tail=0)):
        return render(cleaned) if cleaned else ""
    if limit < 1:
        return ""
    ends = range(min(len(cleaned), limit) + 1)
    # Both ways of counting only grow with the end, so the last fitting one can be bisected.
    last = bisect_right(ends, 0, key=lambda end: int(not fits(end))) - 1
    end = word_border(cleaned, max(last, 0))
    return render(cleaned[:end].rstrip()) + ELLIPSIS if end > 0 else ELLIPSIS


def fit_line(text: str, limit: int) -> str:
    """Return ``text`` on one line, escaped, in at most ``limit`` units."""
    return fit(text, limit, prepare=one_line)


def fit_label(text: str, limit: int) -> str:
    """Return ``text`` on one line, not escaped, for places that know no markdown."""
    return fit(text, limit, render=clean_text, prepare=one_line)


def _is_shown(character: str) -> bool:
    if character in _JOINERS or character == "\n":
        return True
    if unicodedata.category(character) in _DROPPED_CATEGORIES or character in _BLANKS:
        return False
    return _UNSHOWN_RANGES.match(character) is None


def _escaped(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups["item"]:
        return f"{groups['lead']}\\{groups['item']}"
    if groups["stop"]:
        return f"{groups['indent']}\\{groups['stop']}"
    if groups["shout"]:
        return "\\@\u200b"
    if groups["dot"]:
        return f"{groups['invite']}\\."
    return f"\\{match[0]}"


def word_border(text: str, end: int) -> int:
    """Return the best place to cut ``text`` at or before ``end``."""
    if end >= len(text) or text[end].isspace():
        return end
    border = max((m.start() for m in re.finditer(r"\s+", text[:end])), default=0)
    if border * 2 >= end:
        return border
    while end > 0 and _is_inside_grapheme(text, end):
        end -= 1
    return end


def _is_inside_grapheme(text: str, end: int) -> bool:
    """Tell whether a cut before ``text[end]`` parts what is drawn as one character."""
    before, after = text[end - 1], text[end]
    if before in _JOINERS or after in _JOINERS or _JOINS_BEFORE.match(after):
        return True
    if unicodedata.category(after).startswith("M"):
        return True
    flag_halves = _FLAG_HALVES.search(text, 0, end)
    is_second_half = flag_halves is not None and len(flag_halves[0]) % 2 == 1
    return is_second_half and _FLAG_HALVES.fullmatch(after) is not None
