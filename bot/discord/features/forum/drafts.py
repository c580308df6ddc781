"""What staff do with a draft: post it, post a text of theirs, or dismiss it."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import discord
from discord.ext import commands

from bot.access.rules import Surface
from bot.community.answers_shown import ShownAnswer
from bot.community.community import Community
from bot.discord.admission.askers import asker_of
from bot.discord.admission.desk import Admission, Desk
from bot.discord.cards.cards import Card
from bot.discord.cards.responses import (
    Interaction,
    acknowledge_update,
    open_form,
    reply_with_card,
    show_card,
)
from bot.discord.cards.sent_forms import fields_of
from bot.discord.cards.views import lasting_button
from bot.discord.errors import RefusedError, report
from bot.discord.features.ask.answers import Answers
from bot.discord.features.forum.draft_card import (
    TEMPLATE,
    TEXT,
    Action,
    EditForm,
    Press,
    done_card,
    edited_card,
)
from bot.discord.words import Words, words_for

_PLACES: Final = (discord.Thread, discord.TextChannel)


class Drafts(commands.Cog):
    """Takes presses on drafts and the form behind *Edit*.

    Args:
        client: Learns here of the buttons on all drafts, old and new.
        desk: Lets staff in.
        community: Keeps the drafts, and what was answered.
        answers: Shows them.
    """

    def __init__(
        self, client: discord.Client, desk: Desk, community: Community, answers: Answers
    ) -> None:
        self._client = client
        self._desk = desk
        self._community = community
        self._answers = answers
        client.add_dynamic_items(lasting_button(TEMPLATE, self.press))

    async def press(self, interaction: Interaction, custom_id: str) -> None:
        """Do what a button says; whatever goes wrong becomes one sentence."""
        press = Press.parse(custom_id)
        if press is not None:
            await self._attend(interaction, press, "")

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take the form: discord.py knows only those that this very process opened."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: dict[str, Any] = dict(interaction.data or {})
        press = Press.parse(str(data.get("custom_id", "")))
        if press is not None:
            await self._attend(interaction, press, fields_of(interaction).get(TEXT, "").strip())

    async def _attend(self, interaction: Interaction, press: Press, text: str) -> None:
        words = words_for(asker_of(interaction).locale)
        try:
            shown = await self._draft(press, words)
            asker = await self._desk.meet(interaction)
            base = shown.knowledge_base
            self._desk.check(asker, Surface.DRAFT, knowledge_base=base)
            admission = self._desk.admit(asker, Surface.DRAFT, knowledge_base=base)
            if press.action is Action.EDIT and not text:
                await open_form(interaction, EditForm(press, shown.answer.text, words))
                return
            await acknowledge_update(interaction)
            await self._do(interaction, press, shown, admission, text)
        except Exception as error:  # noqa: BLE001 - report logs it; a person waits for a reply
            await report(interaction, error, words)

    async def _draft(self, press: Press, words: Words) -> ShownAnswer:
        shown = await asyncio.to_thread(self._community.answers.find, press.answer_id)
        if shown is None:
            raise RefusedError(words.talk.gone)
        return shown

    async def _do(
        self,
        interaction: Interaction,
        press: Press,
        shown: ShownAnswer,
        admission: Admission,
        text: str,
    ) -> None:
        words, name = admission.public_words, interaction.user.display_name
        told = words.forum.dismissed
        if press.action is not Action.DISMISS:
            told = words.forum.posted
            question = await self._question(press, admission)
            if not await asyncio.to_thread(
                self._community.open_questions.claim, question.id, interaction.guild_id or 0
            ):
                raise RefusedError(admission.words.forum.answered_before)
            if text:
                await reply_with_card(question, edited_card(text, name, words))
            else:
                await self._answers.show_kept(question, admission, shown)
        done: Card = done_card(shown.answer, told.format(name=name), words)
        await show_card(interaction, done)

    async def _question(self, press: Press, admission: Admission) -> discord.Message:
        guild_id = admission.asker.place.guild_id
        try:
            channel = await self._client.fetch_channel(press.channel_id)
            if isinstance(channel, _PLACES) and channel.guild.id == guild_id:
                return await channel.fetch_message(press.message_id)
        except discord.HTTPException as error:
            raise RefusedError(admission.words.forum.gone) from error
        raise RefusedError(admission.words.forum.gone)
