"""Whom a message speaks to, and what it asks: pure functions over discord.py's messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import discord

_MENTION: Final = re.compile(r"<(@!?|@&|#)(\d+)>|<a?(:\w+:)\d+>")


def is_addressed(message: discord.Message, my_id: int) -> bool:
    """Tell whether ``message`` mentions the bot, or its own role, or replies to the bot."""
    if any(user.id == my_id for user in message.mentions):
        return True
    own_role = message.guild.self_role if message.guild is not None else None
    if own_role is not None and own_role in message.role_mentions:
        return True
    return replies_to(message) == my_id


def speaks_to_others(message: discord.Message, my_id: int) -> bool:
    """Tell whether ``message`` replies to somebody else, or mentions only others."""
    if any(user.id != my_id for user in message.mentions):
        return True
    return replies_to(message) not in {None, my_id}


def replies_to(message: discord.Message) -> int | None:
    """Return whose message ``message`` replies to; None where it is no reply, or that is gone."""
    replied_to = message.reference.resolved if message.reference is not None else None
    return replied_to.author.id if isinstance(replied_to, discord.Message) else None


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
