"""The menus of staff, and what happens when a button of theirs is pressed or a form is sent.

Nothing is remembered in the process, and each press is let in anew, as with answers' buttons.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.access.rules import Surface
from bot.community.answers_shown import AnswersShown
from bot.discord.admission.askers import asker_of
from bot.discord.admission.desk import Admission, Desk
from bot.discord.cards.cards import Card, TextBlock, Tone, assemble
from bot.discord.cards.responses import (
    Interaction,
    acknowledge,
    acknowledge_update,
    open_form,
    show_card,
)
from bot.discord.cards.sent_forms import fields_of
from bot.discord.cards.views import lasting_button
from bot.discord.errors import RefusedError, report
from bot.discord.features.rulings.buttons import TEMPLATE, Action, Press
from bot.discord.features.rulings.cards import choice_card, hiding_card, list_card
from bot.discord.features.rulings.forms import OfficialForm, OutdatedForm, official, replacement
from bot.discord.features.rulings.targets import Target, about, shown_in, targets_of
from bot.discord.features.source.reading import source_view
from bot.discord.words import ENGLISH, words_for
from retrieval.records import Post, RulingKind
from retrieval.rulings.records import Ruling, Subject, author_key

Follow = Callable[[str, RulingKind], Awaitable[None]]
"""Hears of each ruling about a knowledge base once it holds."""

_WORDS: Final = ENGLISH.commands["official"]
_MENUS: Final = ENGLISH.staff.menus


class Rulings(commands.Cog):
    """Lets staff have the last word.

    Args:
        client: Learns here of the buttons on all messages, old and new.
        desk: Lets people in.
        answers: Tells the bot's own answers from other messages.
        follow: What a ruling sets off.
    """

    def __init__(
        self,
        client: commands.Bot | commands.AutoShardedBot,
        desk: Desk,
        answers: AnswersShown,
        follow: Follow,
    ) -> None:
        self._client = client
        self._desk = desk
        self._answers = answers
        self._follow = follow
        client.add_dynamic_items(lasting_button(TEMPLATE, self.press))

    async def cog_load(self) -> None:
        """Add the commands of messages' menus, which a cog cannot declare."""
        callbacks = {
            RulingKind.ANSWER: self.mark,
            RulingKind.HIDDEN: self.hide,
            RulingKind.OUTDATED: self.outdate,
            RulingKind.OFFICIAL: self.answer_officially,
        }
        for kind, callback in callbacks.items():
            menu = app_commands.ContextMenu(name=_MENUS[kind.value], callback=callback)
            menu.guild_only = True
            # Whom Discord offers it to, until the server says otherwise; the desk decides.
            menu.default_permissions = discord.Permissions(manage_messages=True)
            self._client.tree.add_command(menu)

    async def mark(self, interaction: Interaction, message: discord.Message) -> None:
        """Mark a message, or a post that an answer cites, as the answer."""
        admission, targets = await self._targets(interaction, message)
        await acknowledge(interaction, private=True)
        if len(targets) > 1:
            card = choice_card(targets, Action.MARK, admission.knowledge_base, admission.words)
            await show_card(interaction, card)
            return
        await self._mark(interaction, admission, targets[0].post_id)

    async def hide(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask what of a message, or of what an answer cites, is never to be shown."""
        admission, targets = await self._targets(interaction, message)
        await acknowledge(interaction, private=True)
        card = hiding_card(targets[:5], admission.knowledge_base, admission.words)
        await show_card(interaction, card)

    async def outdate(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask what replaces a message, or a post that an answer cites."""
        admission, targets = await self._targets(interaction, message)
        if len(targets) > 1:
            await acknowledge(interaction, private=True)
            name = admission.knowledge_base
            card = choice_card(targets, Action.OUTDATED, name, admission.words)
            await show_card(interaction, card)
            return
        press = Press(Action.OUTDATED, admission.knowledge_base, targets[0].post_id)
        await open_form(interaction, OutdatedForm(press, admission.words))

    async def answer_officially(self, interaction: Interaction, message: discord.Message) -> None:
        """Make an official answer of a message, or give one to what an answer answers."""
        shown = await shown_in(message, self._answers)
        base = shown.knowledge_base if shown else None
        admission = await self._admit(interaction, base)
        questions = shown.answer.question if shown else ""
        text = "" if shown else message.content
        await self._open_official(interaction, admission, questions, text)

    @app_commands.command(name=_WORDS.name, description=_WORDS.description)
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_messages=True)
    async def official(self, interaction: Interaction) -> None:
        """Ask for an official answer."""
        await self._open_official(interaction, await self._admit(interaction, None))

    async def press(self, interaction: Interaction, custom_id: str) -> None:
        """Do what a button says; whatever goes wrong becomes one sentence."""
        press = Press.parse(custom_id)
        if press is not None:
            await self._attend(interaction, press, self._pressed)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take the forms: discord.py knows only those that this very process opened."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: dict[str, Any] = dict(interaction.data or {})
        press = Press.parse(str(data.get("custom_id", "")))
        if press is not None:
            await self._attend(interaction, press, self._sent)

    async def _attend(
        self,
        interaction: Interaction,
        press: Press,
        work: Callable[[Interaction, Press, Admission], Awaitable[None]],
    ) -> None:
        try:
            admission = await self._admit(interaction, press.knowledge_base)
            await work(interaction, press, admission)
        except Exception as error:  # noqa: BLE001 - report logs it; a person waits for a reply
            await report(interaction, error, words_for(asker_of(interaction).locale))

    async def _admit(self, interaction: Interaction, knowledge_base: str | None) -> Admission:
        asker = await self._desk.meet(interaction)
        admission = self._desk.admit(asker, Surface.RULING, knowledge_base=knowledge_base)
        self._desk.check(asker, Surface.RULING, knowledge_base=admission.knowledge_base)
        return admission

    async def _targets(
        self, interaction: Interaction, message: discord.Message
    ) -> tuple[Admission, tuple[Target, ...]]:
        shown = await shown_in(message, self._answers)
        admission = await self._admit(interaction, shown.knowledge_base if shown else None)
        targets = await targets_of(message, shown, admission)
        if not targets:
            raise RefusedError(admission.words.staff.unknown_message)
        return admission, targets

    async def _pressed(self, interaction: Interaction, press: Press, admission: Admission) -> None:
        if press.action is Action.OUTDATED:
            await open_form(interaction, OutdatedForm(press, admission.words))
        elif press.action is Action.OPEN:
            await acknowledge(interaction, private=True)
            await show_card(interaction, await _list(admission, 0))
        elif press.action in {Action.LIST, Action.UNDO}:
            await acknowledge_update(interaction)
            await show_card(interaction, await _turned(press, admission))
        elif press.action is Action.MARK:
            await acknowledge_update(interaction)
            await self._mark(interaction, admission, press.key)
        else:
            await acknowledge_update(interaction)
            await self._hide(interaction, press, admission)

    async def _sent(self, interaction: Interaction, press: Press, admission: Admission) -> None:
        fields = fields_of(interaction)
        if press.action is Action.OFFICIAL:
            sent = official(fields, datetime.now(UTC), admission.words)
            await acknowledge(interaction, private=True)
            ruling = _ruling(interaction, RulingKind.OFFICIAL, Subject.QUESTION, sent.questions)
            first = next(iter(ruling.questions), "")
            ruling = replace(ruling, about=first, text=sent.text, expires_at=sent.expires_at)
            await self._rule(interaction, admission, ruling)
        elif press.action is Action.OUTDATED:
            await acknowledge(interaction, private=True)
            await self._outdate(interaction, admission, press.key, replacement(fields))

    async def _mark(self, interaction: Interaction, admission: Admission, post_id: str) -> None:
        post = await _post(admission, post_id)
        ruling = _ruling(interaction, RulingKind.ANSWER, Subject.POST, post.id)
        await self._rule(interaction, admission, replace(ruling, about=about(post)))

    async def _outdate(
        self, interaction: Interaction, admission: Admission, post_id: str, instead: str
    ) -> None:
        post = await _post(admission, post_id)
        is_link = instead.startswith("https://") and " " not in instead
        other = (
            await admission.librarian.look_up(lambda known: known.find_post(instead))
            if is_link
            else None
        )
        ruling = _ruling(interaction, RulingKind.OUTDATED, Subject.POST, post.id)
        ruling = replace(ruling, about=about(post), text=instead)
        if other is not None and other.id != post.id:
            ruling = replace(ruling, text="", replaced_by=other.id)
        await self._rule(interaction, admission, ruling)

    async def _hide(self, interaction: Interaction, press: Press, admission: Admission) -> None:
        if press.action is Action.HIDE_PASSAGE:
            passage = (await source_view(admission, press.key)).passage
            subject, key, words = Subject.PASSAGE, passage.id, passage.text
        else:
            post = await _post(admission, press.key)
            subject, key, words = Subject.POST, post.id, about(post)
            if press.action is Action.HIDE_AUTHOR:
                subject, key = Subject.AUTHOR, author_key(post.author_id, post.author) or ""
                words = post.author or key
        ruling = _ruling(interaction, RulingKind.HIDDEN, subject, key)
        await self._rule(
            interaction, admission, replace(ruling, about=" ".join(words.split())[:80])
        )

    async def _rule(self, interaction: Interaction, admission: Admission, ruling: Ruling) -> None:
        await admission.librarian.look_up(lambda known: known.rule(ruling))
        text = admission.words.staff
        done = TextBlock(f"{text.done[ruling.kind.value]}\n{text.can_undo}")
        await show_card(interaction, assemble(Tone.SOURCE, [done]))
        await self._follow(admission.knowledge_base, ruling.kind)

    async def _open_official(
        self, interaction: Interaction, admission: Admission, questions: str = "", text: str = ""
    ) -> None:
        press = Press(Action.OFFICIAL, admission.knowledge_base)
        form = OfficialForm(press, admission.words, questions=questions, answer=text)
        await open_form(interaction, form)


def _ruling(interaction: Interaction, kind: RulingKind, subject: Subject, key: str) -> Ruling:
    return Ruling(
        kind=kind,
        subject=subject,
        key=key,
        at=datetime.now(UTC),
        by=interaction.user.display_name,
        by_id=interaction.user.id,
        guild_id=interaction.guild_id or 0,
    )


async def _post(admission: Admission, name: str) -> Post:
    post = await admission.librarian.look_up(lambda known: known.find_post(name))
    if post is None:
        raise RefusedError(admission.words.talk.gone_source)
    return post


async def _turned(press: Press, admission: Admission) -> Card:
    """Return the list after a press: another page, or without what was undone."""
    if press.action is Action.UNDO:
        await admission.librarian.look_up(lambda known: known.take_back(press.key))
        return await _list(admission, 0)
    return await _list(admission, int(press.key) if press.key.isdigit() else 0)


async def _list(admission: Admission, page: int) -> Card:
    rulings = await admission.librarian.look_up(lambda known: known.rulings())
    return list_card(rulings, page, admission.knowledge_base, admission.words)
