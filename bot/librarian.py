"""What the faces need from the rest, and nothing more.

``retrieval.knowledge.KnowledgeBase`` is the real thing; tests pass fakes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ingest.report import IngestReport, Progress
from retrieval.records import (
    Answer,
    FirstAnswer,
    Hit,
    News,
    Post,
    SourceView,
    Status,
    Suggestion,
    ThreadHit,
    ThreadView,
    Timings,
    Topic,
)
from retrieval.rulings.records import Ruling


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """What somebody asked ``footnote ingest`` to do."""

    knowledge_base: str
    paths: tuple[Path, ...]
    dry_run: bool = False
    encoding: str | None = None
    """An encoding for files that are not UTF-8; None refuses such files."""
    allow_empty: bool = False
    """Whether a folder without files may empty the knowledge base."""
    wait: bool = True
    """Whether to wait for another ingest, or for whoever keeps the index, or to be refused."""
    settled_seconds: float = 0.0
    """How long a file must have stayed the same to be read: for who acts on a change at once."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read, in words for a person."""

    kind: str
    label: str
    suffixes: tuple[str, ...]
    example: str
    export: str


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out of all knowledge bases for somebody who wants to be forgotten."""

    posts: int
    by_source: tuple[tuple[str, int], ...] = ()
    """How many posts came from each kind of source: an id may stand for several people."""


class Librarian(Protocol):
    """Answers questions and opens sources; every method may block for some 100 ms.

    Raises:
        FootnoteError: with one line for a person, from any method.
    """

    def answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> Answer:
        """Answer ``question``; ``history`` holds the earlier questions, oldest first.

        ``about`` is a question of somebody else that this one goes on from; no language model
        may see it.  ``asker`` is any stable id, for what one person may cost a day; None
        counts nobody.
        """
        ...

    def first_answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> FirstAnswer:
        """Return what ``answer`` does in two steps: first without the model that writes."""
        ...

    def missing(self, passage_ids: Collection[str]) -> frozenset[str]:
        """Return those of some passages that are not in the threads any more."""
        ...

    def search(self, query: str, limit: int = 10) -> tuple[tuple[Hit, ...], Timings]:
        """Return the best ``limit`` passages for ``query``, best first."""
        ...

    def search_threads(self, query: str, limit: int = 10) -> tuple[tuple[ThreadHit, ...], Timings]:
        """Return the best ``limit`` threads for ``query``, best first, with their passages."""
        ...

    def source(self, passage_id: str) -> SourceView:
        """Return a passage in its thread; any unambiguous prefix of its id will do."""
        ...

    def thread(self, name: str) -> tuple[ThreadView, ...]:
        """Return the threads that an id prefix, or a file's path or base name, stands for."""
        ...

    def suggest(self, text: str, limit: int = 25) -> tuple[Suggestion, ...]:
        """Return passages to offer while ``text`` is being typed, best first."""
        ...

    def updated_at(self) -> datetime | None:
        """Return when the knowledge base last changed, cheaply; None while it is empty."""
        ...

    def news(self, since: datetime, limit: int = 10) -> News:
        """Return what came since an aware time, with at most ``limit`` threads of it."""
        ...

    def topics(self, limit: int = 8) -> tuple[Topic, ...]:
        """Return what the threads talk about, the largest topic first."""
        ...

    def status(self) -> Status:
        """Return what the knowledge base holds."""
        ...


class StaffedLibrarian(Librarian, Protocol):
    """A librarian to whom staff have the last word."""

    def rulings(self) -> tuple[Ruling, ...]:
        """Return what staff decided, the oldest first."""
        ...

    def rule(self, ruling: Ruling) -> Ruling:
        """Let a decision of staff hold from now on, in the place of one about the same."""
        ...

    def take_back(self, ruling_id: str) -> Ruling | None:
        """Undo a decision of staff and return it; None if there is none of that id."""
        ...

    def find_post(self, name: str) -> Post | None:
        """Return the post with an id, or at an address; None where there is none."""
        ...

    def alike(self, questions: Sequence[str]) -> list[int]:
        """Return for each question the place of the first that asks the same; its own if none."""
        ...


class Librarians(Protocol):
    """The knowledge bases that there are, each opened no earlier than it is asked."""

    @property
    def default(self) -> str:
        """The one that is asked unless somebody names another; it may be empty yet."""
        ...

    def names(self) -> tuple[str, ...]:
        """Return the names of all, the default one always among them."""
        ...

    def of(self, name: str) -> StaffedLibrarian:
        """Return one knowledge base's librarian, at once: opening waits for a question.

        Raises:
            NotFoundError: if there is none of that name.
        """
        ...


class Reingester(Protocol):
    """Brings the knowledge base in line with its folder, outside the bot's own process."""

    def run(self) -> AsyncIterator[Progress | IngestReport]:
        """Yield progress and, last, the report.

        Raises:
            FootnoteError: when the ingest could not be done.
        """
        ...


class ForgettingPeople(Protocol):
    """Keeps the posts of those who ask for it out of the answers, for good.

    An author is named by the source's own id; where a source has none, by ``KIND:NAME``, such
    as ``plain-text:Ada``.  May take as long as an ingest, and waits for one.

    Raises:
        FootnoteError: with one line for a person, from any method; what was to be forgotten
            is remembered all the same, and the next ingest takes it out.
    """

    def forget(self, author_id: str, name: str | None = None) -> Removed:
        """Remember an author, and take their posts and quotes of them out everywhere.

        ``name`` is one that they write under where sources have no ids: only for who knows
        that it is theirs, since anybody may choose a name.
        """
        ...

    def allow(self, author_id: str) -> bool:
        """Let the next ingest read an author's posts again; False if nobody forgot them."""
        ...

    def is_forgotten(self, author_id: str) -> bool:
        """Tell whether an author is forgotten."""
        ...

    def count(self) -> int:
        """Return how many are."""
        ...


class AsyncForgettingPeople(Protocol):
    """The same for the bot, which may not write to the index in its own process.

    Raises:
        FootnoteError: from any method; what was to be forgotten is remembered all the same.
    """

    async def forget(self, author_id: str) -> int:
        """Remember an author, take their posts out, and return how many these were."""
        ...

    async def allow(self, author_id: str) -> bool:
        """Let the next ingest read an author's posts again; False if nobody forgot them."""
        ...

    async def finish(self) -> None:
        """Wait for what was begun, before the bot ends."""
        ...
