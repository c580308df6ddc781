"""``/reingest``: for those whom the operator lets add to the threads."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.access.rules import Surface
from bot.discord.admission.desk import Desk
from bot.discord.cards.responses import Interaction, acknowledge, show_text
from bot.discord.errors import explain
from bot.discord.features.corpus.report import render_progress, render_report
from bot.discord.words import ENGLISH, Words, words_for
from bot.librarian import Reingester
from ingest.report import IngestReport
from retrieval.errors import FootnoteError

FIRST_PAUSE_SECONDS: Final = 1.5
LONGEST_PAUSE_SECONDS: Final = 60.0
_log = logging.getLogger(__name__)
_WORDS: Final = ENGLISH.commands["reingest"]


class EditPace:
    """Says when to edit a message again: 1.5 seconds apart, then ever less often.

    Edits share a small rate limit with everything else that the bot says in a channel.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._next = clock() + FIRST_PAUSE_SECONDS

    def is_due(self) -> bool:
        """Tell whether an edit may be made now, and count it as made."""
        now = self._clock()
        if now < self._next:
            return False
        self._pause_seconds = min(self._pause_seconds * 2, LONGEST_PAUSE_SECONDS)
        self._next = now + self._pause_seconds
        return True


class Maintenance(commands.Cog):
    """Keeps the knowledge base fresh."""

    def __init__(
        self,
        desk: Desk,
        reingester: Reingester,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._reingester = reingester
        self._clock = clock
        self._is_running = False

    # Discord offers the command to administrators, to whom else the server shows it in its
    # integration settings, and in direct messages; whom it obeys is for the desk to say.
    @app_commands.command(description=_WORDS.description)
    @app_commands.default_permissions(administrator=True)
    async def reingest(self, interaction: Interaction) -> None:
        """Run an ingest in another process, showing how far it is and then its report."""
        self._desk.check(await self._desk.meet(interaction), Surface.REINGEST)
        await acknowledge(interaction, private=True)
        await self.ingest_for(interaction)

    async def ingest_for(self, interaction: Interaction, *, about: str = "") -> None:
        """Run an ingest and show it in an interaction that was acknowledged.

        ``about`` names the file that it is for.
        """
        words = words_for(interaction.locale.value)
        if self._is_running:
            await show_text(interaction, words.ingest.busy)
            return
        self._is_running = True
        try:
            report = await self._run(interaction, words)
            _log.info("re-ingest finished: %s", report)
            text = render_report(report, words)
        except FootnoteError as error:
            text = explain(error, words)
        finally:
            self._is_running = False
        await _show_late(interaction, f"**{about}**\n{text}" if about else text)

    async def _run(self, interaction: Interaction, words: Words) -> IngestReport:
        pace = EditPace(self._clock)
        report: IngestReport | None = None
        events = self._reingester.run()
        try:
            async for event in events:
                if isinstance(event, IngestReport):
                    report = event
                elif pace.is_due():
                    await _show_progress(interaction, render_progress(event, words))
        finally:
            close = getattr(events, "aclose", None)  # ends the work when this is cancelled
            if close is not None:
                await close()
        if report is None:
            raise FootnoteError(words.ingest.no_report)
        return report


async def _show_progress(interaction: Interaction, text: str) -> None:
    try:
        await show_text(interaction, text)
    except discord.HTTPException as error:
        # Progress is a courtesy: the ingest goes on without it.
        _log.info("could not show progress: %s", error)


async def _show_late(interaction: Interaction, text: str) -> None:
    """Show ``text`` even if the 15 minutes for a reply are over: then by direct message."""
    try:
        await show_text(interaction, text)
    except discord.HTTPException as error:
        _log.info("the reply to /reingest is gone, sending a direct message: %s", error)
        try:
            await interaction.user.send(text, suppress_embeds=True)
        except discord.HTTPException as refusal:
            _log.warning("could not deliver the report of /reingest: %s", refusal)
