"""The one door to a knowledge base: whoever asks is let in, kept off the event loop, and timed.

A new question to a knowledge base is a method of ``bot.librarian.Librarian`` and of what
implements it; nothing here has to know of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

from bot.discord.errors import AnswerTimeoutError
from bot.librarian import StaffedLibrarian
from retrieval.errors import UnavailableError
from retrieval.records import Answer, FirstAnswer, Suggestion
from retrieval.sight import Sight, seeing

SUGGEST_TIMEOUT_SECONDS: Final = 2.0
"""Discord drops choices that come more than 3 seconds after a key was pressed."""
WRITING_SECONDS: Final = 13 * 60.0
"""Discord takes no edit of a reply to a command after 15 minutes."""
_TRIES: Final = 3
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


@dataclass(frozen=True, slots=True)
class Threads:
    """Where a librarian works; the size of each bounds how many calls run at once in it."""

    answering: Executor
    """For what takes the model and the index."""
    reading: Executor
    """For what is only looked up, so that who reads or types need not wait for who asks."""
    writing: Executor
    """For language models, so that nobody waits for them but who asked."""


def _let_in() -> None:
    """Let anybody in."""


class AsyncLibrarian:
    """A librarian for one person: every call is admitted, in a thread, and ends in time.

    Args:
        librarian: May block.
        threads: Where it works; a call that waits for a thread does so on the same clock.
        timeout_seconds: For each call.
        check: Runs in the thread before and after each call, and raises where nothing may be
            said any more.
        sight: What whoever hears it may see of live channels, as it is at each call; None:
            everything.
        asker: Whom answers are charged to; None: nobody.

    Raises:
        AnswerTimeoutError: from any method, when its time is over.
        FootnoteError: what the librarian and ``check`` raise.
    """

    def __init__(
        self,
        librarian: StaffedLibrarian,
        threads: Threads,
        *,
        timeout_seconds: float,
        check: Callable[[], None] = _let_in,
        sight: Callable[[], Sight | None] = lambda: None,
        asker: str | None = None,
    ) -> None:
        self._librarian = librarian
        self._threads = threads
        self._timeout_seconds = timeout_seconds
        self._check = check
        self._sight = sight
        self._asker = asker

    async def look_up(self, work: Callable[[StaffedLibrarian], _T]) -> _T:
        """Return what ``work`` takes from the librarian; for what needs no search."""
        return await self._call(work, self._threads.reading)

    async def search(self, work: Callable[[StaffedLibrarian], _T]) -> _T:
        """Return what ``work`` takes from the librarian, where it searches as a question does."""
        return await self._call(work, self._threads.answering)

    async def suggest(self, text: str, limit: int) -> tuple[Suggestion, ...]:
        """Return passages to offer while ``text`` is being typed, within 2 seconds."""
        seconds = min(SUGGEST_TIMEOUT_SECONDS, self._timeout_seconds)
        return await self._call(
            lambda known: known.suggest(text, limit), self._threads.reading, seconds
        )

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
        first = await self._call(
            lambda known: known.first_answer(question, history, about=about, asker=self._asker),
            self._threads.answering,
        )
        if first.write is None:
            return ComingAnswer(first.answer)
        return ComingAnswer(first.answer, partial(self._write, first), first.writer)

    async def _write(self, first: FirstAnswer) -> Answer:
        try:
            return await self._call(
                lambda _: first.finished(), self._threads.writing, WRITING_SECONDS
            )
        except AnswerTimeoutError:
            return replace(first.answer, fallback="the model takes too long")

    async def _call(
        self,
        work: Callable[[StaffedLibrarian], _T],
        executor: Executor,
        timeout_seconds: float | None = None,
    ) -> _T:
        loop = asyncio.get_running_loop()
        seconds = self._timeout_seconds if timeout_seconds is None else timeout_seconds
        scope = asyncio.timeout(seconds)
        try:
            async with scope:
                return await loop.run_in_executor(executor, self._admitted, work)
        except TimeoutError:
            if not scope.expired():  # the librarian's own
                raise
            raise AnswerTimeoutError(
                "This took too long, so I stopped; please try again in a moment."
            ) from None

    def _admitted(self, work: Callable[[StaffedLibrarian], _T]) -> _T:
        for _ in range(_TRIES):
            self._check()
            sight = self._sight()
            with seeing(sight):
                result = work(self._librarian)
            self._check()
            # A channel may have been closed, or a post deleted, while that was looked up.
            if _still_holds(sight, self._sight()):
                return result
        raise UnavailableError("Channels are just being closed here; please try again.")


def _still_holds(then: Sight | None, now: Sight | None) -> bool:
    if then is None or now is None:
        return now is None
    return (then.rooms or frozenset()) <= (now.rooms or frozenset()) and now.gone <= then.gone
