"""DiscordChatExporter's JSON, as its JsonMessageWriter writes it; what is wrong is left away."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from ingest.read.fields import IfList, IfRight, Key, OneLine, UtcTime, Wire, Words

_Content = Annotated[Words, BeforeValidator(lambda value: value if value is not None else "")]


class Role(Wire):
    """A role of somebody."""

    id: Annotated[Key | None, IfRight] = None
    name: Annotated[OneLine | None, IfRight] = None


class Author(Wire):
    """Who wrote a message."""

    id: Annotated[Key | None, IfRight] = None
    name: Annotated[OneLine | None, IfRight] = None
    nickname: Annotated[OneLine | None, IfRight] = None
    isBot: Annotated[bool | None, IfRight] = None  # noqa: N815  # the exporter's own name
    roles: Annotated[list[Role], IfList] = Field(default_factory=list)

    @property
    def shown(self) -> str | None:
        """The name that people see."""
        return self.nickname or self.name or None


class Reference(Wire):
    """The message that another one answers, pins or passes on."""

    type: Annotated[str | None, IfRight] = None
    messageId: Annotated[Key | None, IfRight] = None  # noqa: N815  # the exporter's own name
    channelId: Annotated[Key | None, IfRight] = None  # noqa: N815  # the exporter's own name


class Named(Wire):
    """Something of which only the name counts, or a short text."""

    name: Annotated[OneLine | None, IfRight] = None
    text: Annotated[Words | None, IfRight] = None


class EmbedField(Wire):
    """A titled line of an embed."""

    name: _Content = ""
    value: _Content = ""


class Embed(Wire):
    """A card under a message: of a link in it, or the only text that many bots write."""

    title: Annotated[Words | None, IfRight] = None
    url: Annotated[OneLine | None, IfRight] = None
    description: Annotated[Words | None, IfRight] = None
    author: Annotated[Named | None, IfRight] = None
    footer: Annotated[Named | None, IfRight] = None
    fields: Annotated[list[EmbedField], IfList] = Field(default_factory=list)


class Attachment(Wire):
    """A file that hangs on a message."""

    fileName: Annotated[OneLine | None, IfRight] = None  # noqa: N815  # the exporter's own name


class Sticker(Wire):
    """A picture out of a set."""

    name: Annotated[OneLine | None, IfRight] = None


class Forwarded(Wire):
    """A message of another channel, passed on."""

    content: _Content = ""
    attachments: Annotated[list[Attachment], IfList] = Field(default_factory=list)
    embeds: Annotated[list[Embed], IfList] = Field(default_factory=list)
    stickers: Annotated[list[Sticker], IfList] = Field(default_factory=list)


class Reaction(Wire):
    """An emoji under a message."""

    count: Annotated[int, IfRight] = 0


class Message(Wire):
    """One message."""

    id: Key
    type: Annotated[str | None, IfRight] = "Default"
    timestamp: Annotated[UtcTime | None, IfRight] = None
    timestampEdited: Annotated[UtcTime | None, IfRight] = None  # noqa: N815  # as above
    content: _Content = ""
    author: Annotated[Author | None, IfRight] = None
    embeds: Annotated[list[Embed], IfList] = Field(default_factory=list)
    attachments: Annotated[list[Attachment], IfList] = Field(default_factory=list)
    stickers: Annotated[list[Sticker], IfList] = Field(default_factory=list)
    reactions: Annotated[list[Reaction], IfList] = Field(default_factory=list)
    mentions: Annotated[list[Author], IfList] = Field(default_factory=list)
    reference: Annotated[Reference | None, IfRight] = None
    forwardedMessage: Annotated[Forwarded | None, IfRight] = None  # noqa: N815  # as above
    poll: Any = None


class GuildOrChannel(Wire):
    """A guild or a channel."""

    id: Key
    type: Annotated[str | None, IfRight] = None
    name: Annotated[OneLine | None, IfRight] = None
    category: Annotated[OneLine | None, IfRight] = None
    categoryId: Annotated[Key | None, IfRight] = None  # noqa: N815  # the exporter's own name


class DateRange(Wire):
    """Between which times messages were asked for; null: from the first on, up to the last."""

    after: Annotated[UtcTime | None, IfRight] = None
    before: Annotated[UtcTime | None, IfRight] = None


class Header(Wire):
    """What stands before the messages."""

    guild: GuildOrChannel
    channel: GuildOrChannel
    dateRange: Annotated[DateRange | None, IfRight] = None  # noqa: N815  # as below
    exportedAt: Annotated[UtcTime | None, IfRight] = None  # noqa: N815  # the exporter's own name


CHANNELS: Final = frozenset(
    {"GuildTextChat", "GuildNews", "GuildVoiceChat", "GuildStageVoice", "DirectTextChat"}
    | {"DirectGroupTextChat"}
)
"""Every other type is a thread or a forum's post, which its first message opens."""


def poll_lines(poll: object) -> list[str]:
    """Return a poll's question and its options, as the API and its exporters write them."""
    if not isinstance(poll, dict):
        return []
    answers = poll.get("answers")
    told = [_poll_text(answer) for answer in answers] if isinstance(answers, list) else []
    return [
        line for line in (_poll_text(poll.get("question")), *(f"- {o}" for o in told if o)) if line
    ]


def _poll_text(said: object) -> str:
    for _ in range(3):
        if isinstance(said, str):
            return said.strip()
        if not isinstance(said, dict):
            return ""
        said = said.get("poll_media") or said.get("text")
    return ""
