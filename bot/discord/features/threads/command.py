"""``/threads``: whole threads about something, each with its best passage."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from bot.access.rules import Surface
from bot.discord.admission.desk import Desk
from bot.discord.cards.responses import Interaction, acknowledge, show_card
from bot.discord.features.threads.card import MAX_THREADS, threads_card
from bot.discord.words import ENGLISH

_WORDS: Final = ENGLISH.commands["threads"]


class ThreadSearch(commands.Cog):
    """Lists threads where somebody would rather read than be answered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @app_commands.command(description=_WORDS.description)
    @app_commands.describe(**_WORDS.described)
    async def threads(self, interaction: Interaction, about: str, *, private: bool = True) -> None:
        """List the threads closest to what was asked; it counts as a question."""
        admission = self._desk.admit(await self._desk.meet(interaction), Surface.THREADS)
        await acknowledge(interaction, private=private)
        found, _ = await admission.librarian.search(
            lambda known: known.search_threads(about, MAX_THREADS)
        )
        words = admission.words if private else admission.public_words
        await show_card(interaction, threads_card(about, found, words))
