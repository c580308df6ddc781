"""What somebody is told when a button or a form fails."""

from __future__ import annotations

import logging

import discord

from bot.discord_app.errors import explain
from bot.discord_app.responses import Interaction, is_gone, show_text
from bot.discord_app.words import Words

_log = logging.getLogger(__name__)


async def report(interaction: Interaction, error: Exception, words: Words) -> None:
    """Tell the person what went wrong in a sentence, if Discord still lets the bot do so."""
    if is_gone(error):
        _log.info("nobody to answer any more: %s", error)
        return
    try:
        await show_text(interaction, explain(error, words))
    except discord.HTTPException as refusal:
        _log.warning("could not report an error to its asker: %s", refusal)
