"""Questions: ``/ask``, mentions of the bot and replies to it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord_app.desk import Desk, asker_of, author_of
from bot.discord_app.errors import explain
from bot.discord_app.render import render_answer
from bot.discord_app.responses import (
    Interaction,
    acknowledge,
    reply_with_card,
    reply_with_text,
    show_card,
)
from bot.discord_app.staff import StaffPresence

HINT: Final = "Write your question after the mention, or use `/ask`."
_MENTION: Final = re.compile(r"<(@!?|@&|#)(\d+)>|<a?(:\w+:)\d+>")
_log = logging.getLogger(__name__)


class Asking(commands.Cog):
    """Takes questions and shows their answers."""

    def __init__(
        self, client: discord.Client, desk: Desk, staff: StaffPresence, *, mention_replies: bool
    ) -> None:
        self._client = client
        self._desk = desk
        self._staff = staff
        self._mention_replies = mention_replies

    @app_commands.command(description="Ask the threads a question; every sentence is cited.")
    @app_commands.describe(
        question="What do you want to know?", private="Show the answer only to me."
    )
    async def ask(self, interaction: Interaction, question: str, *, private: bool = False) -> None:
        """Answer a question."""
        admission = self._desk.admit(asker_of(interaction))
        await acknowledge(interaction, private=private or admission.is_private)
        await show_card(interaction, render_answer(await admission.librarian.answer(question)))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a person who mentions the bot or replies to it; stay silent otherwise."""
        if not self._mention_replies or message.author.bot or message.webhook_id is not None:
            return
        me = self._client.user
        if me is None or not is_addressed(message, me.id):
            return
        if not self._desk.listens(author_of(message).place):
            return
        if await self._staff.leaves(message, me.id):
            return
        try:
            await self._reply(message, question_text(message.content, names(message, me.id)))
        except discord.HTTPException as error:
            # The message or the channel is gone, or the bot may not write there.
            _log.warning("could not reply in channel %s: %s", message.channel.id, error)

    async def _reply(self, message: discord.Message, question: str) -> None:
        if not question:
            await reply_with_text(message, HINT)
            return
        try:
            async with message.channel.typing():
                admission = self._desk.admit(author_of(message))
                card = render_answer(await admission.librarian.answer(question))
        except discord.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - explain logs it; a person waits for a reply
            await reply_with_text(message, explain(error))
            return
        await reply_with_card(message, card)


def is_addressed(message: discord.Message, my_id: int) -> bool:
    """Tell whether ``message`` mentions the bot, or its own role, or replies to the bot."""
    if any(user.id == my_id for user in message.mentions):
        return True
    own_role = message.guild.self_role if message.guild is not None else None
    if own_role is not None and own_role in message.role_mentions:
        return True
    replied_to = message.reference.resolved if message.reference is not None else None
    return isinstance(replied_to, discord.Message) and replied_to.author.id == my_id


def names(message: discord.Message, my_id: int) -> dict[str, str]:
    """Return what each mention in ``message`` reads as; the bot's own read as nothing."""
    read_as = {f"@{user.id}": f"@{user.display_name}" for user in message.mentions}
    read_as |= {f"@&{role.id}": f"@{role.name}" for role in message.role_mentions}
    read_as |= {f"#{channel.id}": f"#{channel.name}" for channel in message.channel_mentions}
    read_as[f"@{my_id}"] = ""
    if message.guild is not None and message.guild.self_role is not None:
        read_as[f"@&{message.guild.self_role.id}"] = ""
    return read_as


def question_text(content: str, read_as: Mapping[str, str]) -> str:
    """Return a message's content with its mentions as names, and nothing else changed.

    Args:
        content: The message as Discord delivers it.
        read_as: From ``@ID``, ``@&ID`` or ``#ID`` to what to say instead.
    """

    def name(match: re.Match[str]) -> str:
        sigil, snowflake, emoji = match.groups()
        if emoji is not None:
            return str(emoji)
        key = f"{sigil.rstrip('!')}{snowflake}"
        return read_as.get(key, f"{sigil[0]}unknown")

    return _MENTION.sub(name, content).strip()
