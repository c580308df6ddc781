"""What a channel said before, and what changed in it while nobody listened."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

import discord

from bot.discord.live.wire import Readable, fields_of, header_of
from ingest.journal.files import Journal

PAGE: Final = 100
"""Discord gives no more messages at once."""

Kept = Callable[[Sequence[discord.Message]], Awaitable[Sequence[discord.Message]]]
"""Leaves out the messages of those who do not want to be read."""


class History:
    """Reads one channel or thread, newest first, into its journal.

    Each page of messages is one write together with how far it reaches, so that a bot that is
    killed begins again where it was, and takes nothing twice.

    Args:
        channel: What is read.
        journal: Where it goes.
        kept: Which messages may be kept.
        since: Nothing older is read; None: all that there is.
        on_gone: Told of messages that were deleted while nobody listened.
    """

    def __init__(
        self,
        channel: Readable,
        journal: Journal,
        kept: Kept,
        *,
        since: datetime | None = None,
        on_gone: Callable[[Sequence[int]], None] = lambda _: None,
    ) -> None:
        self._channel = channel
        self._journal = journal
        self._kept = kept
        self._oldest = discord.utils.time_snowflake(since) if since is not None else 0
        self._on_gone = on_gone

    async def read(self) -> None:
        """Read what is new, then what is older than what is known, then compare the rest.

        Raises:
            discord.HTTPException: if Discord refuses or fails in the middle; to call it again
                goes on from there.
        """
        journal = self._journal
        journal.describe(header_of(self._channel))
        knows_some = bool(journal.marks)
        if knows_some:
            await self._compare(only_news=True)
        begins = journal.down_to is None
        if not journal.is_whole:
            await self._go_back()
        if knows_some or not begins:
            await self._compare()
        journal.compact_if_worn()

    async def _go_back(self) -> None:
        """Read what is older than all that was read whole, down to the beginning."""
        journal = self._journal
        while not journal.is_whole:
            page = await self._page(journal.down_to)
            lowest = page[-1].id if page else journal.down_to
            ends = len(page) < PAGE or page[-1].id < self._oldest
            messages = await self._kept(page)
            journal.add(map(fields_of, messages), down_to=lowest, is_whole=ends)

    async def _compare(self, *, only_news: bool = False) -> None:
        """Take in what was written and edited, and take out what was deleted.

        With ``only_news`` it ends at the first page that holds nothing new.
        """
        journal = self._journal
        # What comes while this goes on is told of by events.
        known = sorted(journal.marks)
        before: int | None = None
        while True:
            page = await self._page(before)
            is_last = len(page) < PAGE or page[-1].id < self._oldest
            low = page[-1].id if page and not is_last else self._oldest
            high = len(known) if before is None else bisect_left(known, before)
            there = {message.id for message in page}
            messages = await self._kept(page)
            wanted = {message.id for message in messages}
            gone = [id_ for id_ in known[bisect_right(known, low - 1) : high] if id_ not in wanted]
            has_changed = journal.add(map(fields_of, messages), gone=gone)
            self._on_gone([id_ for id_ in gone if id_ not in there])
            if is_last or (only_news and not has_changed):
                return
            before = page[-1].id

    async def _page(self, before: int | None) -> list[discord.Message]:
        bound = discord.Object(before) if before is not None else None
        return [message async for message in self._channel.history(limit=PAGE, before=bound)]
