"""How cards and sentences reach Discord, and what is done when Discord will not have them."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

import discord
from discord import ui

from bot.discord.cards.cards import Card, plain_text
from bot.discord.cards.views import card_view

Interaction = discord.Interaction[Any]
"""An interaction with any client: nothing here depends on which."""

_ALREADY_ACKNOWLEDGED: Final = 40060
_INVALID_FORM: Final = 50035
# Unknown channel, message, webhook and interaction; no messages to this person; an expired
# token; a locked thread (Discord's reference, JSON error codes).
_GONE: Final = frozenset({10003, 10008, 10015, 10062, 50007, 50027, 50083})
_log = logging.getLogger(__name__)


async def acknowledge(interaction: Interaction, *, private: bool) -> None:
    """Tell Discord, within its 3 seconds, that a reply will come."""
    with _already_acknowledged():
        await interaction.response.defer(ephemeral=private, thinking=True)


async def acknowledge_update(interaction: Interaction) -> None:
    """Tell Discord that the message under the pressed button will change."""
    with _already_acknowledged():
        await interaction.response.defer()


async def open_form(interaction: Interaction, form: ui.Modal) -> None:
    """Open a form; it is told apart by its custom id alone, so that it outlives the bot."""
    form.stop()
    with _already_acknowledged():
        await interaction.response.send_modal(form)


async def show_card(interaction: Interaction, card: Card) -> discord.Message:
    """Fill the acknowledged reply with ``card``, as plain text where components are refused.

    An edit, not a followup: repeated after a lost reply, it shows nothing twice.
    """
    try:
        return await interaction.edit_original_response(content=None, view=card_view(card))
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST or is_gone(error):
            raise
        _log.warning("Discord refused a card, sending it as plain text: %s", error)
        return await interaction.edit_original_response(content=plain_text(card))


async def show_progress(interaction: Interaction, text: str) -> None:
    """Say in the acknowledged reply what is being done; a refusal is not worth a failure."""
    try:
        await interaction.edit_original_response(content=text)
    except discord.HTTPException as error:
        _log.info("progress was not shown: %s", error)


async def show_text(interaction: Interaction, text: str) -> None:
    """Say ``text``, privately unless the reply was acknowledged as public."""
    if not interaction.response.is_done():
        with _already_acknowledged() as repeated:
            await interaction.response.send_message(text, ephemeral=True, suppress_embeds=True)
        if not repeated:
            return
    await interaction.edit_original_response(content=text)


async def say_privately(interaction: Interaction, view: ui.LayoutView) -> None:
    """Say something to whoever pressed a button, beside the message and not in its place."""
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=True)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)


async def reply_with_card(message: discord.Message, card: Card) -> discord.Message:
    """Reply to ``message`` with ``card``, as plain text where components are refused."""
    try:
        return await message.reply(view=card_view(card), mention_author=False)
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST or is_gone(error):
            raise
        _log.warning("Discord refused a card, sending it as plain text: %s", error)
        return await reply_with_text(message, plain_text(card))


async def change_card(message: discord.Message, card: Card) -> discord.Message:
    """Put ``card`` in the place of what a message of the bot's own shows."""
    try:
        return await message.edit(content=None, view=card_view(card))
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST or is_gone(error):
            raise
        _log.warning("Discord refused a card, what was there stays: %s", error)
        return message


async def send_card(to: discord.abc.Messageable, card: Card) -> None:
    """Send ``card`` as a message of its own, as plain text where components are refused."""
    try:
        await to.send(view=card_view(card))
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        _log.warning("Discord refused a card, sending it as plain text: %s", error)
        await to.send(plain_text(card), suppress_embeds=True)


async def reply_with_text(message: discord.Message, text: str) -> discord.Message:
    """Reply to ``message`` with one plain message that unfolds no link."""
    return await message.reply(text, mention_author=False, suppress_embeds=True)


def is_gone(error: BaseException) -> bool:
    """Tell whether Discord refused because there is nothing left to answer, or nobody to.

    The message, channel or server is gone, the time to answer is over, the thread is locked,
    or the person takes no messages: to say more is impossible, and to try again no use.
    """
    if not isinstance(error, discord.HTTPException):
        return False
    is_reply_to_nothing = error.code == _INVALID_FORM and "message_reference" in str(error)
    return error.code in _GONE or is_reply_to_nothing


@contextlib.contextmanager
def _already_acknowledged() -> Iterator[list[bool]]:
    """Pass over a refusal of what was done already; what is yielded is then not empty.

    When Discord took an acknowledgement but its reply was lost, discord.py sends it again
    and is told that this was done already; that is no failure.
    """
    repeated: list[bool] = []
    try:
        yield repeated
    except discord.HTTPException as error:
        if error.code != _ALREADY_ACKNOWLEDGED:
            raise
        repeated.append(True)
