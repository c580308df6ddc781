"""What is forgotten by itself: what is old, and servers that were left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import discord
from discord.ext import commands

from bot.community.community import Community
from bot.community.memories import ForgottenEntries
from retrieval.errors import FootnoteError

PURGE_SECONDS: Final = 6 * 3_600.0
_log = logging.getLogger(__name__)


class Forgetting(commands.Cog):
    """Deletes what is old, and what is kept of servers that are left.

    Args:
        client: Knows the servers that the bot is in.
        community: Everything that is kept.
        retention_days: How long.
        purge_seconds: Between two rounds that delete what is older.
        clock: Aware times.
    """

    def __init__(
        self,
        client: discord.Client,
        community: Community,
        *,
        retention_days: int,
        purge_seconds: float = PURGE_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._memories = community.memories
        self._starts = community.starts
        self._retention = timedelta(days=retention_days)
        self._purge_seconds = purge_seconds
        self._clock = clock
        self._purging: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Begin to delete what is old, now and every few hours."""
        self._purging = asyncio.create_task(self._purge_for_ever(), name="purge")

    async def cog_unload(self) -> None:
        """Stop."""
        if self._purging is not None:
            self._purging.cancel()
            await asyncio.gather(self._purging, return_exceptions=True)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a server that removed the bot; an outage of Discord's is not that."""
        await self._forget_server(guild.id)

    async def _forget_left_servers(self) -> None:
        """Forget the servers that removed the bot while it was away."""
        present = {guild.id for guild in self._client.guilds}
        try:
            kept = await asyncio.to_thread(self._memories.guild_ids)
            if not await asyncio.to_thread(self._is_same_bot):
                _log.warning(
                    "the token is another bot's than at the last start; what is kept of servers "
                    "that this one is not in stays until the next start"
                )
                return
        except FootnoteError as error:
            _log.warning("the servers that were left could not be looked up: %s", error)
            return
        for guild_id in sorted(kept - present):
            await self._forget_server(guild_id)

    def _is_same_bot(self) -> bool:
        """Tell whether the account is that of the last start, and remember this one.

        A trial with another bot's token must not cost every server its settings.
        """
        before, now = self._starts.application_id, self._client.application_id
        if now is not None and before != now:
            self._starts.application_id = now
        return before in {None, now}

    async def _forget_server(self, guild_id: int) -> None:
        try:
            forgotten = await asyncio.to_thread(self._memories.forget_guild, guild_id)
        except FootnoteError as error:
            _log.warning("server %s was left and could not be forgotten: %s", guild_id, error)
            return
        _log.info("server %s was left and is forgotten: %s", guild_id, _counts(forgotten))

    async def _purge_for_ever(self) -> None:
        while True:
            try:
                before = self._clock() - self._retention
                forgotten = await asyncio.to_thread(self._memories.purge, before)
            except FootnoteError as error:
                _log.warning("what is old could not be deleted: %s", error)
            else:
                _log.info("deleted what is older than %s: %s", before.date(), _counts(forgotten))
            await self._client.wait_until_ready()
            await self._forget_left_servers()
            await asyncio.sleep(self._purge_seconds)


def _counts(forgotten: Sequence[ForgottenEntries]) -> str:
    return ", ".join(f"{each.count} {each.name}" for each in forgotten)
