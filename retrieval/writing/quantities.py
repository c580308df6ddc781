"""The numbers of a text, with what they measure: "10,000", "ten thousand", "10k", "5 %"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from retrieval.writing.stems import word_set
from retrieval.writing.terms import Reading, Token, read

_ONES: Final = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS: Final = {
    word: 10 * (value + 2)
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    )
}
_SCALES: Final = {
    "hundred": 100.0, "thousand": 1e3, "k": 1e3, "million": 1e6, "billion": 1e9, "dozen": 12.0,
}  # fmt: skip
_COUNTS: Final = {"twice": 2.0, "thrice": 3.0, "both": 2.0, "pair": 2.0, "double": 2.0}
_FRACTIONS: Final = {"half": 0.5, "halves": 0.5, "third": 1 / 3, "thirds": 1 / 3,
                     "quarter": 0.25, "quarters": 0.25, "fifth": 0.2, "fifths": 0.2,
                     "tenth": 0.1, "tenths": 0.1}  # fmt: skip
_UNITS: Final = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), ("time", 0.001)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("time", 1.0)),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), ("time", 60.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("time", 3_600.0)),
    **dict.fromkeys(("day", "days"), ("time", 86_400.0)),
    **dict.fromkeys(("week", "weeks"), ("time", 604_800.0)),
    **dict.fromkeys(("month", "months"), ("months", 1.0)),
    **dict.fromkeys(("year", "years"), ("months", 12.0)),
    **dict.fromkeys(("byte", "bytes"), ("bytes", 1.0)),
    **dict.fromkeys(("kb", "kib", "kilobyte", "kilobytes"), ("bytes", 1e3)),
    **dict.fromkeys(("mb", "mib", "megabyte", "megabytes"), ("bytes", 1e6)),
    **dict.fromkeys(("gb", "gib", "gigabyte", "gigabytes"), ("bytes", 1e9)),
    **dict.fromkeys(("tb", "terabyte", "terabytes"), ("bytes", 1e12)),
    **dict.fromkeys(("%", "percent", "per-cent"), ("share", 0.01)),
    **dict.fromkeys(("mm", "millimetre", "millimetres", "millimeters"), ("length", 0.001)),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeters"), ("length", 0.01)),
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), ("length", 1.0)),
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometers"), ("length", 1e3)),
    **dict.fromkeys(("mile", "miles"), ("length", 1_609.344)),
    **dict.fromkeys(("inch", "inches"), ("length", 0.0254)),
    **dict.fromkeys(("g", "gram", "grams"), ("mass", 1.0)),
    **dict.fromkeys(("kg", "kilogram", "kilograms", "kilo", "kilos"), ("mass", 1e3)),
    **dict.fromkeys(("mg", "milligram", "milligrams"), ("mass", 0.001)),
    **dict.fromkeys(("ml", "millilitre", "millilitres", "milliliters"), ("volume", 0.001)),
    **dict.fromkeys(("l", "litre", "litres", "liter", "liters"), ("volume", 1.0)),
    **dict.fromkeys(("$", "dollar", "dollars", "usd"), ("usd", 1.0)),
    **dict.fromkeys(("€", "euro", "euros", "eur"), ("eur", 1.0)),
    **dict.fromkeys(("v", "volt", "volts"), ("volt", 1.0)),
    **dict.fromkeys(("w", "watt", "watts"), ("watt", 1.0)),
    **dict.fromkeys(("bar", "bars"), ("bar", 1.0)),
    **dict.fromkeys(("nm",), ("torque", 1.0)),
    **dict.fromkeys(("hz", "hertz"), ("hertz", 1.0)),
    **dict.fromkeys(("mhz",), ("hertz", 1e6)),
    **dict.fromkeys(("ghz",), ("hertz", 1e9)),
    **dict.fromkeys(("psi",), ("psi", 1.0)),
}
_RANGE_WORDS: Final = frozenset({"to", "or", "and", "-", "–"})
_UNIT_REACH: Final = 4
_CONTEXT: Final = 6
_BEFORE_A_SECOND: Final = word_set("about than for in within under over after just")
_RELATIVE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what it measures."""

    value: float
    """In the first unit of its dimension: seconds, bytes, a share of one."""
    raw: float
    """As written, without its unit."""
    dimension: str
    """Empty for a plain number."""
    place: int
    """Among the tokens of its text."""
    counted: frozenset[str]
    """Stems of the words that follow: what is counted."""
    around: frozenset[str]
    """Stems of the words near it on both sides."""
    is_vague: bool = False
    """Whether it is a word such as "one" or "both", which need not count anything."""

    def same_as(self, other: Quantity) -> bool:
        """Tell whether two quantities are the same, whatever their units."""
        if self.dimension and other.dimension:
            is_same = self.dimension == other.dimension
            return is_same and _close(self.value, other.value)
        if not self.dimension and not other.dimension:
            return _close(self.raw, other.raw)
        return False


def _close(left: float, right: float) -> bool:
    return abs(left - right) <= _RELATIVE * max(abs(left), abs(right), 1e-9)


@lru_cache(maxsize=1_024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of ``text`` in order."""
    return tuple(_quantities(read(text)))


def _quantities(reading: Reading) -> Iterator[Quantity]:
    tokens = reading.tokens
    at = 0
    while at < len(tokens):
        value, end = _number(tokens, at)
        if value is None:
            at += 1
            continue
        dimension, factor = _unit(tokens, at, end)
        is_one = value == 1 and tokens[at].kind == "word"
        if value is not None:
            clause = tokens[at].clause
            following = [t.stem for t in reading.terms if t.place >= end and t.clause == clause]
            following = [] if "." in tokens[at].text else following[:2]
            near = [t.stem for t in reading.terms if abs(t.place - at) <= _CONTEXT]
            yield Quantity(
                value * factor,
                value,
                dimension,
                at,
                frozenset(following),
                frozenset(near),
                is_vague=not dimension
                and (is_one or tokens[at].lower in {"both", "pair", "double"}),
            )
        at = end


def _number(tokens: tuple[Token, ...], at: int) -> tuple[float | None, int]:
    token = tokens[at]
    if token.kind == "number":
        value = _digits(token.text)
        if value is None:
            return None, at + 1
        end = at + 1
        while end < len(tokens) and tokens[end].lower in _SCALES:
            value *= _SCALES[tokens[end].lower]
            end += 1
        return value, end
    return _written(tokens, at)


def _digits(text: str) -> float | None:
    plain = re.sub(r"[,' \u00a0\u202f](?=\d{3})", "", text)
    try:
        return float(plain)
    except ValueError:
        return None  # a version such as 1.2.3: a name


def _written(tokens: tuple[Token, ...], at: int) -> tuple[float | None, int]:
    word = tokens[at].lower
    if word in _COUNTS:
        return _COUNTS[word], at + 1
    if word == "half":
        return 0.5, at + 1
    if word in {"a", "an"}:
        return _with_article(tokens, at)
    total: float | None = None
    end = at
    while end < len(tokens):
        grown = _grown(total, tokens[end].lower)
        if grown is None:
            break
        total, end = grown, end + 1
    return total, max(end, at + 1)


def _grown(total: float | None, word: str) -> float | None:
    """Return a written number with one more word of it, None if the word is no part of it."""
    if word in _ONES or word in _TENS:
        follows = total is None or (word in _ONES and total != 0 and total % 10 == 0)
        return (total or 0) + (_ONES.get(word) or _TENS.get(word) or 0) if follows else None
    if total is None:
        return None
    if word in _SCALES:
        return total * _SCALES[word]
    return total * _FRACTIONS[word] if word in _FRACTIONS else None


def _with_article(tokens: tuple[Token, ...], at: int) -> tuple[float | None, int]:
    """Read "a minute", "a hundred", "a third", "an hour": one of them."""
    if at + 1 >= len(tokens):
        return None, at + 1
    word = tokens[at + 1].lower
    before = tokens[max(0, at - _UNIT_REACH) : at]
    is_per = any(token.kind == "number" or token.lower in _ONES for token in before)
    if word in _SCALES and word != "k":
        return _SCALES[word], at + 2
    if word in {"third", "quarter", "fifth", "tenth"}:
        return _FRACTIONS[word], at + 2
    # "comments a second": a rate, not a length of time.
    before_word = tokens[at - 1].lower if at else ""
    if word == "second" and before_word not in _BEFORE_A_SECOND:
        return None, at + 1  # the ordinal
    if word in _UNITS and len(word) > 2 and not is_per:  # noqa: PLR2004 - "a bar" is long enough
        return 1.0, at + 1
    return None, at + 1


def _unit(tokens: tuple[Token, ...], start: int, end: int) -> tuple[str, float]:
    """Return the dimension and factor of the unit after a number: "3 or 4 ms" has one for both."""
    if start > 0 and tokens[start - 1].lower in {"$", "€"}:
        return _UNITS[tokens[start - 1].lower]
    for place in range(end, min(end + _UNIT_REACH, len(tokens))):
        token = tokens[place]
        if token.lower in _UNITS and not _is_rate(tokens, place):
            return _UNITS[token.lower]
        is_between = token.kind == "number" or token.lower in _RANGE_WORDS | {"of", "a", "an"}
        if not (is_between or token.lower in _ONES or token.lower in _TENS):
            break
    return "", 1.0


def _is_rate(tokens: tuple[Token, ...], place: int) -> bool:
    return place > 0 and tokens[place - 1].lower in {"per", "each", "every"}


def unit_words(text: str) -> frozenset[tuple[str, float]]:
    """Return the units that ``text`` names, by dimension and factor."""
    return frozenset(
        _UNITS[token.lower]
        for token in read(text).tokens
        if token.kind in {"word", "percent"} and token.lower in _UNITS and len(token.lower) > 2  # noqa: PLR2004
    )


def is_unit(word: str) -> bool:
    """Tell whether a word is a unit; one letter alone is not."""
    return len(word) > 1 and word.lower() in _UNITS
