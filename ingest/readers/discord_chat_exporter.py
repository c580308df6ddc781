"""DiscordChatExporter's JSON: one channel or thread a file.

The schema is that of the exporter's JsonMessageWriter.  Messages that Discord writes itself
("joined the server") are left out; a forwarded message is a quote from outside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.decoding import decode
from ingest.drafts import (
    ExportedAt,
    Found,
    LeftOut,
    LeftOutReason,
    ParagraphDraft,
    PostDraft,
    Reader,
    ThreadDraft,
)
from ingest.paragraphs import split_paragraphs
from ingest.readers.fields import Key, OneLine, UtcTime, Words, load_json
from ingest.sources import SourceFile
from retrieval.domain import TextKind
from retrieval.errors import FileRefusedError

KIND: Final = "discord-chat-exporter"
_SITE: Final = "https://discord.com/channels"
# What people write; every other type is a notice with a text that Discord made up.  Types
# without a name come out as their number: 20 and 23 are replies to commands, 21 the message
# that began a thread.
_WRITTEN: Final = frozenset({"Default", "Reply", "20", "21", "23"})


# Every other type is a thread or a forum's post, which its first message opens.
_CHANNELS: Final = frozenset(
    {"GuildTextChat", "GuildNews", "GuildVoiceChat", "GuildStageVoice", "DirectTextChat"}
    | {"DirectGroupTextChat"}
)


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        return {key: value for key, value in values.items() if value is not None}


class Author(_Wire):
    """Who wrote a message."""

    id: Key | None = None
    name: OneLine = ""
    nickname: OneLine | None = None
    isBot: bool | None = None  # noqa: N815 - the exporter's own name


class Reference(_Wire):
    """The message that another one answers."""

    messageId: str | None = None  # noqa: N815 - the exporter's own name
    type: str | None = None


class EmbedField(_Wire):
    """A titled line of an embed."""

    name: Words = ""
    value: Words = ""


class Embed(_Wire):
    """A card under a message, the only text that many bots write."""

    title: Words | None = None
    description: Words | None = None
    fields: list[EmbedField] = Field(default_factory=list)


class Forwarded(_Wire):
    """A message of another channel, passed on."""

    content: Words = ""


class Attachment(_Wire):
    """A file that hangs on a message."""

    fileName: OneLine = ""  # noqa: N815 - the exporter's own name


class Reaction(_Wire):
    """An emoji under a message."""

    count: int = 0


class Message(_Wire):
    """One message."""

    id: Key
    type: str = "Default"
    timestamp: UtcTime | None = None
    timestampEdited: UtcTime | None = None  # noqa: N815 - the exporter's own name
    content: Words = ""
    author: Author | None = None
    embeds: list[Embed] = Field(default_factory=list)
    attachments: list[Attachment] = Field(default_factory=list)
    reactions: list[Reaction] = Field(default_factory=list)
    mentions: list[Author] = Field(default_factory=list)
    reference: Reference | None = None
    forwardedMessage: Forwarded | None = None  # noqa: N815 - the exporter's own name


class Place(_Wire):
    """A guild or a channel."""

    id: Key
    type: str | None = None
    name: OneLine = ""


class Export(_Wire):
    """The whole file."""

    guild: Place
    channel: Place
    exportedAt: UtcTime | None = None  # noqa: N815 - the exporter's own name
    messages: list[Message]
    messageCount: int | None = None  # noqa: N815 - the exporter's own name


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is such an export: guild and channel come first in it."""
    if not name.lower().endswith(".json"):
        return 0.0
    # Any other .json comes here too, to be told what is missing.
    return 0.95 if b'"guild"' in head and b'"channel"' in head else 0.1


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the one thread of an export, if anybody wrote in it.

    Raises:
        FileRefusedError: if it is no whole JSON document, not of this schema, or not whole.
    """
    export = _parse(source)
    place = f"{_SITE}/{export.guild.id if export.guild.id != '0' else '@me'}/{export.channel.id}"
    if export.messageCount and not export.messages:
        told = f"says that it holds {export.messageCount:,} messages and holds none"
        raise FileRefusedError(source.name, f"{told}; export it again")
    messages = {message.id: message for message in export.messages}
    written = [message for message in messages.values() if message.type in _WRITTEN]
    posts = tuple(post for message in written if (post := _post(message, place)).paragraphs)
    if posts:
        yield ThreadDraft(
            key=export.channel.id,
            title=export.channel.name or None,
            url=place,
            posts=posts,
            is_channel=export.channel.type in _CHANNELS,
        )
    if export.exportedAt:
        yield ExportedAt(export.exportedAt)
    # An emptied channel is exported without messages: then there is nothing, and no mistake.
    for reason, count in (
        (LeftOutReason.SYSTEM, len(messages) - len(written)),
        (LeftOutReason.EMPTY, len(written) - len(posts)),
        (LeftOutReason.REPEATED, len(export.messages) - len(messages)),
    ):
        if count:
            yield LeftOut(reason, count)


def _parse(source: SourceFile) -> Export:
    text = decode(source)
    if not text.strip():
        raise FileRefusedError(source.name, "is empty: there is nothing in it")
    try:
        return Export.model_validate(load_json(text))
    except json.JSONDecodeError as error:
        raise FileRefusedError(source.name, _broken(error, text)) from error
    except ValidationError as error:  # a ValueError, too
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the document"
        raise FileRefusedError(
            source.name, f"is no DiscordChatExporter JSON: {field}: {first['msg']}"
        ) from error
    except ValueError as error:
        raise FileRefusedError(source.name, f"is no DiscordChatExporter JSON: {error}") from error


def _broken(error: json.JSONDecodeError, text: str) -> str:
    """Tell a file that breaks off, as large exports do, from one that is wrong inside."""
    place = f"at line {error.lineno}, character {error.pos:,} of {len(text):,}"
    breaks_off = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    what = "is not whole: it breaks off" if breaks_off else "is not JSON"
    return f"{what} {place} ({error.msg}); export it again"


def _post(message: Message, place: str) -> PostDraft:
    text, paragraphs = _text(message)
    is_reply = message.type == "Reply" and message.reference is not None
    return PostDraft(
        key=message.id,
        text=text,
        paragraphs=paragraphs,
        author=(message.author.nickname or message.author.name or None) if message.author else None,
        created_at=message.timestamp,
        parent_key=message.reference.messageId if is_reply and message.reference else None,
        url=f"{place}/{message.id}",
        author_id=message.author.id if message.author else None,
        edited_at=message.timestampEdited,
        score=sum(reaction.count for reaction in message.reactions),
        is_bot=bool(message.author and message.author.isBot),
        attachments=tuple(file.fileName for file in message.attachments if file.fileName),
        mentions=tuple(one.id for one in message.mentions if one.id),
    )


def _text(message: Message) -> tuple[str, tuple[ParagraphDraft, ...]]:
    if message.content.strip():
        return message.content, split_paragraphs(message.content, quote_to_the_end=True)
    if message.forwardedMessage and message.forwardedMessage.content.strip():
        text = message.forwardedMessage.content
        return text, tuple(
            ParagraphDraft(paragraph.text, paragraph.start, TextKind.QUOTE)
            for paragraph in split_paragraphs(text)
        )
    text = "\n\n".join(part for embed in message.embeds for part in _embed_parts(embed))
    return text, split_paragraphs(text)


def _embed_parts(embed: Embed) -> Iterator[str]:
    for part in (embed.title, embed.description):
        if part and part.strip():
            yield part.strip()
    for field in embed.fields:
        if field.value.strip():
            yield f"{field.name.strip()}: {field.value.strip()}"


READER: Final = Reader(
    kind=KIND,
    label="DiscordChatExporter JSON",
    suffixes=(".json",),
    sniff=sniff,
    read=read,
    example='{"guild": {…}, "channel": {…}, "messages": [{"id": "1", "content": "…"}]}',
    export="In DiscordChatExporter, choose the format JSON; with --include-threads all.",
)
