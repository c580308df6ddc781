"""Conditions that a person put into a question: who said it, and when.

``from:NAME`` (``from:"Two Words"``), ``after:2024``, ``before:2024-06-15``; and, where NAME
is an author in the threads, "what did NAME say about …" and its like (``retrieval.speakers``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from retrieval.speakers import perhaps_authors
from retrieval.wording import squeeze

_FIELD: Final = re.compile(
    r"(?:^|(?<=\s))(?P<field>from|by|author|after|since|before|until):"
    r"(?P<value>\"[^\"]+\"|“[^”]+”|\S+)",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")
_AUTHOR_FIELDS: Final = frozenset({"from", "by", "author"})
_AFTER_FIELDS: Final = frozenset({"after", "since"})


@dataclass(frozen=True, slots=True)
class Filters:
    """What a passage's post must fulfil; nothing set: anything goes."""

    author: str | None = None
    after: datetime | None = None
    """At this moment or later."""
    before: datetime | None = None
    """Before this moment."""

    def __bool__(self) -> bool:
        return any((self.author, self.after, self.before))

    def described(self) -> str:
        """Return the conditions in words, e.g. "by Tom, from 2024-01-01"."""
        parts = [f"by {self.author}" if self.author else ""]
        parts.append(f"from {self.after:%Y-%m-%d} on" if self.after else "")
        parts.append(f"before {self.before:%Y-%m-%d}" if self.before else "")
        return ", ".join(part for part in parts if part)


def split_filters(question: str, known_author: Callable[[str], str | None]) -> tuple[str, Filters]:
    """Return a question without its conditions, and the conditions.

    ``known_author`` returns an author's name as it is written in the threads, None for
    names that are none.  What is no condition that can be fulfilled stays in the question;
    so does everything where nothing else would be left of it.
    """
    author: str | None = None
    after: datetime | None = None
    before: datetime | None = None
    rest = question
    for match in _FIELD.finditer(question):
        field, value = match["field"].lower(), match["value"].strip('"“”')
        if field in _AUTHOR_FIELDS and (known := known_author(value.lstrip("@"))):
            author = known
        elif field in _AFTER_FIELDS and (moment := _moment(value)):
            after = moment
        elif field not in _AUTHOR_FIELDS | _AFTER_FIELDS and (moment := _moment(value)):
            before = moment
        else:
            continue
        rest = rest.replace(match.group(), " ", 1)
    author = author or _whose_words(rest, known_author)
    return squeeze(rest) or question, Filters(author, after, before)


def _whose_words(question: str, known_author: Callable[[str], str | None]) -> str | None:
    """Return the one author whose words are asked for; of two, neither alone would answer."""
    known = {author for name in perhaps_authors(question) if (author := known_author(name))}
    return known.pop() if len(known) == 1 else None


def _moment(value: str) -> datetime | None:
    match = _DATE.match(value)
    if match is None:
        return None
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
