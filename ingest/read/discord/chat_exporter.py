"""DiscordChatExporter's JSON: a channel or thread a file, or in several parts.

Messages that Discord writes itself ("joined the server") are left out; what is passed on and the
cards of links are quotes from outside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from ingest.drafts import (
    CERTAIN,
    Covers,
    ExportedAt,
    Found,
    LeftOut,
    LeftOutReason,
    ParagraphDraft,
    PostDraft,
    Reader,
    Shortfall,
    ThreadDraft,
)
from ingest.read.discord.markup import Names, readable
from ingest.read.discord.parts import in_order, is_later_part, parts_are_whole, parts_of_exports
from ingest.read.discord.wire import (
    CHANNELS,
    Attachment,
    DateRange,
    Embed,
    GuildOrChannel,
    Header,
    Message,
    Sticker,
    poll_lines,
)
from ingest.read.gathering import without_circles
from ingest.read.json_records import document, streamed
from ingest.sources import Bundle, Folder, Group, SourceFile
from ingest.understand.bodies import Quoted, compose
from ingest.understand.paragraphs import split_paragraphs
from retrieval.errors import FileRefusedError
from retrieval.text.wording import visible

KIND: Final = "discord-chat-exporter"
SITE: Final = "https://discord.com/channels"
# What people write; every other type is a notice with a text that Discord made up.  Types
# without a name come out as their number: 20 and 23 are replies to commands, 21 the message
# that began a thread.
_WRITTEN: Final = frozenset({"Default", "Reply", "20", "21", "23"})
_STARTER: Final = "21"
_COUNT: Final = re.compile(rb'"messageCount"\s*:\s*(\d{1,12})')
_TAIL_BYTES: Final = 4_096
_NOT: Final = "is no DiscordChatExporter JSON"
_UNSETTLED: Final = timedelta(minutes=5)
"""What is written while an export begins need not be in it, though its date is later."""
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_GUILD: Final = re.compile(rb'"guild"\s*:')
_CHANNEL: Final = re.compile(rb'"channel"\s*:')


def sniff(name: str, head: bytes) -> float:  # noqa: ARG001  # content alone decides
    """Say how likely a file is such an export: guild and channel come first in it."""
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    return CERTAIN if begins and _GUILD.search(head) and _CHANNEL.search(head) else 0.0


def bundles(folder: Folder) -> Sequence[Group]:
    """Pick the parts that one export was written in."""
    return parts_of_exports(folder, ".json")


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the one thread of an export.

    Raises:
        FileRefusedError: if it is no JSON document of this schema.
    """
    yield from _read({source.name: source})


def read_bundle(bundle: Bundle) -> Iterator[Found]:
    """Yield the one thread of an export in several parts.

    Raises:
        FileRefusedError: if one of them is no JSON document of this schema.
    """
    yield from _read({name: bundle.files[name] for name in in_order(bundle.files)})


def _read(sources: Mapping[str, SourceFile]) -> Iterator[Found]:
    export = Export(next(iter(sources.values())).name)
    for source in sources.values():
        yield from _take(source, export)
    posts = export.posts()
    channel = export.channel
    yield from _age(export, posts, list(sources))
    if posts:
        yield ThreadDraft(
            key=channel.id,
            title=channel.name or None,
            url=export.place,
            posts=posts,
            is_channel=channel.type in CHANNELS,
        )
    yield from (LeftOut(reason, count) for reason, count in export.left_out.items() if count)


def _age(export: Export, posts: Sequence[PostDraft], names: Sequence[str]) -> Iterator[Found]:
    """Yield when an export was made, and what time it holds whole: by its own words or posts."""
    times = [post.created_at for post in posts if post.created_at]
    made_at = export.exported_at or max(times, default=None)
    if made_at is None:
        return
    yield ExportedAt(made_at)
    asked = export.date_range
    if asked is None or not parts_are_whole(names) or export.left_out[LeftOutReason.BROKEN]:
        return
    until = (export.begun_at or made_at + _UNSETTLED) - _UNSETTLED
    since = min((asked.after, *times)) if asked.after else None
    if is_later_part(names[0]):
        since = min(times, default=until)  # what came before is in a part that is not here
    yield Covers(export.channel.id, since, min(until, asked.before or until))


def _take(source: SourceFile, export: Export) -> Iterator[Shortfall]:
    number = 0
    shortfall: Shortfall | None = None
    for each in _until_it_crashed(source):
        if isinstance(each, Shortfall):
            shortfall = each
            break
        around, record = each
        if not number:
            export.begin(_header(source, around))
        number += 1
        export.take(record)
    if not number:
        shortfall = _begin_without_messages(source, export)
    promised = _promised(source)
    if promised and not number and shortfall is None:
        told = f"says that it holds {promised:,} messages and holds none"
        raise FileRefusedError(source.name, f"{told}; export it again")
    if shortfall is None and promised > number:
        told = f"holds {number:,} of the {promised:,} messages that it counts"
        shortfall = Shortfall(told, breaks_off=True)
    if shortfall is not None:
        yield shortfall


def _until_it_crashed(source: SourceFile) -> Iterator[tuple[dict[str, Any], Any] | Shortfall]:
    """Yield the messages; where an exporter crashed in one and closed its file, those before."""
    number = 0
    try:
        for each in streamed(source, "messages"):
            number += 1
            yield each
    except FileRefusedError:
        if not 0 < _promised(source) <= number:
            raise
        told = f"breaks off within a message after {number:,} whole ones; export it again"
        yield Shortfall(told, breaks_off=True)


def _begin_without_messages(source: SourceFile, export: Export) -> Shortfall | None:
    whole, shortfall = document(source, frozenset({"messages"}))
    messages = whole.get("messages") if isinstance(whole, dict) else None
    if messages is None and shortfall is not None:
        raise FileRefusedError(source.name, "breaks off before its first message")
    export.begin(_header(source, whole))
    if not isinstance(messages, list):
        raise FileRefusedError(source.name, f"{_NOT}: messages: Field required")
    return shortfall


def _header(source: SourceFile, around: object) -> Header:
    try:
        return Header.model_validate(around)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the document"
        raise FileRefusedError(source.name, f"{_NOT}: {field}: {first['msg']}") from error


def _promised(source: SourceFile) -> int:
    """Return how many messages the end of a file says that it holds, 0 if it says nothing."""
    with source.open() as stream:
        stream.seek(max(0, source.size - _TAIL_BYTES) if source.size > _TAIL_BYTES else 0)
        counts = _COUNT.findall(stream.read())
    return int(counts[-1]) if counts else 0


class Export:
    """What the parts of an export hold."""

    def __init__(self, name: str) -> None:
        """Start with nothing.  ``name`` is the file's, for an error."""
        self._name = name
        self._header: Header | None = None
        self.begun_at: datetime | None = None
        """When the first part was exported."""
        self._messages: dict[str, Message | PostDraft] = {}
        self._people: dict[str, str] = {}
        self._roles: dict[str, str] = {}
        self._starts_elsewhere = False
        self.left_out: Counter[LeftOutReason] = Counter()

    def begin(self, header: Header) -> None:
        """Take what stands at the beginning of a part."""
        if self._header is not None and self._header.channel.id != header.channel.id:
            raise FileRefusedError(
                self._name, "has parts of several channels; keep them in folders of their own"
            )
        if self._header is None:
            self.begun_at = header.exportedAt
        self._header = header

    @property
    def date_range(self) -> DateRange | None:
        """Between which times messages were asked for; None if it does not say."""
        return self._header.dateRange if self._header else None

    @property
    def exported_at(self) -> datetime | None:
        """When the last part was exported."""
        return self._header.exportedAt if self._header else None

    @property
    def channel(self) -> GuildOrChannel:
        """The channel or thread."""
        if self._header is None:
            raise AssertionError("it has begun")
        return self._header.channel

    @property
    def place(self) -> str:
        """Its address."""
        guild = self._header.guild.id if self._header else "0"
        return f"{SITE}/{guild if guild != '0' else '@me'}/{self.channel.id}"

    def take(self, record: object) -> None:
        """Take a message, or count why not."""
        try:
            message = Message.model_validate(record)
        except ValidationError:
            self.left_out[LeftOutReason.BROKEN] += 1
            return
        self._learn(message)
        if (message.type or "Default") not in _WRITTEN:
            self.left_out[LeftOutReason.SYSTEM] += 1
            return
        if message.id in self._messages:
            self.left_out[LeftOutReason.REPEATED] += 1
        if message.type == _STARTER and not message.content.strip():
            self._starts_elsewhere = True
            self.left_out[LeftOutReason.SYSTEM] += 1
            return
        # What an id stands for may be said further on.
        waits = "<@&" in message.content or "<#" in message.content
        self._messages[message.id] = message if waits else self._post(message)

    def posts(self) -> tuple[PostDraft, ...]:
        """Return the posts in the order in which they were written."""
        made = [self._post(m) if isinstance(m, Message) else m for m in self._messages.values()]
        worded = [post for post in made if post.paragraphs]
        self.left_out[LeftOutReason.EMPTY] += len(made) - len(worded)
        worded.sort(key=lambda post: (post.created_at or _LONG_AGO, len(post.key), post.key))
        parent = self.channel.categoryId
        if worded and self._starts_elsewhere and parent and worded[0].parent_key is None:
            worded[0] = replace(worded[0], parent_key=self.channel.id, parent_thread_key=parent)
        return without_circles(worded)

    def _learn(self, message: Message) -> None:
        for person in (message.author, *message.mentions):
            if person is not None and person.id and person.shown:
                self._people[person.id] = person.shown
                self._roles.update({r.id: r.name for r in person.roles if r.id and r.name})

    def _post(self, message: Message) -> PostDraft:
        text, paragraphs = _text(message, self._names(message))
        author = message.author
        answered = message.reference if message.type == "Reply" else None
        elsewhere = answered.channelId if answered else None
        forwarded = message.forwardedMessage
        return PostDraft(
            key=message.id,
            text=text,
            paragraphs=paragraphs,
            author=author.shown if author else None,
            created_at=message.timestamp,
            parent_key=answered.messageId if answered else None,
            parent_thread_key=elsewhere if elsewhere != self.channel.id else None,
            url=f"{self.place}/{message.id}",
            author_id=author.id if author else None,
            account=author.name if author and author.nickname else None,
            edited_at=message.timestampEdited,
            score=sum(reaction.count for reaction in message.reactions),
            is_bot=bool(author and author.isBot),
            attachments=(
                *_files(message.attachments, message.stickers),
                *(_files(forwarded.attachments, forwarded.stickers) if forwarded else ()),
            ),
            mentions=tuple(one.id for one in message.mentions if one.id),
        )

    def _names(self, message: Message) -> Names:
        channel = self.channel
        channels = {channel.id: channel.name or "channel"}
        if channel.categoryId and channel.category and channel.type not in CHANNELS:
            channels[channel.categoryId] = channel.category
        own = {one.id: one.shown for one in message.mentions if one.id and one.shown}
        return Names(own or self._people, self._roles, channels)


def _files(attachments: Iterable[Attachment], stickers: Iterable[Sticker]) -> Iterator[str]:
    yield from (file.fileName for file in attachments if file.fileName)
    yield from (f"sticker: {sticker.name}" for sticker in stickers if sticker.name)


def _text(message: Message, names: Names) -> tuple[str, tuple[ParagraphDraft, ...]]:
    own = readable(message.content, names).strip("\n")
    poll = "\n".join(poll_lines(message.poll))
    if poll:
        own = f"{own}\n\n{poll}" if own.strip() else poll
    outside = list(_outside(message, names))
    if not own.strip() and not message.forwardedMessage:
        # A bot's report, which nobody else wrote.
        return _worded("\n\n".join(quoted.text for quoted in outside))
    text, paragraphs = _worded(own, quote_to_the_end=True)
    quotes, quoted = compose(outside)
    between = len(text) + 2 if text else 0
    return "\n\n".join(filter(None, (text, quotes))), (
        *paragraphs,
        *(replace(paragraph, start=paragraph.start + between) for paragraph in quoted),
    )


def _worded(text: str, *, quote_to_the_end: bool = False) -> tuple[str, tuple[ParagraphDraft, ...]]:
    if not visible(text).strip():
        return "", ()
    return text, split_paragraphs(text, quote_to_the_end=quote_to_the_end)


def _outside(message: Message, names: Names) -> Iterator[Quoted]:
    """Yield what the message shows and its author did not write."""
    passed_on = message.forwardedMessage
    if passed_on:
        if passed_on.content.strip():
            yield Quoted(readable(passed_on.content, names))
        yield from (card for embed in passed_on.embeds for card in _card(embed, names))
    yield from (card for embed in message.embeds for card in _card(embed, names))


def _card(embed: Embed, names: Names) -> Iterator[Quoted]:
    lines = [part.strip() for part in (embed.title, embed.description) if part and part.strip()]
    lines += (
        ": ".join(filter(None, (one.name.strip(), one.value.strip())))
        for one in embed.fields
        if one.value.strip()
    )
    text = readable("\n\n".join(lines), names)
    if visible(text).strip():
        author = embed.author.name if embed.author else None
        yield Quoted(text, author or _site(embed.url))


def _site(url: str | None) -> str | None:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.") or None if url else None
    except ValueError:
        return None


READER: Final = Reader(
    kind=KIND,
    label="DiscordChatExporter JSON",
    suffixes=(".json",),
    sniff=sniff,
    read=read,
    example='{"guild": {…}, "channel": {…}, "messages": [{"id": "1", "content": "…"}]}',
    export=(
        "In DiscordChatExporter choose the format JSON, with threads: "
        "exportguild --format Json --include-threads All."
    ),
    bundles=bundles,
    read_bundle=read_bundle,
)
