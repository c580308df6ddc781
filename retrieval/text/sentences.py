"""Where sentences end, in text that people typed.

Spans, not strings: a sentence is quoted verbatim, so its place matters.  Code, LaTeX and
URLs are never cut; a missing blank after a full stop ("loss per second.Edit: …") is an end
all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_EMOJI: Final = "\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\u200d\ufe0f"
# What still belongs to a sentence after its stop: quotation marks and brackets, emphasis,
# numbers of notes, and the smile that goes with it.
_CLOSERS: Final = (
    r"['\"“”’»)\]*_~]*+(?:[\x20\u00a0\u202f]»)?(?:\[\d{1,3}\])*+"
    rf"(?:[\x20\t]?[{_EMOJI}]++|[\x20\t][:;]-?[()DPp](?=\s|$))*+"
)
_GLUED_CLOSERS: Final = r"['\"”’»)\]*_~]*(?:\[\d{1,3}\])*"
_END: Final = re.compile(
    rf"(?<![.!?…])(?P<stop>[.!?…]++){_CLOSERS}(?=\s|$)"  # the ordinary end
    rf"|(?<=[a-zà-ÿ0-9)\]”’\"])(?P<glued>[.!?]){_GLUED_CLOSERS}"
    r"(?=[A-ZÀ-Þ“\"(¿¡]?[A-ZÀ-Þ][a-zà-ÿ’' ])"
    r"|(?P<wide>[。！？｡।॥؟۔]+)[」』”’）]*"
    rf"|(?<![{_EMOJI}])(?P<emoji>[{_EMOJI}]++)(?=\s)"
    # List items, blank lines and the end of a code block need no stop.
    r"|(?P<break>\n)(?=[^\S\n]*(?:[-*+•]\s|\d{1,3}[.):]\s|[a-zA-Z]\)\s|\n))"
    r"|(?<=```)(?P<fence>\n)"
)
_WHOLE: Final = re.compile(
    r"```.*?(?:```|\Z)|(?m:^)[^\S\n]*~~~.*?(?:~~~|\Z)|`[^`\n]+`"
    # A dollar sign before a digit is money, and before a blank it opens nothing.
    r"|\$\$.+?\$\$|\$(?![\s$])[^$\n]{0,299}(?<!\s)\$(?!\d)"
    r"|\\\((?:(?!\\[()]).)+\\\)|\\\[(?:(?!\\[\[\]]).)+\\\]"
    r"|\bhttps?://[^\s。！？]*[^\s。！？.,;:!…'\"“”’»)\]*_~?]",
    re.DOTALL,
)
_MAY_BE_WHOLE: Final = re.compile(r"[`$\\]|~~~|https?://")
"""Stands in whatever ``_WHOLE`` matches; few texts have any, and this is the faster look."""
QUESTION_MARKS: Final = "?？؟⸮;՞፧⁇⁈⁉"
"""Of Latin, Chinese, Arabic, Greek, Armenian and Ethiopic script."""
_QUESTION_END: Final = re.compile(rf"[{QUESTION_MARKS}][!{QUESTION_MARKS}]*{_CLOSERS}$")
_WONDERS: Final = re.compile(
    r"\bI(?:['’]m| am| was|['’]ve been)? (?:also |just |still |very |really )?"
    r"(?:curious|wondering|wondered|wonder)\b"
    r"|\b(?:am|was) (?:also |just )?(?:curious|wondering)\b"
    r"|\bI(?:['’]d| would) (?:really )?(?:like|love|be (?:curious|interested)) to "
    r"(?:know|hear|understand|learn|see how)\b"
    r"|^(?:does|do|has|have|can|could|is|would) (?:any(?:one|body)|some(?:one|body)) (?!else)\w",
    re.IGNORECASE,
)
_WINDOW: Final = 40
_LONGEST_NUMBER: Final = 3
_ABBREVIATIONS: Final = frozenset(
    {"e.g", "i.e", "eg", "ie", "cf", "vs", "viz", "dr", "mr", "mrs", "ms", "prof", "st"}
    | {"est", "incl", "esp", "resp", "dept", "corp", "eds"}
    | {"z.b", "d.h", "u.a", "bzw", "ggf", "inkl", "vgl", "evtl"}
)
# These may also end a sentence: they do so where the next one begins with a capital.
_MAY_END: Final = frozenset(
    {"etc", "usw", "al", "no", "nr", "co", "inc", "ltd", "ed", "jr", "sr", "a.m", "p.m"}
    | {"fig", "figs", "eq", "eqs", "sec", "ch", "vol", "pp", "p", "min", "max", "approx", "ca"}
    | {"ver", "v", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov"}
    | {"dec"}
)
# After an initial ("J. Smith", "the U.S. economy") only these say that a sentence begins.
_BEGINNING_WORDS: Final = """
    A All Also Although An And Any Are As At Because But By Can Could Did Do Does Edit Even
    For From Had Has Have He Her Here His How However I If In Is It Its Just Let Maybe Most
    My No Not Now On Only Or Our Please She Should So Some Thanks That The Their Then There
    These They This Those Though To Was We Were What When Where Which While Who Why Will
    With Would Yes You Your
"""
_BEGINNERS: Final = frozenset(_BEGINNING_WORDS.split())
_NEXT: Final = re.compile(r"\s*(\S)")
_NEXT_WORD: Final = re.compile(r"\s*[\"“'‘(\[*_]*(\w*)")
_DOTTED: Final = re.compile(r"(?:[a-z]\.)+[a-z]")
_INITIAL: Final = re.compile(r"(?:^|[\s(“\"])[A-Z]\Z")
_NUMBERED_ITEM: Final = re.compile(r"(?:^|\n)\s*(?:\d{1,3}|[a-zA-Z])$")
_INLINE_ITEM: Final = re.compile(r"(\S+)[.!?:;]\s\d{1,2}$")
_SPACED_LETTERS: Final = re.compile(r"(?:^|\s)[a-z]\.\s[A-Za-z]$")  # the second half of "z. B."
_LETTER: Final = re.compile(r"(?:^|\s)[a-z]$")
_LETTER_FOLLOWS: Final = re.compile(r"\.\s[A-Za-z]\.")
_DAY: Final = re.compile(r"(?:^|\s)\d{1,2}$")
_GERMAN_MONTH: Final = re.compile(
    r"\s(?:Jan|Feb|März|Apr|Mai|Jun|Jul|Aug|Sept|Okt|Nov|Dez)[a-z]*\b"
)


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


def is_question(sentence: str) -> bool:
    """Tell whether a sentence ends with a question mark, whatever closes after it."""
    return _QUESTION_END.search(sentence) is not None


def wonders(sentence: str) -> bool:
    """Tell whether a sentence asks without a question mark: "I wonder …", "does anyone …"."""
    return _WONDERS.search(sentence) is not None


def asked_in(text: str) -> str:
    """Return the sentence of a text that asks, its first one where none does."""
    found = sentences(text)
    return next(filter(is_question, found), found[0] if found else "")


def question_share(text: str) -> float:
    """Return the share of a text's sentences that are questions, 0 to 1."""
    if not any(mark in text for mark in QUESTION_MARKS):
        return 0.0  # most texts; cutting them into sentences would cost an ingest a tenth
    found = sentences(text)
    return sum(map(is_question, found)) / len(found) if found else 0.0


def _ends(text: str) -> Iterator[int]:
    has_whole = _MAY_BE_WHOLE.search(text) is not None
    whole = [match.span() for match in _WHOLE.finditer(text)] if has_whole else []
    at = 0
    for match in _END.finditer(text):
        while at < len(whole) and whole[at][1] <= match.start():
            at += 1
        inside = at < len(whole) and whole[at][0] <= match.start() and match.end() <= whole[at][1]
        if not inside and _is_end(text, match):
            yield match.end()


def _is_end(text: str, match: re.Match[str]) -> bool:
    if match["wide"] or match["break"] or match["fence"]:
        return True
    if match["emoji"]:
        return _next_word(text, match.end()) in _BEGINNERS
    if match["glued"]:
        return match["glued"] != "." or _is_glued(text, match.start("glued"), match.end())
    stop = match["stop"]
    lower = _next_character(text, match.end()).islower()
    if stop.endswith("…") or "..." in stop:
        return not lower
    if stop == ".":
        return not _is_abbreviation(text, match.start(), match.end())
    return not (lower and match.end() - match.end("stop") > 0)


def _is_glued(text: str, stop: int, end: int) -> bool:
    """Tell a missing blank ("per second.Edit: …") from a name with dots (``GameObject.Find``)."""
    if not text[end].isalpha():
        return True
    before = text[max(0, stop - _WINDOW) : stop]
    word = before.rsplit(None, 1)[-1] if before.strip() else ""
    is_name = "." in word or "_" in word or any(character.isupper() for character in word)
    return not is_name and _next_word(text, end) in _BEGINNERS


def _next_character(text: str, at: int) -> str:
    found = _NEXT.match(text, at)
    return found.group(1) if found else ""


def _next_word(text: str, at: int) -> str:
    found = _NEXT_WORD.match(text, at)
    return found.group(1) if found else ""


def _is_abbreviation(text: str, stop: int, end: int) -> bool:
    """Tell whether the full stop at ``stop`` shortens a word, text going on at ``end``."""
    before = text[max(0, stop - _WINDOW) : stop]
    word = before.rsplit(None, 1)[-1] if before.strip() else ""
    if len(word) <= _LONGEST_NUMBER and (_is_item(before) or _is_german(text, stop, before)):
        return True
    following = _next_character(text, end)
    if following and _INITIAL.search(before):
        return _next_word(text, end) not in _BEGINNERS
    word = word.lstrip("([\"'“‘").lower()
    if word in _MAY_END:
        return not (following.isupper() or following == "")
    if word in _ABBREVIATIONS:
        return True
    is_dotted = bool(following) and "." in word and _DOTTED.fullmatch(word) is not None
    return is_dotted and _next_word(text, end) not in _BEGINNERS


def _is_item(before: str) -> bool:
    """Recognise the number of a list item, at the beginning of a line or of a sentence."""
    if _NUMBERED_ITEM.search(before):
        return True
    found = _INLINE_ITEM.search(before)
    return found is not None and found.group(1).lower() not in _MAY_END | _ABBREVIATIONS


def _is_german(text: str, stop: int, before: str) -> bool:
    """Recognise the halves of "z. B." and the days of "am 3. Mai"."""
    if _SPACED_LETTERS.search(before):
        return True
    if _LETTER.search(before):
        return _LETTER_FOLLOWS.match(text, stop) is not None
    return bool(_DAY.search(before)) and _GERMAN_MONTH.match(text, stop + 1) is not None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
