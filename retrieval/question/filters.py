"""Conditions that a person put into a question: who said it, and when.

``from:NAME`` (``from:"Two Words"``), where NAME is an author's, their account's, or their id;
``after:2024``, ``before:2024-06-15``; when it was written (``retrieval.question.times``); and,
where NAME is one author in the threads, "what did NAME say about …" and its like
(``retrieval.question.speakers``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from retrieval.question.speakers import perhaps_authors
from retrieval.question.times import asked_time
from retrieval.records import Note, NoteKind
from retrieval.text.wording import squeeze

_FIELD: Final = re.compile(
    r"(?:^|(?<=\s))(?P<field>from|by|author|after|since|before|until):"
    r"(?P<value>\"[^\"]+\"|“[^”]+”|\S+)",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")
_AUTHOR_FIELDS: Final = frozenset({"from", "by", "author"})
_AFTER_FIELDS: Final = frozenset({"after", "since"})


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who wrote in the threads."""

    name: str
    """As the threads show it."""
    id: str | None = None
    """The source's own, where it has one: then all their names are meant."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a passage's post must fulfil; nothing set: anything goes."""

    authors: tuple[Author, ...] = ()
    """By one of them."""
    after: datetime | None = None
    """At this moment or later."""
    before: datetime | None = None
    """Before this moment."""
    notes: tuple[Note, ...] = ()
    """What could not be done as it was asked."""

    def __bool__(self) -> bool:
        return any((self.authors, self.after, self.before))

    def described(self) -> str:
        """Return the conditions in words, e.g. "by Tom, from 2024-01-01"."""
        names = dict.fromkeys(author.name for author in self.authors)
        parts = [f"by {' or '.join(names)}" if names else ""]
        parts.append(f"from {self.after:%Y-%m-%d} on" if self.after else "")
        parts.append(f"before {self.before:%Y-%m-%d}" if self.before else "")
        return ", ".join(part for part in parts if part)

    def dropped(self) -> Filters:
        """Return no conditions, and a note that says that nothing fulfilled these."""
        return Filters(notes=(*self.notes, Note(NoteKind.NOTHING_LEFT, self.described())))


_WHO_SAID: Final = re.compile(
    r"^(?:so |and )?who (?:else )?(?:has |have |was it that )?(?:ever )?(?:said|says|mentioned"
    r"|claimed|claims|wrote|stated|told|pointed out)(?: us| me)?(?: that| about)? (?=\S)",
    re.IGNORECASE,
)
_YES_OR_NO: Final = re.compile(r"[\s,;(]*\b(?:yes or no|ja oder nein)\b\W*", re.IGNORECASE)
FindAuthors = Callable[[str], tuple[Author, ...]]
"""Returns everybody who is called so in the threads."""


def split_filters(question: str, find_authors: FindAuthors, now: datetime) -> tuple[str, Filters]:
    """Return a question without its conditions, and the conditions; "last week" is before ``now``.

    Of a name that nobody has, or several people, a note says so.  A date that is none stays
    in the question; so does everything where nothing else would be left of it.
    """
    read = _Read()
    rest = question
    for match in _FIELD.finditer(question):
        field, value = match["field"].lower(), match["value"].strip('"“”')
        if field in _AUTHOR_FIELDS:
            read.author(value.lstrip("@"), find_authors)
        elif moment := _moment(value):
            read.moment(moment, is_after=field in _AFTER_FIELDS)
        else:
            continue
        rest = rest.replace(match.group(), " ", 1)
    authors = read.authors or _whose_words(rest, find_authors)
    rest, span = asked_time(rest, now)
    if span is not None:
        read.after, read.before = read.after or span.after, read.before or span.before
    filters = Filters(authors, read.after, read.before, tuple(read.notes))
    return _unframed(squeeze(rest)) or question, filters


def is_conditions_only(question: str) -> bool:
    """Tell whether a question names whose words or which time it wants, and nothing else."""
    return bool(question.strip()) and not _FIELD.sub(" ", question).strip()


def _unframed(question: str) -> str:
    """Return a question without what only says in which form the answer is wanted."""
    return _WHO_SAID.sub("", squeeze(_YES_OR_NO.sub(" ", question)))


@dataclass(slots=True)
class _Read:
    """The conditions of a question while it is read; of two of a kind the last counts."""

    authors: tuple[Author, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    notes: list[Note] = field(default_factory=list)

    def author(self, name: str, find_authors: FindAuthors) -> None:
        found = find_authors(name)
        if not found:
            self.notes.append(Note(NoteKind.NOBODY, name))
            return
        self.authors = found
        if len(found) > 1:
            people = tuple(f"{one.name} ({one.id})" if one.id else one.name for one in found)
            self.notes.append(Note(NoteKind.SEVERAL, name, people))

    def moment(self, moment: datetime, *, is_after: bool) -> None:
        if is_after:
            self.after = moment
        else:
            self.before = moment


def _whose_words(question: str, find_authors: FindAuthors) -> tuple[Author, ...]:
    """Return the one author whose words are asked for; of two, neither alone would answer."""
    found = [each for name in perhaps_authors(question) if len(each := find_authors(name)) == 1]
    return found[0] if len(set(found)) == 1 else ()


def _moment(value: str) -> datetime | None:
    match = _DATE.match(value)
    if match is None:
        return None
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
