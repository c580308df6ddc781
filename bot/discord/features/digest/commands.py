"""``/digest`` and ``/topics``: what is new in the threads, and what they talk about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from discord import app_commands
from discord.ext import commands

from bot.access.rules import Surface
from bot.discord.admission.desk import Admission, Desk
from bot.discord.cards.responses import Interaction, acknowledge, show_card
from bot.discord.features.digest.card import MAX_THREADS, MAX_TOPICS, digest_card, topics_card
from bot.discord.words import ENGLISH, Words

_CHOICES: Final = [
    app_commands.Choice(name=name, value=int(days)) for days, name in ENGLISH.lately.periods.items()
]
_DIGEST: Final = ENGLISH.commands["digest"]
_TOPICS: Final = ENGLISH.commands["topics"]


class Lately(commands.Cog):
    """Shows what came and what there is, without a question."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @app_commands.command(description=_DIGEST.description)
    @app_commands.describe(**_DIGEST.described)
    @app_commands.choices(days=_CHOICES)
    async def digest(
        self, interaction: Interaction, days: int = 7, *, private: bool = True
    ) -> None:
        """Show the threads that came or grew, as of when they were read."""
        surface = Surface.DIGEST if private else Surface.DIGEST_FOR_ALL
        admission = self._desk.admit(await self._desk.meet(interaction), surface)
        await acknowledge(interaction, private=private)
        since = datetime.now(UTC) - timedelta(days=days)
        news = await admission.librarian.look_up(lambda known: known.news(since, MAX_THREADS))
        await show_card(interaction, digest_card(news, _words(admission, private=private)))

    @app_commands.command(description=_TOPICS.description)
    @app_commands.describe(**_TOPICS.described)
    async def topics(self, interaction: Interaction, *, private: bool = True) -> None:
        """Show groups of passages that belong together, each by its words."""
        surface = Surface.TOPICS if private else Surface.TOPICS_FOR_ALL
        admission = self._desk.admit(await self._desk.meet(interaction), surface)
        await acknowledge(interaction, private=private)
        topics = await admission.librarian.look_up(lambda known: known.topics(MAX_TOPICS))
        await show_card(interaction, topics_card(topics, _words(admission, private=private)))


def _words(admission: Admission, *, private: bool) -> Words:
    return admission.words if private else admission.public_words
