"""``/source``: a passage in its thread, found while typing its words, author, thread or id."""

from __future__ import annotations

import logging
from typing import Final

from discord import app_commands
from discord.ext import commands

from bot.access.rules import Surface
from bot.discord.admission.desk import Desk
from bot.discord.cards.markdown import fit_label
from bot.discord.cards.responses import Interaction, acknowledge
from bot.discord.features.source.reading import find, open_room
from bot.discord.features.source.view import show_room
from bot.discord.words import ENGLISH
from retrieval.errors import FootnoteError
from retrieval.records import Suggestion

MAX_CHOICES: Final = 25
CHOICE_LIMIT: Final = 100
_WORDS: Final = ENGLISH.commands["source"]
_log = logging.getLogger(__name__)


class Sources(commands.Cog):
    """Opens reading rooms."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @app_commands.command(name=_WORDS.name, description=_WORDS.description)
    @app_commands.describe(**_WORDS.described)
    async def source(
        self, interaction: Interaction, passage: str, knowledge_base: str | None = None
    ) -> None:
        """Show a passage with what it replies to and what replies to it."""
        asker = await self._desk.meet(interaction)
        admission = self._desk.admit(asker, Surface.SOURCE, knowledge_base=knowledge_base)
        await acknowledge(interaction, private=True)
        await show_room(interaction, await open_room(admission, await find(admission, passage)))

    @source.autocomplete("passage")
    async def suggest(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer passages; none at all when they cannot be had in time."""
        named = getattr(interaction.namespace, "knowledge_base", None) or None
        try:
            asker = await self._desk.meet(interaction)
            admission = self._desk.admit(asker, Surface.TYPING, knowledge_base=named)
            suggestions = await admission.librarian.suggest(current, MAX_CHOICES)
        except FootnoteError as error:
            _log.info("no suggestions: %s", error)
            return []
        except Exception:  # noqa: BLE001 - a failed suggestion must never fail the typing
            _log.exception("no suggestions")
            return []
        return choices(suggestions)

    @source.autocomplete("knowledge_base")
    async def suggest_base(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the knowledge bases that may be seen here."""
        try:
            return await base_choices(self._desk, interaction, current)
        except FootnoteError as error:
            _log.info("no knowledge bases to offer: %s", error)
            return []


async def base_choices(
    desk: Desk, interaction: Interaction, current: str
) -> list[app_commands.Choice[str]]:
    """Return the knowledge bases that may be seen here and that ``current`` is part of."""
    names = desk.visible(await desk.meet(interaction))
    typed = current.strip().casefold()
    fitting = [name for name in names if typed in name.casefold() and len(name) <= CHOICE_LIMIT]
    return [app_commands.Choice(name=name, value=name) for name in fitting[:MAX_CHOICES]]


def choices(suggestions: tuple[Suggestion, ...]) -> list[app_commands.Choice[str]]:
    """Return suggestions as choices within Discord's limits: 25, of 100 characters each."""
    fitting = [s for s in suggestions if 0 < len(s.passage_id) <= CHOICE_LIMIT]
    return [
        app_commands.Choice(name=suggestion_label(suggestion), value=suggestion.passage_id)
        for suggestion in fitting[:MAX_CHOICES]
    ]


def suggestion_label(suggestion: Suggestion) -> str:
    """Return a suggestion as the name of a choice: at most 100 characters, never empty."""
    who = fit_label(suggestion.author or suggestion.thread_title or "", 40)
    words = fit_label(suggestion.text, CHOICE_LIMIT)
    label = f"{who}: {words}" if who and words else who or words
    return fit_label(label, CHOICE_LIMIT) or fit_label(suggestion.passage_id, CHOICE_LIMIT) or "?"
