"""Telegram: ``result.json`` of a chat, or of a whole account, as Telegram Desktop exports it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from ingest.drafts import CERTAIN, LIKELY, Found, LeftOutReason, PostDraft, Reader, Shortfall
from ingest.read.fields import IfList, IfRight, Json, Key, OneLine, UtcTime, Wire, clean
from ingest.read.gathering import Gathering
from ingest.read.json_records import streamed
from ingest.sources import SourceFile
from ingest.understand.bodies import Part, Quoted, compose

KIND: Final = "telegram"
_OLD_CHANNEL_IDS: Final = 0x2_0000_0000
"""Older exports add this to the ids of channels and large groups."""
_PRIVATE: Final = frozenset({"personal_chat", "bot_chat", "saved_messages"})
_BROADCASTS: Final = frozenset({"private_channel", "public_channel"})
_LINKED: Final = frozenset({"private_supergroup", "public_supergroup"}) | _BROADCASTS


class Reaction(Wire):
    """An emoji under a message."""

    count: int = 0


class Choice(Wire):
    """One of the answers of a poll."""

    text: Annotated[Any, IfRight] = ""


class Poll(Wire):
    """A question with answers to choose from."""

    question: Annotated[Any, IfRight] = ""
    answers: Annotated[tuple[Choice, ...], IfList] = ()


class Message(Wire):
    """One message, or a notice of what happened in the chat."""

    id: Key
    type: Annotated[OneLine | None, IfRight] = None
    action: Annotated[OneLine | None, IfRight] = None
    title: Annotated[OneLine | None, IfRight] = None
    date: Annotated[UtcTime | None, IfRight] = None
    date_unixtime: Annotated[UtcTime | None, IfRight] = None
    edited: Annotated[UtcTime | None, IfRight] = None
    edited_unixtime: Annotated[UtcTime | None, IfRight] = None
    author: Annotated[OneLine | None, IfRight] = Field(default=None, validation_alias="from")
    from_id: Annotated[Key | None, IfRight] = None
    reply_to_message_id: Annotated[Key | None, IfRight] = None
    forwarded_from: Annotated[OneLine | None, IfRight] = None
    via_bot: Annotated[OneLine | None, IfRight] = None
    text: Annotated[Any, IfRight] = ""
    file: Annotated[OneLine | None, IfRight] = None
    file_name: Annotated[OneLine | None, IfRight] = None
    photo: Annotated[OneLine | None, IfRight] = None
    poll: Annotated[Poll | None, IfRight] = None
    reactions: Annotated[tuple[Reaction, ...], IfList] = ()


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is such an export: by fields that come first in it."""
    del name
    if b'"date_unixtime"' in head or (b'"from_id"' in head and b'"messages"' in head):
        return CERTAIN
    if b'"personal_information"' in head or (b'"chats"' in head and b'"about"' in head):
        return CERTAIN
    kinds = (*_PRIVATE, *_LINKED, "private_group")
    typed = any(f'"type": "{kind}"'.encode() in head for kind in kinds)
    return LIKELY if typed and b'"messages"' in head else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield a chat, or the topics of one; of a whole account, the groups and channels.

    Raises:
        FileRefusedError: if there are no messages of Telegram in it.
    """
    reading = _Reading(source)
    for record in streamed(source, "messages"):
        if isinstance(record, Shortfall):
            yield record
        else:
            reading.take(*record)
    yield from reading.found()


class _Reading:
    """What is known so far of the chats of one file."""

    def __init__(self, source: SourceFile) -> None:
        self._gathering = Gathering(source.name)
        self._is_account = b'"chats"' in source.head and b'"list"' in source.head
        self._topic_of: dict[tuple[str, str], str] = {}
        """The message that began a topic, by chat and each message that belongs to it."""
        self._titles: dict[tuple[str, str], str | None] = {}

    def take(self, chat: dict[str, Any], fields: object) -> None:
        """Take a message of a chat."""
        kind = str(chat.get("type") or "")
        if self._is_account and kind in _PRIVATE:
            self._gathering.leave_out(LeftOutReason.PRIVATE)
            return
        try:
            message = Message.model_validate(fields)
        except ValidationError:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        place = str(chat.get("id") or chat.get("name") or "")
        topic = self._topic(place, message)
        if message.type != "message":
            self._gathering.leave_out(LeftOutReason.SYSTEM)
            return
        thread = f"{place}/{topic}" if topic else place
        facts = self._gathering.thread(thread)
        name = chat.get("name")
        facts.title = self._titles[place, topic] if topic else str(name) if name else None
        facts.is_channel = topic is None
        self._gathering.add(thread, _draft(message, chat, topic))

    def _topic(self, place: str, message: Message) -> str | None:
        """Return the topic that a message of a forum belongs to: it or what it answers says so."""
        if message.action == "topic_created":
            self._topic_of[place, message.id] = message.id
            self._titles[place, message.id] = message.title
        elif message.reply_to_message_id is not None:
            above = self._topic_of.get((place, message.reply_to_message_id))
            if above is not None:
                self._topic_of[place, message.id] = above
        return self._topic_of.get((place, message.id))

    def found(self) -> Iterator[Found]:
        """Yield the threads."""
        yield from self._gathering.found()


def _draft(message: Message, chat: dict[str, Any], topic: str | None) -> PostDraft:
    text, paragraphs = compose(_parts(message))
    file = message.file_name or (message.file or message.photo or "").rpartition("/")[2]
    above = message.reply_to_message_id
    return PostDraft(
        key=message.id,
        text=text,
        paragraphs=paragraphs,
        author=message.author or None,
        author_id=message.from_id,
        # Without seconds since 1970 there is only the exporter's local time, whose zone
        # nobody knows.
        created_at=message.date_unixtime or message.date,
        edited_at=message.edited_unixtime or message.edited,
        parent_key=above if above != topic else None,
        url=_url(chat, message.id),
        score=sum(reaction.count for reaction in message.reactions) or None,
        is_bot=message.via_bot is not None,
        attachments=(file,) if file and not file.startswith("(") else (),
        mentions=tuple(dict.fromkeys(_mentions(message.text))),
    )


def _url(chat: dict[str, Any], message_id: str) -> str | None:
    """Return the address of a message for members of its chat, where it can have one."""
    number = chat.get("id")
    if str(chat.get("type")) not in _LINKED or not isinstance(number, int):
        return None
    return f"https://t.me/c/{number % _OLD_CHANNEL_IDS if number > 0 else -number}/{message_id}"


def _parts(message: Message) -> Iterator[Part]:
    own = list(_text_parts(message.text))
    if message.forwarded_from:
        words = "".join(part if isinstance(part, str) else part.text for part in own)
        yield Quoted(words, author=message.forwarded_from)
    else:
        yield from own
    if message.poll is not None:
        choices = "\n".join(f"- {_plain(choice.text)}" for choice in message.poll.answers)
        yield f"{_plain(message.poll.question)}\n\n{choices}"


def _text_parts(text: Json) -> Iterator[Part]:
    """Yield a text that is a string, or a list of strings and of marked stretches."""
    own: list[str] = []
    for piece in text if isinstance(text, list) else [text]:
        if isinstance(piece, dict) and piece.get("type") == "blockquote":
            yield "".join(own)
            own = []
            yield Quoted(_plain(piece))
        else:
            own.append(_marked(piece))
    yield "".join(own)


def _marked(piece: Json) -> str:
    text = _plain(piece)
    if not isinstance(piece, dict):
        return text
    kind = str(piece.get("type"))
    if kind in _NOT_KEPT:
        return ""
    if kind == "pre":
        return f"\n```{piece.get('language') or ''}\n{text.strip()}\n```\n"
    if kind == "text_link" and piece.get("href"):
        return f"[{text}]({piece['href']})"
    mark = _MARKS.get(kind, "")
    inner = text.strip()
    return text.replace(inner, f"{mark}{inner}{mark}", 1) if mark and inner else text


_NOT_KEPT: Final = frozenset({"email", "phone", "bank_card"})
_MARKS: Final = {
    "bold": "**",
    "italic": "*",
    "code": "`",
    "strikethrough": "~~",
    "spoiler": "||",
}


def _plain(text: Json) -> str:
    """Return the words of a string, of a marked stretch, or of a list of either."""
    pieces = text if isinstance(text, list) else [text]
    told = (piece.get("text") if isinstance(piece, dict) else piece for piece in pieces)
    return clean("".join(piece for piece in told if isinstance(piece, str)))


def _mentions(text: Json) -> Iterator[str]:
    for piece in text if isinstance(text, list) else ():
        if isinstance(piece, dict) and piece.get("type") == "mention_name":
            yield f"user{piece.get('user_id')}"


READER: Final = Reader(
    kind=KIND,
    label="Telegram JSON",
    suffixes=(".json",),
    sniff=sniff,
    read=read,
    example='{"name": "…", "type": "public_supergroup", "messages": [{"id": 1, "text": "…"}]}',
    export=(
        "In Telegram Desktop, open the chat → ⋮ → Export chat history → format: machine-readable "
        "JSON; ingest its result.json."
    ),
)
