"""``/source``: a passage in its thread, found by typing a few of its words."""

from __future__ import annotations

import logging
from typing import Final

from discord import app_commands
from discord.ext import commands

from bot.discord_app.desk import Desk, Use, asker_of
from bot.discord_app.render_source import CHOICE_LIMIT, render_source, suggestion_label
from bot.discord_app.responses import Interaction, acknowledge, show_card
from retrieval.domain import Suggestion
from retrieval.errors import FootnoteError

MAX_CHOICES: Final = 25
_log = logging.getLogger(__name__)


class Sources(commands.Cog):
    """Opens sources."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @app_commands.command(description="Read a passage in its thread.")
    @app_commands.describe(passage="Type a few words, an author or an id.")
    async def source(self, interaction: Interaction, passage: str) -> None:
        """Show a passage with what it replies to and what replies to it."""
        admission = self._desk.admit(asker_of(interaction), use=Use.READING)
        await acknowledge(interaction, private=True)
        await show_card(interaction, render_source(await admission.librarian.source(passage)))

    @source.autocomplete("passage")
    async def suggest(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer passages; none at all when they cannot be had in time."""
        try:
            admission = self._desk.admit(asker_of(interaction), use=Use.READING)
            suggestions = await admission.librarian.suggest(current, MAX_CHOICES)
        except FootnoteError as error:
            _log.info("no suggestions: %s", error)
            return []
        except Exception:  # noqa: BLE001 - a failed suggestion must never fail the typing
            _log.exception("no suggestions")
            return []
        return choices(suggestions)


def choices(suggestions: tuple[Suggestion, ...]) -> list[app_commands.Choice[str]]:
    """Return suggestions as choices within Discord's limits: 25, of 100 characters each."""
    fitting = [s for s in suggestions if 0 < len(s.passage_id) <= CHOICE_LIMIT]
    return [
        app_commands.Choice(name=suggestion_label(suggestion), value=suggestion.passage_id)
        for suggestion in fitting[:MAX_CHOICES]
    ]
