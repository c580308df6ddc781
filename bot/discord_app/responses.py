"""How cards and sentences reach Discord, and what is done when Discord will not have them."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

import discord
from discord import ui

from bot.discord_app.cards import Card, plain_text
from bot.discord_app.views import card_view

Interaction = discord.Interaction[Any]
"""An interaction with any client: nothing here depends on which."""

_ALREADY_ACKNOWLEDGED: Final = 40060
_log = logging.getLogger(__name__)


async def acknowledge(interaction: Interaction, *, private: bool) -> None:
    """Tell Discord, within its 3 seconds, that a reply will come.

    When Discord took the acknowledgement but its reply was lost, discord.py sends it again
    and is told that this was done already; that is no failure.
    """
    try:
        await interaction.response.defer(ephemeral=private, thinking=True)
    except discord.HTTPException as error:
        if error.code != _ALREADY_ACKNOWLEDGED:
            raise


async def show_card(interaction: Interaction, card: Card) -> None:
    """Fill the acknowledged reply with ``card``, as plain text where components are refused.

    An edit, not a followup: repeated after a lost reply, it shows nothing twice.
    """
    try:
        await interaction.edit_original_response(view=card_view(card))
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        _log.warning("Discord refused a card, sending it as plain text: %s", error)
        await interaction.edit_original_response(content=plain_text(card))


async def show_text(interaction: Interaction, text: str) -> None:
    """Say ``text``, privately unless the reply was acknowledged as public."""
    if not interaction.response.is_done():
        try:
            await interaction.response.send_message(text, ephemeral=True, suppress_embeds=True)
        except discord.HTTPException as error:
            if error.code != _ALREADY_ACKNOWLEDGED:
                raise
        else:
            return
    await interaction.edit_original_response(content=text)


async def say_privately(interaction: Interaction, view: ui.LayoutView) -> None:
    """Say something to whoever pressed a button, beside the message and not in its place."""
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=True)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)


async def reply_with_card(message: discord.Message, card: Card) -> None:
    """Reply to ``message`` with ``card``, as plain text where components are refused."""
    try:
        await message.reply(view=card_view(card), mention_author=False)
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        _log.warning("Discord refused a card, sending it as plain text: %s", error)
        await reply_with_text(message, plain_text(card))


async def send_card(to: discord.abc.Messageable, card: Card) -> None:
    """Send ``card`` as a message of its own, as plain text where components are refused."""
    try:
        await to.send(view=card_view(card))
    except discord.HTTPException as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        _log.warning("Discord refused a card, sending it as plain text: %s", error)
        await to.send(plain_text(card), suppress_embeds=True)


async def reply_with_text(message: discord.Message, text: str) -> None:
    """Reply to ``message`` with one plain message that unfolds no link."""
    await message.reply(text, mention_author=False, suppress_embeds=True)
