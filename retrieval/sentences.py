"""Where sentences end, in text that people typed.

Spans, not strings: a sentence is quoted verbatim, so its place matters.  Code, LaTeX and
URLs are never cut; a missing blank after a full stop ("loss per second.Edit: …") is an end
all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_CLOSERS: Final = r"['\"”’»)\]*_~]*(?:\[\d{1,3}\])*"
_END: Final = re.compile(
    rf"(?P<stop>[.!?…]+){_CLOSERS}(?=\s|$)"  # the ordinary end
    rf"|(?<=[a-zà-ÿ0-9)\]”’\"])(?P<glued>[.!?]){_CLOSERS}(?=[A-ZÀ-Þ“\"(]?[A-ZÀ-Þ][a-zà-ÿ’' ])"
    r"|(?P<wide>[。！？]+[」』”’）]*)"
    r"|(?P<break>\n)(?=\s*(?:[-*+•]\s|\d{1,3}[.):]\s|\n))"  # list items and blank lines
)
_WHOLE: Final = re.compile(
    r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`|\$\$.+?\$\$|\$[^$\n]{1,300}\$"
    r"|\\\(.+?\\\)|\\\[.+?\\\]|\bhttps?://\S+",
    re.DOTALL,
)
_LAST_WORD: Final = re.compile(r"(\S+)$")
_ABBREVIATIONS: Final = frozenset(
    {"e.g", "i.e", "eg", "ie", "cf", "vs", "viz", "al", "etc", "approx", "ca", "no", "nr"}
    | {"fig", "figs", "eq", "eqs", "sec", "ch", "vol", "pp", "p", "ed", "eds", "min", "max"}
    | {"dr", "mr", "mrs", "ms", "prof", "st", "jr", "sr", "inc", "ltd", "co", "corp", "dept"}
    | {"est", "incl", "esp", "resp", "ver", "v", "z.b", "d.h", "u.a", "bzw", "usw"}
    | {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}
)
# These may also end a sentence: they do so where the next one begins with a capital.
_MAY_END: Final = frozenset(
    {"etc", "al", "no", "min", "max", "co", "inc", "ltd", "ed", "jr", "sr", "p"}
)
_NEXT: Final = re.compile(r"\s*(\S)")
_DOTTED: Final = re.compile(r"(?:[a-z]\.)+[a-z]")
_INITIAL: Final = re.compile(r"(?:^|[\s(])[A-Z]$")
_NUMBERED_ITEM: Final = re.compile(r"(?:^|\n)\s*(?:\d{1,3}|[a-zA-Z])$")


def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of the sentences of ``text``, without white space around them.

    Together they cover everything but white space, in order.
    """
    spans, start = [], 0
    for end in _ends(text):
        spans.append(_trim(text, start, end))
        start = end
    spans.append(_trim(text, start, len(text)))
    return tuple((begin, end) for begin, end in spans if end > begin)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of ``text``."""
    return tuple(text[start:end] for start, end in sentence_spans(text))


def _ends(text: str) -> Iterator[int]:
    whole = [match.span() for match in _WHOLE.finditer(text)]
    at = 0
    for match in _END.finditer(text):
        while at < len(whole) and whole[at][1] <= match.start():
            at += 1
        inside = at < len(whole) and whole[at][0] <= match.start() and match.end() <= whole[at][1]
        if not inside and _is_end(text, match):
            yield match.end()


def _is_end(text: str, match: re.Match[str]) -> bool:
    if match["wide"] or match["break"]:
        return True
    following = _next_character(text, match.end())
    if match["glued"]:
        return not _is_abbreviation(text, match.start("glued"), following)
    stop = match["stop"]
    if stop.endswith("…") or "..." in stop:
        return not following.islower()
    if stop == ".":
        return not _is_abbreviation(text, match.start(), following)
    return not (following.islower() and match.end() - match.end("stop") > 0)


def _next_character(text: str, at: int) -> str:
    found = _NEXT.match(text, at)
    return found.group(1) if found else ""


def _is_abbreviation(text: str, stop: int, following: str) -> bool:
    before = text[max(0, stop - 40) : stop]
    if _INITIAL.search(before) or _NUMBERED_ITEM.search(before):
        return True
    found = _LAST_WORD.search(before)
    word = found.group(1).lstrip("([\"'“‘").lower() if found else ""
    if word in _MAY_END:
        return not (following.isupper() or following == "")
    if word in _ABBREVIATIONS:
        return True
    return bool(_DOTTED.fullmatch(word)) and following.islower()


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
