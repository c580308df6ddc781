"""Where one post ends and the next begins, in a text that does not say.

Nobody quotes the post that they are writing: where a line repeats words of the post at
hand, a new post has begun between the two.  That is the only sign that is certain, so it is
the only one that is used; lines without one stay in one post.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.understand.passes import Line
from ingest.understand.quotes import QuoteIndex
from retrieval.records import TextKind

_ENDS_A_SENTENCE = re.compile(r"[.!?…。！？]['\")\]’”»*_]*$")


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of a thread, understood."""

    text: str
    kind: TextKind
    origin: int | None
    """For a quote: the number of the line whose words it repeats, where it stands here."""
    repeats: int


def read_lines(lines: Sequence[Line]) -> tuple[ReadLine, ...]:
    """Tell each line's own words from words that repeat another line.

    A line that repeats an earlier one, whole or in part, is a quote of it.  A line that
    only the first of two passes holds is a quote too, of a line here or of text elsewhere.
    """
    index: QuoteIndex[int] = QuoteIndex()
    for number, line in enumerate(lines):
        index.add(number, line.text)
    read: list[ReadLine] = []
    for number, line in enumerate(lines):
        origin = _origin(number, line, index, read)
        quoted = line.first_pass_only or origin is not None
        kind = TextKind.QUOTE if quoted else TextKind.OWN
        others = sum(lines[same].copies for same in index.same(line.text)) - 1
        repeats = others if origin is None else line.copies - 1
        read.append(ReadLine(line.text, kind, origin, repeats))
    return tuple(read)


def _origin(
    number: int, line: Line, index: QuoteIndex[int], read: Sequence[ReadLine]
) -> int | None:
    if number == 0 and not line.first_pass_only:
        return None  # nothing to repeat, and it may be long
    earlier = [key for key in index.same(line.text) if key < number]
    earlier += [key for key in index.holding(line.text) if key < number]
    if earlier:
        return min(earlier, key=lambda key: (read[key].kind is TextKind.QUOTE, key))
    if line.first_pass_only:
        return next((key for key in index.holding(line.text) if key > number), None)
    return None


def post_starts(lines: Sequence[ReadLine]) -> tuple[int, ...]:
    """Return the numbers of the lines that begin a post."""
    starts = [0]
    for number, line in enumerate(lines):
        if line.origin is None or not starts[-1] <= line.origin < number:
            continue
        start = number
        # "You say:" belongs to the quote that it announces.
        while start - 1 > line.origin and not _ENDS_A_SENTENCE.search(lines[start - 1].text):
            start -= 1
        starts.append(start)
    return tuple(starts)
