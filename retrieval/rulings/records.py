"""What a ruling of staff is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from retrieval.records import RulingKind

NAMED: Final = "*:"
"""Stands before a name, where a source gives its authors no ids."""


class Subject(StrEnum):
    """What a ruling is about."""

    PASSAGE = "passage"
    POST = "post"
    AUTHOR = "author"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision of staff about a knowledge base."""

    kind: RulingKind
    subject: Subject
    key: str
    """The id of a passage, post or author; of an official answer its questions, one a line."""
    at: datetime
    about: str = ""
    """A few words by which people recognise what it is about."""
    by: str = ""
    """The name of whoever decided; empty once they are forgotten."""
    by_id: int = 0
    guild_id: int = 0
    """The server that it was decided in; 0: none."""
    text: str = ""
    """The official answer, or what replaces something outdated."""
    replaced_by: str | None = None
    """The id of the post that replaces an outdated one."""
    expires_at: datetime | None = None
    id: str = ""
    """Set when it is kept."""

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions of an official answer, as staff wrote them."""
        return tuple(line.strip() for line in self.key.splitlines() if line.strip())

    def is_in_force(self, now: datetime) -> bool:
        """Tell whether it has not expired."""
        return self.expires_at is None or now < self.expires_at

    def is_about_the_same(self, other: Ruling) -> bool:
        """Tell whether only one of the two can hold."""
        return (self.kind, self.subject, self.key) == (other.kind, other.subject, other.key)


def author_key(author_id: str | None, author: str | None) -> str | None:
    """Return what stands for an author: the source's id, or where it has none the name."""
    return author_id or (f"{NAMED}{author}" if author else None)
