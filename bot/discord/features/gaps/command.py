"""``/gaps``: what was asked and not answered, and the way to answer it."""

from __future__ import annotations

import asyncio
import io
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.access.rules import Surface
from bot.community.gaps import Gaps
from bot.discord.admission.askers import asker_of
from bot.discord.admission.desk import Admission, Desk
from bot.discord.cards.responses import (
    Interaction,
    acknowledge,
    acknowledge_update,
    open_form,
    show_card,
)
from bot.discord.cards.views import lasting_button
from bot.discord.errors import RefusedError, report
from bot.discord.features.gaps.card import TEMPLATE, Action, Press, as_csv, gaps_card
from bot.discord.features.gaps.grouping import Gap, find_gaps
from bot.discord.features.rulings.buttons import Action as RulingAction
from bot.discord.features.rulings.buttons import Press as RulingPress
from bot.discord.features.rulings.forms import OfficialForm
from bot.discord.words import ENGLISH, words_for

_WORDS: Final = ENGLISH.commands["gaps"]


class GapList(commands.Cog):
    """Shows staff what was not answered in their server.

    Args:
        client: Learns here of the buttons on all messages, old and new.
        desk: Lets people in.
        gaps: Knows what was asked.
    """

    def __init__(self, client: discord.Client, desk: Desk, gaps: Gaps) -> None:
        self._desk = desk
        self._gaps = gaps
        client.add_dynamic_items(lasting_button(TEMPLATE, self.press))

    @app_commands.command(name=_WORDS.name, description=_WORDS.description)
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_messages=True)
    async def gaps(self, interaction: Interaction) -> None:
        """Show the list, privately."""
        admission = await self._admit(interaction, None)
        await acknowledge(interaction, private=True)
        await self._show(interaction, admission, 0)

    async def press(self, interaction: Interaction, custom_id: str) -> None:
        """Do what a button says; whatever goes wrong becomes one sentence."""
        press = Press.parse(custom_id)
        if press is None:
            return
        try:
            admission = await self._admit(interaction, press.knowledge_base)
            await self._do(interaction, press, admission)
        except Exception as error:  # noqa: BLE001 - report logs it; a person waits for a reply
            await report(interaction, error, words_for(asker_of(interaction).locale))

    async def _do(self, interaction: Interaction, press: Press, admission: Admission) -> None:
        if press.action is Action.ANSWER:
            await self._open_answer(interaction, press, admission)
        elif press.action is Action.CSV:
            await acknowledge(interaction, private=True)
            table = as_csv(await self._find(admission))
            file = discord.File(io.BytesIO(table), "gaps.csv")
            text = admission.words.gaps.csv_ready
            await interaction.edit_original_response(content=text, attachments=[file])
        else:
            # The digest in the channel of staff is everybody's: who turns its pages gets their own.
            is_own = interaction.message is not None and interaction.message.flags.ephemeral
            if is_own:
                await acknowledge_update(interaction)
            else:
                await acknowledge(interaction, private=True)
            await self._show(interaction, admission, int(press.key) if press.key.isdigit() else 0)

    async def _admit(self, interaction: Interaction, knowledge_base: str | None) -> Admission:
        asker = await self._desk.meet(interaction)
        self._desk.check(asker, Surface.GAPS, knowledge_base=knowledge_base)
        return self._desk.admit(asker, Surface.GAPS, knowledge_base=knowledge_base)

    async def _find(self, admission: Admission) -> tuple[Gap, ...]:
        guild_id = admission.asker.place.guild_id or 0
        return await find_gaps(self._gaps, admission.librarian, guild_id, admission.knowledge_base)

    async def _show(self, interaction: Interaction, admission: Admission, page: int) -> None:
        found = await self._find(admission)
        card = gaps_card(found, page, admission.knowledge_base, admission.words)
        await show_card(interaction, card)

    async def _open_answer(
        self, interaction: Interaction, press: Press, admission: Admission
    ) -> None:
        # Whoever may not rule is told so now, and not when they have written their answer.
        base = press.knowledge_base
        self._desk.check(admission.asker, Surface.RULING, knowledge_base=base)
        guild_id = admission.asker.place.guild_id or 0
        question = await asyncio.to_thread(self._gaps.question, guild_id, base, press.key)
        if question is None:
            raise RefusedError(admission.words.gaps.gone)
        form = OfficialForm(
            RulingPress(RulingAction.OFFICIAL, base), admission.words, questions=question
        )
        await open_form(interaction, form)
