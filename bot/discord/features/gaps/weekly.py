"""Once a week the staff of a server hear in their channel what was not answered."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import aiohttp
import discord
from discord.ext import commands

from bot.access.rules import Surface
from bot.community.community import Community
from bot.discord.admission.askers import Asker, place_of
from bot.discord.admission.desk import Desk
from bot.discord.cards.responses import send_card
from bot.discord.features.gaps.card import gaps_card
from bot.discord.features.gaps.grouping import find_gaps
from bot.discord.words import words_for
from retrieval.errors import FootnoteError

LOOK_SECONDS: Final = 3_600.0
_log = logging.getLogger(__name__)


def staff_channel(
    client: discord.Client, guild_id: int | None, channel_id: int | None
) -> discord.TextChannel | None:
    """Return the channel of a server's staff; None where there is none that the bot sees."""
    channel = client.get_channel(channel_id) if channel_id is not None else None
    if not isinstance(channel, discord.TextChannel) or channel.guild.id != guild_id:
        return None
    return channel


class WeeklyGaps(commands.Cog):
    """Looks every hour for servers whose week is over.

    Args:
        client: Knows the servers that the bot is in.
        desk: Knows what may be told where.
        community: Knows what was asked, and when staff were told.
        look_seconds: Between two looks.
    """

    def __init__(
        self,
        client: discord.Client,
        desk: Desk,
        community: Community,
        *,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._client = client
        self._desk = desk
        self._community = community
        self._look_seconds = look_seconds
        self._looking: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._look_for_ever(), name="weekly gaps")

    async def cog_unload(self) -> None:
        """Stop."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def look(self) -> None:
        """Tell the staff of each server whose week is over."""
        for guild in self._client.guilds:
            try:
                await self._look_at(guild)
            except FootnoteError as error:
                _log.info("the staff of server %s are told another time: %s", guild.id, error)
            except (discord.HTTPException, aiohttp.ClientError) as error:
                _log.warning("could not tell the staff of server %s: %s", guild.id, error)

    async def _look_at(self, guild: discord.Guild) -> None:
        settings = self._community.guilds.of(guild.id)
        channel = staff_channel(self._client, guild.id, settings.staff_channel)
        if channel is None:
            return
        since = self._community.gaps.digest_since(guild.id)
        if since is None:
            return
        # As an ordinary member would see it in that channel.
        locale = settings.language or guild.preferred_locale.value
        asker = Asker(0, place_of(channel), locale, locale)
        admission = self._desk.admit(asker, Surface.ANNOUNCEMENT)
        found = await find_gaps(
            self._community.gaps,
            admission.librarian,
            guild.id,
            admission.knowledge_base,
            since,
        )
        self._community.gaps.digest_told(guild.id)  # before: a week is never told twice
        if found:
            words = words_for(locale)
            base = admission.knowledge_base
            await send_card(channel, gaps_card(found, 0, base, words, title=words.gaps.weekly))

    async def _look_for_ever(self) -> None:
        await self._client.wait_until_ready()
        while True:
            try:
                await self.look()
            except Exception:  # noqa: BLE001 - whatever it is, the next look comes
                _log.exception("could not look for a week that is over")
            await asyncio.sleep(self._look_seconds)
