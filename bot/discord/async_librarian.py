"""The one boundary between the event loop and the blocking librarian."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from bot.discord.errors import AnswerTimeoutError
from bot.librarian import StaffedLibrarian
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
    Topic,
)
from retrieval.rulings.records import Ruling

SUGGEST_TIMEOUT_SECONDS: Final = 2.0
"""Discord drops choices that come more than 3 seconds after a key was pressed."""
WRITING_SECONDS: Final = 13 * 60.0
"""Discord takes no edit of a reply to a command after 15 minutes."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ComingAnswer:
    """``FirstAnswer`` for the event loop."""

    answer: Answer
    write: Callable[[], Awaitable[Answer]] | None = None
    writer: str = ""

    async def finished(self) -> Answer:
        """Return the better answer where there may be one."""
        return self.answer if self.write is None else await self.write()


class AsyncLibrarian:
    """A librarian whose methods run in an executor and end, or give up, in time.

    An executor's size bounds how many run at once; others wait, on the same clock.

    Args:
        librarian: May block.
        executor: Where questions are answered.
        timeout_seconds: For each call.
        readers: Where everything else is done, so that who reads or types need not wait for
            those who ask; None: in ``executor`` too.
        writers: Where language models write, so that nobody else waits for them; None: as above.

    Raises:
        AnswerTimeoutError: from any method, when its time is over.
        FootnoteError: what the librarian raises.
    """

    def __init__(
        self,
        librarian: StaffedLibrarian,
        executor: Executor,
        *,
        timeout_seconds: float,
        readers: Executor | None = None,
        writers: Executor | None = None,
    ) -> None:
        self._librarian = librarian
        self._executor = executor
        self._readers = readers or executor
        self._writers = writers or executor
        self._timeout_seconds = timeout_seconds

    async def answer(
        self, question: str, history: Sequence[str] = (), *, about: str = ""
    ) -> Answer:
        """Answer ``question``; ``history`` holds the asker's earlier ones, oldest first.

        ``about`` is somebody else's that it goes on from.
        """
        first = await self.first_answer(question, history, about=about)
        return await first.finished()

    async def first_answer(
        self, question: str, history: Sequence[str] = (), *, about: str = ""
    ) -> ComingAnswer:
        """Return the answer that can be had at once, and what it may become."""
        work = partial(self._librarian.first_answer, question, history, about=about)
        first = await self._call(work, executor=self._executor)
        if first.write is None:
            return ComingAnswer(first.answer)
        return ComingAnswer(first.answer, partial(self._write, first), first.writer)

    async def _write(self, first: FirstAnswer) -> Answer:
        try:
            return await self._call(
                first.finished, executor=self._writers, timeout_seconds=WRITING_SECONDS
            )
        except AnswerTimeoutError:
            return replace(first.answer, fallback="the model takes too long")

    async def search(self, query: str) -> tuple[Hit, ...]:
        """Return the best passages for ``query``."""
        hits, _ = await self._call(partial(self._librarian.search, query))
        return hits

    async def search_threads(self, query: str, limit: int) -> tuple[ThreadHit, ...]:
        """Return the best ``limit`` threads for ``query``, with their passages."""
        work = partial(self._librarian.search_threads, query, limit)
        threads, _ = await self._call(work, executor=self._executor)
        return threads

    async def missing(self, passage_ids: Collection[str]) -> frozenset[str]:
        """Return those of some passages that are not in the threads any more."""
        return await self._call(partial(self._librarian.missing, passage_ids))

    async def source(self, passage_id: str) -> SourceView:
        """Return a passage in its thread."""
        return await self._call(partial(self._librarian.source, passage_id))

    async def thread(self, name: str) -> tuple[ThreadView, ...]:
        """Return the threads that an id prefix, or a file's path or base name, stands for."""
        return await self._call(partial(self._librarian.thread, name))

    async def news(self, since: datetime, limit: int) -> News:
        """Return what came since an aware time, with at most ``limit`` threads of it."""
        return await self._call(partial(self._librarian.news, since, limit))

    async def topics(self, limit: int) -> tuple[Topic, ...]:
        """Return what the threads talk about, the largest topic first."""
        return await self._call(partial(self._librarian.topics, limit))

    async def status(self) -> Status:
        """Return what the knowledge base holds."""
        return await self._call(self._librarian.status)

    async def rulings(self) -> tuple[Ruling, ...]:
        """Return what staff decided, the oldest first."""
        return await self._call(self._librarian.rulings)

    async def rule(self, ruling: Ruling) -> Ruling:
        """Let a decision of staff hold from now on."""
        return await self._call(partial(self._librarian.rule, ruling))

    async def take_back(self, ruling_id: str) -> Ruling | None:
        """Undo a decision of staff and return it; None if there is none of that id."""
        return await self._call(partial(self._librarian.take_back, ruling_id))

    async def find_post(self, name: str) -> Post | None:
        """Return the post with an id, or at an address; None where there is none."""
        return await self._call(partial(self._librarian.find_post, name))

    async def alike(self, questions: Sequence[str]) -> list[int]:
        """Return for each question the place of the first that asks the same; its own if none."""
        work = partial(self._librarian.alike, questions)
        return await self._call(work, executor=self._executor)

    async def suggest(self, text: str, limit: int) -> tuple[Suggestion, ...]:
        """Return passages to offer while ``text`` is being typed, within 2 seconds."""
        seconds = min(SUGGEST_TIMEOUT_SECONDS, self._timeout_seconds)
        return await self._call(
            partial(self._librarian.suggest, text, limit), timeout_seconds=seconds
        )

    async def _call(
        self,
        function: Callable[[], _T],
        *,
        executor: Executor | None = None,
        timeout_seconds: float | None = None,
    ) -> _T:
        loop = asyncio.get_running_loop()
        seconds = self._timeout_seconds if timeout_seconds is None else timeout_seconds
        scope = asyncio.timeout(seconds)
        try:
            async with scope:
                return await loop.run_in_executor(executor or self._readers, function)
        except TimeoutError:
            if not scope.expired():  # the librarian's own
                raise
            raise AnswerTimeoutError(
                "This took too long, so I stopped; please try again in a moment."
            ) from None
