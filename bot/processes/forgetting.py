"""Forgetting somebody in a process of its own, as an ingest is: it writes to Chroma."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from typing import Final

from retrieval.errors import FootnoteError, UnavailableError

DEFAULT_ARGV: Final = (sys.executable, "-m", "bot.terminal.main")
_NO_SUCH: Final = 2


class ChildForgetting:
    """An ``AsyncForgettingPeople`` that runs ``footnote people``.

    A run that was begun goes on to its end, even when whoever asked for it has left: what
    was promised to be forgotten is.
    """

    def __init__(self, argv: Sequence[str] = DEFAULT_ARGV) -> None:
        self._argv = tuple(argv)
        self._running: set[asyncio.Task[tuple[int, str, str]]] = set()

    async def forget(self, author_id: str) -> int:
        """Remember an author, take their posts out, and return how many these were.

        Raises:
            FootnoteError: what the command says.
        """
        status, said, complaint = await self._run("forget", "--json", "--", author_id)
        if status:
            raise _failure(status, complaint)
        return int(json.loads(said)["posts"])

    async def allow(self, author_id: str) -> bool:
        """Let the next ingest read an author's posts again; False if nobody forgot them.

        Raises:
            FootnoteError: what the command says.
        """
        status, _, complaint = await self._run("allow", "--", author_id)
        if status not in {0, _NO_SUCH}:
            raise _failure(status, complaint)
        return status == 0

    async def finish(self) -> None:
        """Wait for the runs that go on, before the bot ends."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, *words: str) -> tuple[int, str, str]:
        running = asyncio.create_task(self._carry_out(words))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.shield(running)

    async def _carry_out(self, words: Sequence[str]) -> tuple[int, str, str]:
        try:
            child = await asyncio.create_subprocess_exec(
                *(*self._argv, "people", *words), stdin=DEVNULL, stdout=PIPE, stderr=PIPE
            )
        except OSError as error:
            raise UnavailableError(f"`footnote people` could not be started: {error}") from error
        said, complaint = await child.communicate()
        status = await child.wait()
        return status, said.decode("utf-8", "replace"), complaint.decode("utf-8", "replace")


def _failure(status: int, complaint: str) -> FootnoteError:
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    return FootnoteError(lines[-1] if lines else f"`footnote people` ended with status {status}.")
