"""``/upload``: an export as an attachment, looked at before it joins the corpus."""

from __future__ import annotations

import logging
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.access.rules import Surface
from bot.discord.admission.desk import Desk
from bot.discord.cards.markdown import fit_line
from bot.discord.cards.responses import Interaction, acknowledge, show_text
from bot.discord.errors import RefusedError
from bot.discord.features.corpus.reingest import Maintenance
from bot.discord.words import ENGLISH, Words, words_for
from bot.processes.quarantine import SUFFIXES, NothingInItError, OtherKindError, Quarantine
from retrieval.errors import FileRefusedError

BYTES_PER_MIB: Final = 1024 * 1024
_log = logging.getLogger(__name__)
_WORDS: Final = ENGLISH.commands["upload"]


class Uploads(commands.Cog):
    """Takes files from those whom the operator lets add to the threads.

    Args:
        desk: Knows who they are.
        quarantine: Looks at them.
        maintenance: Ingests what was accepted.
        limit_mib: Larger files are refused, by what Discord says and by what comes.
    """

    def __init__(
        self, desk: Desk, quarantine: Quarantine, maintenance: Maintenance, *, limit_mib: int
    ) -> None:
        self._desk = desk
        self._quarantine = quarantine
        self._maintenance = maintenance
        self._limit_mib = limit_mib

    # Discord offers the command to administrators, and in direct messages; whom it obeys is for
    # the desk to say.
    @app_commands.command(description=_WORDS.description)
    @app_commands.describe(**_WORDS.described)
    @app_commands.default_permissions(administrator=True)
    async def upload(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Take one file, say what became of it, and ingest."""
        asker = await self._desk.meet(interaction)
        self._desk.check(asker, Surface.UPLOAD)
        await acknowledge(interaction, private=True)
        words = words_for(interaction.locale.value)
        try:
            data = await self._read(file, words)
            kept = await self._quarantine.take(
                file.filename, data, lambda: self._desk.check(asker, Surface.UPLOAD)
            )
        except FileRefusedError as error:
            refused = words.ingest.refused_file.format(file=fit_line(error.file, 100))
            await show_text(interaction, f"{refused}\n{fit_line(_reason(error, words), 500)}")
            return
        _log.info("%s took in %s", interaction.user.id, kept)
        await self._maintenance.ingest_for(interaction, about=fit_line(file.filename, 100))

    async def _read(self, file: discord.Attachment, words: Words) -> bytes:
        if file.size > self._limit_mib * BYTES_PER_MIB:
            reason = words.ingest.too_large.format(limit=self._limit_mib)
            raise FileRefusedError(file.filename, reason)
        try:
            data = await file.read()
        except discord.HTTPException as error:
            _log.warning("an attachment could not be fetched: %s", error)
            raise RefusedError(words.ingest.not_handed_over) from error
        if len(data) > self._limit_mib * BYTES_PER_MIB:
            raise FileRefusedError(file.filename, words.ingest.larger_than_said)
        return data


def _reason(error: FileRefusedError, words: Words) -> str:
    """Return why a file was refused; what a reader says of it is in English."""
    if isinstance(error, OtherKindError):
        return words.ingest.other_kind.format(suffixes=", ".join(SUFFIXES))
    return words.ingest.nothing_in_it if isinstance(error, NothingInItError) else error.reason
