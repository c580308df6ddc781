"""Stand-ins for the librarian and the reingester: queue what they say, read what they heard."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from bot.librarian import StaffedLibrarian
from ingest.report import IngestReport, Progress
from retrieval.errors import NotFoundError
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

STATUS = Status(
    knowledge_base="default",
    files=3,
    threads=12,
    posts=3456,
    passages=9876,
    quotes_linked=7,
    copies=5,
    embedding="fake",
    generation=1,
    updated_at=datetime(2024, 5, 6, tzinfo=UTC),
    disk_bytes=1,
)


class FakeLibrarian:
    """Gives the queued answers in turn, an exception by raising it.

    ``delay_seconds`` is slept in the calling thread, as real work would block it.
    """

    def __init__(self, *answers: Answer | Exception, delay_seconds: float = 0.0) -> None:
        self.answers: deque[Answer | Exception] = deque(answers)
        self.delay_seconds = delay_seconds
        self.first: deque[Answer] = deque()
        """What there is before a model has written; where it is empty there is no model."""
        self.may_write = threading.Event()
        self.may_write.set()
        self.questions: list[str] = []
        self.histories: list[tuple[str, ...]] = []
        self.abouts: list[str] = []
        self.removed: set[str] = set()
        self.hits: tuple[Hit, ...] = ()
        self.threads_found: tuple[ThreadHit, ...] = ()
        self.typed: list[tuple[str, int]] = []
        self.sources: dict[str, SourceView] = {}
        self.threads: dict[str, ThreadView] = {}
        self.suggestions: tuple[Suggestion, ...] | Exception = ()
        self.changed_at: datetime | None = None
        self.news_found = News(datetime(2024, 5, 6, tzinfo=UTC), (), 0, 0, 0)
        self.news_since: list[datetime] = []
        self.askers: list[str | None] = []
        self.topics_found: tuple[Topic, ...] = ()
        self.ruled: list[Ruling] = []
        self.posts: dict[str, Post] = {}
        """By address, and by id."""

    def answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> Answer:
        self.questions.append(question)
        self.abouts.append(about)
        self.histories.append(tuple(history))
        self.askers.append(asker)
        time.sleep(self.delay_seconds)
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def first_answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> FirstAnswer:
        answer = self.answer(question, history, about=about, asker=asker)
        if not self.first:
            return FirstAnswer(answer)
        return FirstAnswer(self.first.popleft(), partial(self._write, answer), "some-model")

    def _write(self, answer: Answer) -> Answer:
        self.may_write.wait(10)
        return answer

    def missing(self, passage_ids: Collection[str]) -> frozenset[str]:
        return frozenset(self.removed.intersection(passage_ids))

    def search(self, query: str, limit: int = 10) -> tuple[tuple[Hit, ...], Timings]:
        del query
        return self.hits[:limit], Timings()

    def search_threads(self, query: str, limit: int = 10) -> tuple[tuple[ThreadHit, ...], Timings]:
        self.questions.append(query)
        return self.threads_found[:limit], Timings()

    def source(self, passage_id: str) -> SourceView:
        if passage_id not in self.sources:
            raise NotFoundError(f"No passage is called {passage_id}; pick one from the list.")
        return self.sources[passage_id]

    def thread(self, name: str) -> tuple[ThreadView, ...]:
        if name not in self.threads:
            raise NotFoundError(f"No thread is called {name}.")
        return (self.threads[name],)

    def suggest(self, text: str, limit: int = 25) -> tuple[Suggestion, ...]:
        self.typed.append((text, limit))
        time.sleep(self.delay_seconds)
        if isinstance(self.suggestions, Exception):
            raise self.suggestions
        return self.suggestions

    def updated_at(self) -> datetime | None:
        return self.changed_at

    def news(self, since: datetime, limit: int = 10) -> News:
        self.news_since.append(since)
        return replace(self.news_found, since=since, threads=self.news_found.threads[:limit])

    def topics(self, limit: int = 8) -> tuple[Topic, ...]:
        return self.topics_found[:limit]

    def status(self) -> Status:
        return STATUS

    def rulings(self) -> tuple[Ruling, ...]:
        return tuple(self.ruled)

    def rule(self, ruling: Ruling) -> Ruling:
        kept = replace(ruling, id=f"{len(self.ruled) + 1:08x}")
        self.ruled.append(kept)
        return kept

    def take_back(self, ruling_id: str) -> Ruling | None:
        for ruling in self.ruled:
            if ruling.id == ruling_id:
                self.ruled.remove(ruling)
                return ruling
        return None

    def find_post(self, name: str) -> Post | None:
        return self.posts.get(name)

    def alike(self, questions: Sequence[str]) -> list[int]:
        first_words = [question.split(maxsplit=1)[0].casefold() for question in questions]
        return [first_words.index(word) for word in first_words]


class FakeLibrarians:
    """Knowledge bases by name; ``default`` is the one that is asked unless another is named."""

    default = "default"

    def __init__(self, default: StaffedLibrarian, **others: StaffedLibrarian) -> None:
        self.by_name = {"default": default, **others}

    def names(self) -> tuple[str, ...]:
        return tuple(self.by_name)

    def of(self, name: str) -> StaffedLibrarian:
        return self.by_name[name]


class FakeForgettingPeople:
    """Counts the posts of ``posts`` by author; fails once where ``error`` is set."""

    def __init__(self, posts: dict[str, int] | None = None) -> None:
        self.posts = posts or {}
        self.forgotten: list[str] = []
        self.error: Exception | None = None
        self.is_finished = False

    async def forget(self, author_id: str) -> int:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.forgotten.append(author_id)
        return self.posts.pop(author_id, 0)

    async def allow(self, author_id: str) -> bool:
        return author_id in self.forgotten

    async def finish(self) -> None:
        self.is_finished = True


class FakeReingester:
    """Yields the queued events, raises a queued exception, and waits at ``None`` for ``go``."""

    def __init__(self, *events: Progress | IngestReport | Exception | None) -> None:
        self.events = events
        self.go = asyncio.Event()
        self.runs = 0
        self.was_closed = False

    async def run(self) -> AsyncIterator[Progress | IngestReport]:
        self.runs += 1
        try:
            for event in self.events:
                if event is None:
                    await self.go.wait()
                elif isinstance(event, Exception):
                    raise event
                else:
                    yield event
        finally:
            self.was_closed = True
