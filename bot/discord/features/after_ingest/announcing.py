"""“3 threads are new”: what an ingest brought, told in the channel that a server chose."""

from __future__ import annotations

import asyncio
import logging

import discord

from bot.access.rules import Place, Visitor
from bot.community.community import Community
from bot.discord.admission.askers import place_of
from bot.discord.admission.desk import Desk
from bot.discord.cards.cards import Card
from bot.discord.cards.responses import send_card
from bot.discord.features.after_ingest.rounds import Change
from bot.discord.features.digest.card import MAX_THREADS, announcement_card
from bot.discord.words import words_for
from bot.librarian import Librarians
from retrieval.sight import seeing

_log = logging.getLogger(__name__)


class Announcing:
    """A consequence of an ingest: news in every server that wants them and may see them."""

    def __init__(
        self, client: discord.Client, librarians: Librarians, community: Community, desk: Desk
    ) -> None:
        self._client = client
        self._librarians = librarians
        self._community = community
        self._desk = desk

    async def __call__(self, change: Change) -> None:
        """Announce what came; nothing where only posts went or changed."""
        librarian = self._librarians.of(change.knowledge_base)
        for guild in self._client.guilds:
            found = self._channel(guild, change.knowledge_base)
            if found is None:
                continue
            channel, place = found
            # What everybody in that channel may read, and no more.
            with seeing(self._desk.sight(Visitor(0, place))):
                news = await asyncio.to_thread(librarian.news, change.since, MAX_THREADS)
            if news.threads:
                language = self._community.guilds.of(guild.id).language
                words = words_for(language, guild.preferred_locale.value)
                await _announce(channel, announcement_card(news, words))

    def _channel(
        self, guild: discord.Guild, knowledge_base: str
    ) -> tuple[discord.abc.Messageable, Place] | None:
        wanted = self._community.guilds.of(guild.id).announcement_channel
        channel = guild.get_channel_or_thread(wanted) if wanted is not None else None
        if not isinstance(channel, discord.abc.Messageable):
            return None
        place = place_of(channel)
        return (channel, place) if self._desk.may_be_told(knowledge_base, place) else None


async def _announce(channel: discord.abc.Messageable, card: Card) -> None:
    try:
        await send_card(channel, card)
    except discord.HTTPException as error:
        # Gone, or closed to the bot: the other servers hear of it all the same.
        _log.warning("could not announce news in channel %s: %s", channel, error)
