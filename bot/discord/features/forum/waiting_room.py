"""Whether a post is a question for the bot, and whether anybody was quicker."""

from __future__ import annotations

import logging
from typing import Final

import discord

from bot.community.guild_settings import GuildSettings
from bot.discord.admission.askers import author_of

_TYPES: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})
_LOOK_AT: Final = 20
"""Messages after a question among which a reply is looked for."""
_log = logging.getLogger(__name__)

Place = discord.Thread | discord.TextChannel


def is_question(message: discord.Message, settings: GuildSettings) -> bool:
    """Tell whether a message asks where asking needs no mention.

    In a forum that is the message that opens a post, and no other, so that nothing that follows
    it, be it another bot's, can set off an answer.
    """
    is_person = not message.author.bot and message.webhook_id is None
    if not is_person or message.type not in _TYPES or not message.content.strip():
        return False
    if not author_of(message).place.is_in(settings.asking_channels):
        return False
    channel = message.channel
    if isinstance(channel, discord.Thread):
        return message.id == channel.id and isinstance(channel.parent, discord.ForumChannel)
    speaks_to_somebody = message.reference is not None or bool(message.mentions)
    return isinstance(channel, discord.TextChannel) and not speaks_to_somebody


def replies(message: discord.Message, question: discord.Message) -> bool:
    """Tell whether a message is somebody's reply to a question: any person's but the asker's."""
    is_later = message.channel.id == question.channel.id and message.id > question.id
    is_person = not message.author.bot or message.webhook_id is not None
    return is_later and is_person and message.author.id != question.author.id


async def is_still_open(question: discord.Message, my_id: int) -> bool:
    """Tell whether a question is still there, and neither a person nor the bot has replied."""
    channel = question.channel
    assert isinstance(channel, discord.Thread | discord.TextChannel)  # noqa: S101 - is_question made sure
    if isinstance(channel, discord.Thread) and (channel.archived or channel.locked):
        return False
    try:
        await channel.fetch_message(question.id)
        async for later in channel.history(limit=_LOOK_AT, after=question, oldest_first=True):
            if later.author.id == my_id or replies(later, question):
                return False
    except discord.HTTPException as error:
        _log.info("a question in channel %s is left alone: %s", channel.id, error)
        return False
    return True


def asked_in(message: discord.Message) -> str:
    """Return a question: a post's title with its body, or the message."""
    channel = message.channel
    title = channel.name if isinstance(channel, discord.Thread) else ""
    return f"{title}\n{message.content}".strip()[:4_000]
