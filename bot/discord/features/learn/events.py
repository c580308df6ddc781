"""What happens in learnt channels, passed on to their journals as it happens."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import discord
from discord.ext import commands

from bot.discord.live.keeper import Keeper
from retrieval.errors import FootnoteError

FOLLOW_SECONDS: Final = 5.0
"""So soon is done what `footnote discord` says."""
_AGE_ROUNDS: Final = 2_000
"""Every three hours it is looked for what has become too old."""
_MARK_SECONDS: Final = 0.5
"""What is deleted in so short a time is marked in one go."""
_TALK: Final = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
_log = logging.getLogger(__name__)


class LiveEvents(commands.Cog):
    """Listens.  What comes while the bot is away is found by comparing at the next start.

    Args:
        client: Tells what happens.
        keeper: Keeps the journals.
        on_gone: Has the bot's earlier answers marked that quote what was deleted.
    """

    def __init__(
        self, client: discord.Client, keeper: Keeper, on_gone: Callable[[], Awaitable[None]]
    ) -> None:
        self._client = client
        self._keeper = keeper
        self._on_gone = on_gone
        self._marking: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None

    async def cog_unload(self) -> None:
        """Leave off."""
        tasks = [task for task in (self._following, self._marking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._keeper.close()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Read what is learnt; Discord says it again after some reconnections."""
        try:
            await asyncio.to_thread(self._keeper.shelf.recall)
            self._keeper.follow()
        except FootnoteError as error:
            _log.warning("%s", error)
        if self._following is None:
            self._following = asyncio.create_task(self._follow(), name="learnt channels")

    async def _follow(self) -> None:
        """Do what the terminal says of channels while the bot runs."""
        for number in itertools.count(1):
            await asyncio.sleep(FOLLOW_SECONDS)
            try:
                self._keeper.follow()
                if number % _AGE_ROUNDS == 0:
                    self._keeper.age()
            except FootnoteError as error:
                _log.warning("%s", error)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Take what is said."""
        await self._take(message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Take what is edited."""
        await self._take(payload.message)

    async def _take(self, message: discord.Message) -> None:
        if message.guild is None:
            return
        try:
            await self._keeper.said(message)
        except (FootnoteError, discord.HTTPException) as error:
            _log.warning("message %s is read at the next start: %s", message.id, error)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Take out what is deleted."""
        self._lose(payload.guild_id, payload.channel_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Take out what is deleted at once."""
        self._lose(payload.guild_id, payload.channel_id, payload.message_ids)

    def _lose(self, guild_id: int | None, channel_id: int, message_ids: set[int]) -> None:
        guild = self._client.get_guild(guild_id or 0)
        channel = guild.get_channel_or_thread(channel_id) if guild is not None else None
        if isinstance(channel, _TALK):
            self._do(lambda: self._keeper.deleted(channel, message_ids))

    @commands.Cog.listener()
    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """Take a thread's new name and tags."""
        thread = payload.thread or self._thread(payload.guild_id, payload.thread_id)
        if thread is not None:
            self._do(lambda: self._keeper.describe(thread))

    @commands.Cog.listener()
    async def on_thread_update(self, _before: discord.Thread, after: discord.Thread) -> None:
        """Take a thread's new name and tags, as they are then."""
        self._do(lambda: self._keeper.describe(after))

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Take out a thread that is deleted."""
        ids = payload.guild_id, payload.parent_id, payload.thread_id
        self._do(lambda: self._keeper.thread_deleted(*ids))

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Take a channel's new name; who may read it is asked at each answer."""
        if isinstance(after, discord.TextChannel | discord.VoiceChannel | discord.StageChannel):
            self._do(lambda: self._keeper.describe(after))

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Take out a channel that is deleted."""
        self._do(lambda: self._keeper.channel_deleted(channel.guild.id, channel.id))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Take out a server that removed the bot."""
        self._do(lambda: self._keeper.guild_left(guild.id))

    def _thread(self, guild_id: int, thread_id: int) -> discord.Thread | None:
        guild = self._client.get_guild(guild_id)
        return guild.get_thread(thread_id) if guild is not None else None

    def _do(self, work: Callable[[], Any]) -> None:
        """Change journals; where something that was known is gone, mark who quoted it."""
        try:
            has_gone = work()
        except FootnoteError as error:
            _log.warning("%s", error)
            return
        if has_gone is True and (self._marking is None or self._marking.done()):
            self._marking = asyncio.create_task(self._mark(), name="mark what was deleted")

    async def _mark(self) -> None:
        await asyncio.sleep(_MARK_SECONDS)
        try:
            await self._on_gone()
        except FootnoteError as error:
            _log.warning("answers that quote what was deleted are marked later: %s", error)
