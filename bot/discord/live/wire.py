"""Discord's messages and channels as a journal has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import discord

from ingest.journal.lines import Fields, Header

_TYPES: Final = {
    discord.MessageType.default: "Default",
    discord.MessageType.reply: "Reply",
    discord.MessageType.chat_input_command: "20",
    discord.MessageType.thread_starter_message: "21",
    discord.MessageType.context_menu_command: "23",
}
"""As DiscordChatExporter names them; what Discord writes by itself goes by its number."""
_CHANNEL_TYPES: Final = {
    discord.ChannelType.text: "GuildTextChat",
    discord.ChannelType.news: "GuildNews",
    discord.ChannelType.voice: "GuildVoiceChat",
    discord.ChannelType.stage_voice: "GuildStageVoice",
    discord.ChannelType.public_thread: "GuildPublicThread",
    discord.ChannelType.news_thread: "GuildNewsThread",
}
_SOLVED: Final = frozenset({"solved", "answered", "resolved", "fixed", "gelöst", "beantwortet"})
"""How servers name the tag of a post that was answered."""

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""What has messages."""


def header_of(channel: Readable) -> Header:
    """Return of what a journal is, for its first line."""
    parent = channel.parent if isinstance(channel, discord.Thread) else None
    tags = [tag.name for tag in channel.applied_tags] if isinstance(channel, discord.Thread) else []
    return Header(
        guild_id=str(channel.guild.id),
        guild_name=channel.guild.name,
        channel_id=str(channel.id),
        channel_type=_CHANNEL_TYPES.get(channel.type, str(channel.type.value)),
        name=channel.name,
        parent_id=str(channel.parent_id) if isinstance(channel, discord.Thread) else None,
        parent_name=parent.name if parent is not None else None,
        tags=tuple(tag for tag in tags if tag.casefold() not in _SOLVED),
        is_solved=any(tag.casefold() in _SOLVED for tag in tags),
    )


def fields_of(message: discord.Message) -> Fields:
    """Return a message as a journal keeps it; of attachments only the names."""
    author = message.author
    forwarded = next(iter(message.message_snapshots), None)
    reference = message.reference
    return {
        "id": str(message.id),
        "type": _TYPES.get(message.type, f"Type{message.type.value}"),
        "timestamp": message.created_at.isoformat(),
        "timestampEdited": message.edited_at.isoformat() if message.edited_at else None,
        "content": message.content,
        "author": _person(author, is_bot=author.bot or message.webhook_id is not None),
        "attachments": _files(message.attachments),
        "embeds": [_embed(embed) for embed in message.embeds],
        "stickers": [{"name": sticker.name} for sticker in message.stickers],
        "reactions": [
            {"emoji": {"name": str(each.emoji)}, "count": each.count} for each in message.reactions
        ],
        "mentions": [_person(one, is_bot=one.bot) for one in message.mentions],
        "reference": None
        if reference is None or forwarded is not None
        else {
            "messageId": str(reference.message_id) if reference.message_id else None,
            "channelId": str(reference.channel_id),
        },
        "forwardedMessage": None
        if forwarded is None
        else {
            "content": forwarded.content,
            "attachments": _files(forwarded.attachments),
            "embeds": [_embed(embed) for embed in forwarded.embeds],
        },
        "poll": None if message.poll is None else _poll(message.poll),
    }


def author_id(message: Fields) -> str:
    """Return who wrote a message."""
    return str((message.get("author") or {}).get("id") or "")


def _person(person: discord.User | discord.Member, *, is_bot: bool) -> dict[str, Any]:
    shown = person.display_name
    return {
        "id": str(person.id),
        "name": person.name,
        "nickname": shown if shown != person.name else None,
        "isBot": is_bot,
    }


def _files(attachments: Iterable[discord.Attachment]) -> list[dict[str, str]]:
    return [{"fileName": attachment.filename} for attachment in attachments]


def _embed(embed: discord.Embed) -> dict[str, Any]:
    return {
        "title": embed.title,
        "url": embed.url,
        "description": embed.description,
        "author": {"name": embed.author.name} if embed.author.name else None,
        "fields": [{"name": one.name, "value": one.value} for one in embed.fields],
    }


def _poll(poll: discord.Poll) -> dict[str, Any]:
    return {
        "question": {
            "text": poll.question.text if hasattr(poll.question, "text") else poll.question
        },
        "answers": [{"poll_media": {"text": answer.text}} for answer in poll.answers],
    }
