"""The one boundary between the event loop and the blocking librarian."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from bot.discord_app.errors import AnswerTimeoutError
from bot.ports import Librarian
from retrieval.domain import (
    Answer,
    Hit,
    News,
    SourceView,
    Status,
    Suggestion,
    ThreadHit,
    ThreadView,
    Topic,
)

SUGGEST_TIMEOUT_SECONDS: Final = 2.0
"""Discord drops choices that come more than 3 seconds after a key was pressed."""
_T = TypeVar("_T")


class AsyncLibrarian:
    """A librarian whose methods run in an executor and end, or give up, in time.

    An executor's size bounds how many run at once; others wait, on the same clock.

    Args:
        librarian: May block.
        executor: Where questions are answered.
        timeout_seconds: For each call.
        readers: Where everything else is done, so that who reads or types need not wait for
            those who ask; None: in ``executor`` too.

    Raises:
        AnswerTimeoutError: from any method, when its time is over.
        FootnoteError: what the librarian raises.
    """

    def __init__(
        self,
        librarian: Librarian,
        executor: Executor,
        *,
        timeout_seconds: float,
        readers: Executor | None = None,
    ) -> None:
        self._librarian = librarian
        self._executor = executor
        self._readers = readers or executor
        self._timeout_seconds = timeout_seconds

    async def answer(
        self, question: str, history: Sequence[str] = (), *, about: str = ""
    ) -> Answer:
        """Answer ``question``; ``history`` holds the asker's earlier ones, oldest first.

        ``about`` is somebody else's that it goes on from.
        """
        work = partial(self._librarian.answer, question, history, about=about)
        return await self._call(work, executor=self._executor)

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
                "This took too long and was given up; please try again in a moment."
            ) from None
