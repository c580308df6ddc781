"""``/forget-me``: what the bot keeps about somebody, and what they wrote in the threads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Any, Final

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.access.rules import Surface
from bot.community.memories import ForgottenEntries, Memories
from bot.discord.admission.askers import asker_of
from bot.discord.admission.desk import Desk
from bot.discord.cards.cards import ActionButton, Card, TextBlock, Tone, assemble, plain_text
from bot.discord.cards.responses import Interaction, acknowledge, acknowledge_update, show_card
from bot.discord.cards.views import lasting_button
from bot.discord.errors import explain
from bot.discord.words import ENGLISH, Words, words_for
from bot.librarian import AsyncForgettingPeople
from retrieval.errors import FootnoteError

_WORDS: Final = ENGLISH.commands["forget-me"]
_log = logging.getLogger(__name__)


class Step(StrEnum):
    """A button, by the end of its custom id; all of them act on whoever presses."""

    KEPT = "kept"
    """Delete what is kept about me."""
    POSTS = "posts"
    """Ask whether my posts are really to go."""
    SURE = "sure"
    """They are."""
    BACK = "back"

    @property
    def custom_id(self) -> str:
        """What stands for it in Discord."""
        return f"fn:forget:{self.value}"


class ForgetMe(commands.Cog):
    """Lets people be forgotten, wherever they are: the bot may quote who is in no server of its.

    Args:
        client: Learns here of the buttons, old and new.
        desk: Knows who may use the command.
        memories: What is kept about people.
        people: Takes posts out of the answers; None: that is not offered.
    """

    def __init__(
        self,
        client: discord.Client,
        desk: Desk,
        memories: Memories,
        people: AsyncForgettingPeople | None,
    ) -> None:
        self._desk = desk
        self._memories = memories
        self._people = people
        client.add_dynamic_items(_forget_button(self.press))

    @app_commands.command(name=_WORDS.name, description=_WORDS.description)
    async def forget_me(self, interaction: Interaction) -> None:
        """Say what can be forgotten, with a button for each."""
        asker = asker_of(interaction)
        self._desk.check(asker, Surface.FORGET_ME)
        await acknowledge(interaction, private=True)
        await show_card(interaction, self._offer(words_for(asker.locale)))

    async def press(self, interaction: Interaction, step: Step) -> None:
        """Do what a button says; whatever goes wrong becomes one sentence."""
        words = words_for(asker_of(interaction).locale)
        try:
            await acknowledge_update(interaction)
            try:
                card = await self._after(step, interaction, words)
            except discord.HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - explain logs it; a person waits for a reply
                card = assemble(Tone.NOT_FOUND, [TextBlock(explain(error, words))])
            await _show_late(interaction, card)
        except discord.HTTPException as error:
            _log.warning("could not answer a press of /forget-me: %s", error)

    async def _after(self, step: Step, interaction: Interaction, words: Words) -> Card:
        if step is Step.KEPT:
            user_id = interaction.user.id
            forgotten = await asyncio.to_thread(self._memories.forget_person, user_id)
            return forgotten_card(forgotten, words)
        if step is Step.POSTS and self._people is not None:
            return _confirmation(words)
        if step is Step.SURE and self._people is not None:
            return await self._leave_out(self._people, interaction, words)
        return self._offer(words)

    async def _leave_out(
        self, people: AsyncForgettingPeople, interaction: Interaction, words: Words
    ) -> Card:
        text = words.privacy
        await show_card(interaction, assemble(Tone.SOURCE, [TextBlock(text.posts_going)]))
        try:
            count = await people.forget(str(interaction.user.id))
        except FootnoteError as error:
            _log.warning("the posts of a person could not be taken out: %s", error)
            return assemble(Tone.NOT_FOUND, [TextBlock(text.posts_not_gone)])
        _log.info("a person has left the answers, with %d posts", count)
        gone = text.posts_gone.format(n=words.number(count)) if count else text.posts_none
        return assemble(Tone.SOURCE, [TextBlock(gone)])

    def _offer(self, words: Words) -> Card:
        text = words.privacy
        blocks, row = [TextBlock(text.about_kept)], [_button(text.delete_kept, Step.KEPT)]
        if self._people is not None:
            blocks.append(TextBlock(text.about_posts))
            row.append(_button(text.leave_out_posts, Step.POSTS))
        return assemble(Tone.SOURCE, blocks, (tuple(row),))


def _confirmation(words: Words) -> Card:
    text = words.privacy
    row = _button(text.sure, Step.SURE), _button(text.not_sure, Step.BACK)
    return assemble(Tone.SOURCE, [TextBlock(text.are_you_sure)], (row,))


def forgotten_card(forgotten: Sequence[ForgottenEntries], words: Words) -> Card:
    """Return what was deleted, kind by kind."""
    gone = [each for each in forgotten if each.count]
    if not gone:
        return assemble(Tone.SOURCE, [TextBlock(words.privacy.nothing)])
    lines = [
        f"- {words.number(each.count)} {words.privacy.kinds.get(each.name, each.name)}"
        for each in gone
    ]
    return assemble(Tone.SOURCE, [TextBlock("\n".join([words.privacy.forgotten, *lines]))])


def _button(label: str, step: Step) -> ActionButton:
    return ActionButton(label, step.custom_id)


async def _show_late(interaction: Interaction, card: Card) -> None:
    """Show ``card`` even if the 15 minutes for a reply are over: then by direct message."""
    try:
        await show_card(interaction, card)
    except discord.HTTPException as error:
        _log.info("the reply to /forget-me is gone, sending a direct message: %s", error)
        await interaction.user.send(plain_text(card), suppress_embeds=True)


def _forget_button(
    on_press: Callable[[discord.Interaction[Any], Step], Awaitable[None]],
) -> type[ui.DynamicItem[ui.Button[Any]]]:
    """Return the class that discord.py asks about these buttons, after a restart too."""

    async def pass_on(interaction: discord.Interaction[Any], custom_id: str) -> None:
        await on_press(interaction, Step(custom_id.rpartition(":")[2]))

    steps = "|".join(step.value for step in Step)
    return lasting_button(f"fn:forget:(?P<step>{steps})", pass_on)
