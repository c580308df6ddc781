"""What is shown of a post: one run of its author's own words that can be understood alone.

Pure.  A short post is shown whole, without the greeting and the name under it; of a long one, the
run around what matches best.  Nothing is cut within a sentence, a line of code or a row of a
table, and what others are quoted with is no part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.text.noise import says_nothing
from retrieval.text.sentences import is_question, sentence_spans

MOST_CHARACTERS: Final = 600
"""About as much as somebody reads of one post before pressing for more."""

_BLOCK: Final = re.compile(
    r"(?m:^)[ \t]*(?P<fence>```+|~~~+)[^\n]*\n.*?(?:\n[ \t]*(?P=fence)[ \t]*(?=\n|\Z)|\Z)"
    r"|(?m:^)[^\n]*\|[^\n]*\n[ \t]*\|?[ \t]*:?-+:?[ \t]*\|[-:| \t]*(?:\n[^\n]*\|[^\n]*)*",
    re.DOTALL,
)
_HEADER_LINES: Final = 2
_LINE: Final = re.compile(r"[^\n]+")
_PARAGRAPH: Final = re.compile(r"\S(?:.|\n(?![^\S\n]*(?:\n|\Z)))*")
_SIGNS_OF_CODE: Final = re.compile(r"[`{}()\[\];|=]")
_LONGEST_LINE: Final = 300
# "It depends on that." says nothing to who has not read the sentence before it.
_LEANS_BACK: Final = re.compile(
    r"^(?:it|its|it['’]s|this|that|that['’]s|these|those|they|they['’]re|he|she|him|her|both"
    r"|which|so|then|also|but|and|however|instead|otherwise|therefore|thus|hence"
    r"|es|das|dies|diese|sie|dann|aber|und|also|sonst|deshalb|daher)\b",
    re.IGNORECASE,
)

Span = tuple[int, int]
Weigh = Callable[[str], float]
"""Tells how much of the question a line holds."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a post that is shown whole or not at all."""

    start: int
    end: int
    paragraph: int
    is_block: bool = False
    """Code or a table: where it is too long, it is cut between lines."""


def own_words(text: str, passages: Sequence[Span]) -> tuple[Span, ...]:
    """Return the spans of a post that hold its author's words and nothing else.

    Args:
        text: the post's.
        passages: where its author's own passages stand, in order; what is in none (quotes, the
            lines that introduce them, signatures) parts one span from the next.
    """
    spans: list[Span] = []
    for start, end in passages:
        if spans and not text[spans[-1][1] : start].strip():
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def excerpt(
    text: str, within: Span, around: Span, weigh: Weigh, most: int = MOST_CHARACTERS
) -> tuple[Span, ...]:
    """Return what is shown of the span ``within`` of a post.

    One span; of a table that is too long two, its header and the rows.  None where nothing is
    left without greetings.

    Args:
        text: the post's.
        within: a span of its author's own words.
        around: the sentence there that matches best.
        weigh: chooses the lines of a block that is too long to be shown whole.
        most: its length at most, but for a single sentence that is longer.
    """
    start, end = without_courtesies(text, *within)
    if end - start <= most:
        return ((start, end),) if end > start else ()
    units = [
        unit for unit in _units(text, start, end) if _is_shown(text[unit.start : unit.end], most)
    ]
    if not units:
        return ()
    best = max(units, key=lambda unit: _overlap((unit.start, unit.end), around))
    after = units.index(best) + 1
    if text[best.start : best.end].endswith(":") and units[after : after + 1]:
        # What is announced says more than the announcement.
        best = units[after] if units[after].is_block else best
    if best.is_block and best.end - best.start > most:
        return _lines_of(text, best, weigh, most)
    first, last = _run(text, units, units.index(best), most)
    found = without_courtesies(text, units[first].start, units[last].end)
    return (found,) if found[1] > found[0] else ()


def _is_shown(said: str, most: int) -> bool:
    """Tell whether a piece is worth showing: it says something, and is no blob of data."""
    is_blob = len(said) > most and max(map(len, said.split())) > most // 2
    return not is_blob and not says_nothing(said)


def without_courtesies(text: str, start: int, end: int) -> Span:
    """Return a span without greetings before it, thanks and names after it."""
    while True:
        begin, stop = _stripped(text, start, end)
        lines = [(m.start(), m.end()) for m in _LINE.finditer(text, begin, stop)]
        if len(lines) > 1 and _is_courtesy(text, lines[0]):
            start, end = lines[1][0], stop
        elif len(lines) > 1 and _is_courtesy(text, lines[-1]):
            start, end = begin, lines[-2][1]
        elif lines and (shorter := _without_sentences(text, lines[0], lines[-1])):
            start, end = max(begin, shorter[0]), min(stop, shorter[1])
        else:
            return begin, stop


def _without_sentences(text: str, first: Span, last: Span) -> Span | None:
    """Return where the text goes on after a thanks at its beginning, or ends before its last."""
    if max(first[1] - first[0], last[1] - last[0]) > 4 * MOST_CHARACTERS:
        return None
    opening = sentence_spans(text[first[0] : first[1]])
    closing = sentence_spans(text[last[0] : last[1]])
    if len(opening) > 1 and _is_courtesy(text, (first[0], first[0] + opening[0][1])):
        return first[0] + opening[1][0], last[1]
    if len(closing) > 1 and _is_courtesy(text, (last[0] + closing[-1][0], last[1])):
        return first[0], last[0] + closing[-2][1]
    return None


def _is_courtesy(text: str, span: Span) -> bool:
    said = text[span[0] : span[1]]
    return len(said) <= _LONGEST_LINE and not _SIGNS_OF_CODE.search(said) and says_nothing(said)


def _units(text: str, start: int, end: int) -> Iterator[Unit]:
    """Yield the sentences, list items, blocks of code and tables of a span."""
    number, at = 0, start
    for block in _BLOCK.finditer(text, start, end):
        for unit in _sentences(text, at, block.start(), number):
            yield unit
            number = unit.paragraph + 1
        yield Unit(*_stripped(text, block.start(), block.end()), number, is_block=True)
        number, at = number + 1, block.end()
    yield from _sentences(text, at, end, number)


def _sentences(text: str, start: int, end: int, number: int) -> Iterator[Unit]:
    for paragraph in _PARAGRAPH.finditer(text, start, end):
        for begin, stop in sentence_spans(paragraph.group()):
            yield Unit(paragraph.start() + begin, paragraph.start() + stop, number)
        number += 1


def _run(text: str, units: Sequence[Unit], best: int, most: int) -> tuple[int, int]:
    """Return the first and the last unit of the run around the best one.

    Its paragraph first, then what follows, then what stands before: who explains goes on.
    """
    first = last = best

    def fits(begin: int, stop: int) -> bool:
        return units[stop].end - units[begin].start <= most

    def leans(place: int) -> bool:
        unit = units[place]
        return _LEANS_BACK.match(text[unit.start : unit.end]) is not None or unit.is_block

    paragraph = units[best].paragraph
    while (
        first > 0
        and fits(first - 1, last)
        and (units[first - 1].paragraph == paragraph or leans(first))
    ):
        first -= 1
    while last + 1 < len(units) and fits(first, last + 1):
        last += 1
    while first > 0 and fits(first - 1, last):
        first -= 1
    # A question put again, or the announcement of what is not shown, is no part of the answer.
    while first < best and is_question(text[units[first].start : units[first].end]):
        first += 1
    while last > best and text[units[last].start : units[last].end].endswith(":"):
        last -= 1
    return first, last


def _lines_of(text: str, block: Unit, weigh: Weigh, most: int) -> tuple[Span, ...]:
    """Return the lines of a long block around those that hold most of the question."""
    lines = [(m.start(), m.end()) for m in _LINE.finditer(text, block.start, block.end)]
    is_table = not text.startswith(("```", "~~~"), block.start)
    header = _HEADER_LINES if is_table else 1
    body = lines[header:] or lines
    best = max(range(len(body)), key=lambda n: weigh(_of(text, body[n])))
    room = most - (lines[header - 1][1] - block.start if is_table else 0)
    first = last = best
    if not is_table:
        while first > 0 and body[best][1] - body[first - 1][0] <= most // 3:
            first -= 1
    while last + 1 < len(body) and body[last + 1][1] - body[first][0] <= room:
        if is_table and weigh(_of(text, body[last + 1])) < weigh(_of(text, body[best])):
            break
        last += 1
    rows = (body[first][0], body[last][1])
    if not is_table:
        return (rows,)
    return ((block.start, rows[1]),) if first == 0 else ((block.start, lines[header - 1][1]), rows)


def _overlap(one: Span, other: Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def _stripped(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    stop = start + len(part.rstrip())
    return min(start + len(part) - len(part.lstrip()), stop), stop


def _of(text: str, span: Span) -> str:
    return text[span[0] : span[1]]
