"""When something was said that a question asks for: "what was said last week", "since 2024".

Only where a short question asks for what was written, or what is new, is a time a condition;
"since last week it crashes" tells a story.  Rules on English and German wording.  Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_MOST_WORDS: Final = 20
"""What is longer tells a story."""
_ASKS_FOR_POSTS: Final = re.compile(
    r"\b(?:said|says?|saying|wrote|written|discuss\w*|talk(?:s|ed|ing)?|post(?:s|ed)?|threads?"
    r"|messages?|mention(?:s|ed)?|announce\w*|report(?:s|ed)?|asked|news|happen(?:s|ed)?"
    r"|changed|released|topics?|updates?|questions?|came up|what(?:['’]?s| is| was) new"
    r"|gesagt|geschrieben|besprochen|diskutiert|berichtet|gefragt|passiert|geändert|beiträge"
    r"|nachrichten|neues|neuigkeiten)\b",
    re.IGNORECASE,
)
_UNIT: Final = {
    "day": 1,
    "tag": 1,
    "week": 7,
    "woche": 7,
    "month": 30,
    "monat": 30,
    "year": 365,
    "jahr": 365,
}
_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:since|seit) (?P<year>(?:19|20)\d\d)(?:-(?P<month>0?[1-9]|1[0-2]))?(?![-\d])",
        r"\b(?P<yesterday>(?:since |from |seit )?(?:yesterday(?:['’]?s)?|gestern))\b",
        r"\b(?P<today>today(?:['’]?s)?|heute)\b",
        r"\b(?:(?:in|over|during|within|from|since|in den|seit den) )?(?:the )?"
        r"(?:last|past|letzten) (?P<count>\d{1,3}) "
        r"(?P<unit>day|week|month|year|tag|woche|monat|jahr)(?:e|en|s)?\b",
        r"\b(?P<since>since |seit )?(?:in |during |from )?(?:the )?"
        r"(?P<which>last|past|this|letzte[nrs]?|diese[nmrs]?)"
        r" (?P<named>week|month|year|woche|monat|jahr)(?:['’]?s)?\b",
    )
)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time; None is open."""

    after: datetime
    before: datetime | None = None


def asked_time(question: str, now: datetime) -> tuple[str, Span | None]:
    """Return a question without the time that it asks for, and that time in UTC."""
    if len(question.split()) > _MOST_WORDS or not _ASKS_FOR_POSTS.search(question):
        return question, None
    found = next((match for each in _PATTERNS if (match := each.search(question))), None)
    if found is None:
        return question, None
    span = _span(found, now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0))
    rest = question[: found.start()] + question[found.end() :]
    return rest, span


def _span(found: re.Match[str], today: datetime) -> Span:
    parts = found.groupdict()
    if parts.get("year"):
        return Span(datetime(int(parts["year"]), int(parts["month"] or 1), 1, tzinfo=UTC))
    if parts.get("yesterday"):
        is_since = " " in parts["yesterday"]
        return Span(today - timedelta(days=1), None if is_since else today)
    if parts.get("today"):
        return Span(today)
    if parts.get("count"):
        return Span(today - timedelta(days=int(parts["count"]) * _UNIT[parts["unit"].lower()]))
    return _named(parts, today)


def _named(parts: dict[str, str | None], today: datetime) -> Span:
    begin = _begin(str(parts["named"]).lower(), today)
    if str(parts["which"]).lower().startswith(("this", "diese")):
        return Span(begin)
    before = _begin(str(parts["named"]).lower(), begin - timedelta(days=1))
    return Span(before, None if parts["since"] else begin)


def _begin(unit: str, day: datetime) -> datetime:
    """Return when the week, month or year of a day began."""
    if unit in {"week", "woche"}:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit in {"month", "monat"} else day.replace(month=1, day=1)
