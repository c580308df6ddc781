"""``/forget-me``, and what is forgotten by itself: what is old, and servers that were left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.community.memories import Forgotten, Memories
from bot.discord_app.askers import asker_of
from bot.discord_app.cards import Card, TextBlock, Tone, assemble
from bot.discord_app.responses import Interaction, acknowledge, show_card
from bot.discord_app.words import ENGLISH, Words, words_for
from retrieval.errors import FootnoteError

PURGE_SECONDS: Final = 6 * 3_600.0
_WORDS: Final = ENGLISH.commands["forget-me"]
_log = logging.getLogger(__name__)


class Forgetting(commands.Cog):
    """Deletes what is kept of people and servers.

    Args:
        memories: Everything that is kept.
        retention_days: How long.
        purge_seconds: Between two rounds that delete what is older.
        clock: Aware times.
    """

    def __init__(
        self,
        memories: Memories,
        *,
        retention_days: int,
        purge_seconds: float = PURGE_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._memories = memories
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

    @app_commands.command(name=_WORDS.name, description=_WORDS.description)
    async def forget_me(self, interaction: Interaction) -> None:
        """Delete everything about whoever asks for it, and say how much that was."""
        await acknowledge(interaction, private=True)
        asker = asker_of(interaction)
        forgotten = await asyncio.to_thread(self._memories.forget_person, asker.user_id)
        await show_card(interaction, forgotten_card(forgotten, words_for(asker.locale)))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a server that removed the bot; an outage of Discord's is not that."""
        try:
            forgotten = await asyncio.to_thread(self._memories.forget_guild, guild.id)
        except FootnoteError as error:
            _log.warning("server %s was left and could not be forgotten: %s", guild.id, error)
            return
        _log.info("server %s was left and is forgotten: %s", guild.id, _counts(forgotten))

    async def _purge_for_ever(self) -> None:
        while True:
            try:
                before = self._clock() - self._retention
                forgotten = await asyncio.to_thread(self._memories.purge, before)
            except FootnoteError as error:
                _log.warning("what is old could not be deleted: %s", error)
            else:
                _log.info("deleted what is older than %s: %s", before.date(), _counts(forgotten))
            await asyncio.sleep(self._purge_seconds)


def forgotten_card(forgotten: Sequence[Forgotten], words: Words) -> Card:
    """Return what was deleted, kind by kind."""
    gone = [each for each in forgotten if each.count]
    if not gone:
        return assemble(Tone.SOURCE, [TextBlock(words.privacy.nothing)])
    lines = [f"- {each.count:,} {words.privacy.kinds.get(each.name, each.name)}" for each in gone]
    return assemble(Tone.SOURCE, [TextBlock("\n".join([words.privacy.forgotten, *lines]))])


def _counts(forgotten: Sequence[Forgotten]) -> str:
    return ", ".join(f"{each.count} {each.name}" for each in forgotten)
