"""Dates as DiscordChatExporter writes them into HTML, TXT and CSV: in the manner of a place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_NAMED: Final = re.compile(
    r"(\d{1,2})-([A-Za-z]{3})-(\d{2,4}) (\d{1,2}):(\d\d)(?::(\d\d))?(?:\s?([AaPp])\.?[Mm]\.?)?"
)
_NUMBERS: Final = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})\.?,? (\d{1,2})[:.](\d\d)(?:[:.](\d\d))?"
    r"(?:\s?([AaPp])\.?\s?[Mm]\.?)?"
)
_MONTHS_A_YEAR: Final = 12
_DISCORD_BEGAN: Final = datetime(2015, 1, 1, tzinfo=UTC)


def looks_like_a_date(text: str) -> bool:
    """Tell whether a text is a date in one of the manners."""
    return bool(_NAMED.fullmatch(text) or _NUMBERS.fullmatch(text) or _iso(text))


def times(dates: Sequence[str]) -> list[datetime | None]:
    """Return the times that dates of one file stand for; the exporter's clock is taken for UTC.

    Whether the day or the month comes first is told by all of them together: by a number that
    can be no month, else by the order of the messages, else by AM and PM.
    """
    matches = [_NUMBERS.fullmatch(date) for date in dates]
    day_first = _is_day_first([match for match in matches if match is not None])
    return [
        _numbered(match, day_first=day_first) if match else _other(date)
        for match, date in zip(matches, dates, strict=True)
    ]


def of_snowflake(id_: str) -> datetime | None:
    """Return the time at which Discord gave out an id, None for what is none."""
    if not id_.isdecimal() or not id_.isascii() or not 15 <= len(id_) <= 20:  # noqa: PLR2004  # of 64 bits
        return None
    return _DISCORD_BEGAN + timedelta(milliseconds=int(id_) >> 22)


def _is_day_first(matches: Sequence[re.Match[str]]) -> bool:
    firsts = [int(match.group(1)) for match in matches if len(match.group(1)) < 3]  # noqa: PLR2004  # no year
    if any(first > _MONTHS_A_YEAR for first in firsts):
        return True
    if any(int(match.group(2)) > _MONTHS_A_YEAR for match in matches):
        return False
    in_order = [
        _is_rising([_numbered(match, day_first=day_first) for match in matches])
        for day_first in (True, False)
    ]
    if in_order[0] != in_order[1]:
        return in_order[0]
    return not any(match.group(7) for match in matches)


def _is_rising(found: Sequence[datetime | None]) -> bool:
    known = [time for time in found if time is not None]
    return len(known) == len(found) and known == sorted(known)


def _numbered(match: re.Match[str], *, day_first: bool) -> datetime | None:
    one, two, three = (int(match.group(n)) for n in (1, 2, 3))
    if len(match.group(1)) > 2:  # noqa: PLR2004  # the year comes first
        year, month, day = one, two, three
    else:
        day, month = (one, two) if day_first else (two, one)
        year = three
    return _made(year, month, day, match)


def _other(date: str) -> datetime | None:
    match = _NAMED.fullmatch(date)
    if match is None:
        return _iso(date)
    month = match.group(2).lower()
    number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
    return _made(int(match.group(3)), number, int(match.group(1)), match)


def _made(year: int, month: int, day: int, match: re.Match[str]) -> datetime | None:
    hour = int(match.group(4))
    half = (match.group(7) or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(
            year + 2_000 if year < 100 else year,  # noqa: PLR2004  # two digits
            month, day, hour, int(match.group(5)), int(match.group(6) or 0), tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return None


def _iso(date: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", date))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
