"""Slack: a workspace's export (folder or archive), and answers of the Web API.

A message with replies opens a thread of its own; the others of a channel stay together.
Addresses and profiles in ``users.json`` are not kept: only what people are called.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Final

from pydantic import ValidationError

from ingest.drafts import (
    CERTAIN,
    Edition,
    Found,
    LeftOutReason,
    PostDraft,
    Reader,
    Shortfall,
    ThreadDraft,
)
from ingest.read.chats.slack_text import Names, attachment_text, block_parts, mrkdwn_parts
from ingest.read.fields import IfList, IfRight, Key, OneLine, Wire, Words
from ingest.read.gathering import Gathering
from ingest.read.json_records import document
from ingest.sources import Bundle, Folder, Group, SourceFile
from ingest.understand.bodies import Part, Quoted, compose
from retrieval.errors import FileRefusedError

KIND: Final = "slack"
_LISTS: Final = frozenset({"messages"})
_PRIVATE_INDEXES: Final = frozenset({"groups.json", "dms.json", "mpims.json"})
"""Of what only those read in Slack who were let in."""
_INDEXES: Final = frozenset(
    {"channels.json", "groups.json", "dms.json", "mpims.json", "users.json"}
)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d\.json\Z")
_CHANNEL_ID: Final = re.compile(r"[CGD][A-Z0-9]{7,}\Z")
_PAGE: Final = re.compile(r"(?:\d[\d.-]*|[CGD][A-Z0-9]{7,})\.json\Z")
_STAMP: Final = re.compile(rb'"ts"\s*:\s*"\d{9,10}\.\d{6}"')
_TIME: Final = re.compile(r"(\d{1,12})\.(\d{1,6})\Z")
_MENTION: Final = re.compile(r"<@(\w+)")
_TEAM_SITE: Final = re.compile(r"https://([\w-]+)\.slack\.com/files/")
_THREAD_STAMP: Final = re.compile(r"thread_ts=([\d.]+)")
_SLACKBOT: Final = "USLACKBOT"
_WRITTEN: Final = frozenset(
    {"", "bot_message", "file_comment", "file_share", "me_message", "reply_broadcast"}
    | {"thread_broadcast", "slackbot_response", "file_mention", "document_mention"}
)
"""What people and programs write; every other subtype is a notice of Slack's."""


class Edited(Wire):
    """When a message was changed."""

    ts: str = ""


class Reaction(Wire):
    """An emoji under a message."""

    count: int = 0


class File(Wire):
    """A file that hangs on a message."""

    name: Annotated[OneLine | None, IfRight] = None
    title: Annotated[OneLine | None, IfRight] = None
    permalink: Annotated[Words | None, IfRight] = None


class Profile(Wire):
    """What a person or a program is called; the rest of a profile is not looked at."""

    display_name: Annotated[OneLine | None, IfRight] = None
    real_name: Annotated[OneLine | None, IfRight] = None
    name: Annotated[OneLine | None, IfRight] = None

    @property
    def shown(self) -> str:
        """The name as others see it."""
        return self.display_name or self.real_name or self.name or ""


class User(Wire):
    """A member of the workspace."""

    id: Key
    name: Annotated[OneLine | None, IfRight] = None
    real_name: Annotated[OneLine | None, IfRight] = None
    profile: Annotated[Profile | None, IfRight] = None
    is_bot: Annotated[bool | None, IfRight] = None


class Channel(Wire):
    """A channel, or a conversation of few."""

    id: Key
    name: Annotated[OneLine | None, IfRight] = None


class Message(Wire):
    """One message."""

    ts: Key
    subtype: Annotated[OneLine | None, IfRight] = None
    user: Annotated[Key | None, IfRight] = None
    bot_id: Annotated[Key | None, IfRight] = None
    username: Annotated[OneLine | None, IfRight] = None
    user_profile: Annotated[Profile | None, IfRight] = None
    bot_profile: Annotated[Profile | None, IfRight] = None
    team: Annotated[Key | None, IfRight] = None
    text: Annotated[Words | None, IfRight] = None
    thread_ts: Annotated[Key | None, IfRight] = None
    edited: Annotated[Edited | None, IfRight] = None
    reactions: Annotated[tuple[Reaction, ...], IfList] = ()
    files: Annotated[tuple[File, ...], IfList] = ()
    file: Annotated[File | None, IfRight] = None
    reply_count: Annotated[int | None, IfRight] = None
    attachments: Annotated[tuple[dict[str, Any], ...], IfList] = ()
    blocks: Annotated[tuple[dict[str, Any], ...], IfList] = ()


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file holds Slack's messages: their stamps have a form of their own."""
    del name
    return CERTAIN if _STAMP.search(head) and b'"type"' in head else 0.0


def bundles(folder: Folder) -> Sequence[Group]:
    """Return an export as a whole, or else the days or pages of one channel."""
    if "users.json" in folder.files and {"channels.json", "groups.json"} & folder.files:
        days = [name for name in folder.below if name.count("/") == 1 and _DAY.search(name)]
        logs = [name for name in folder.files if name.endswith(("_logs.json", "canvases.json"))]
        return [Group((*sorted(_INDEXES & folder.files), *sorted(logs), *sorted(days)))]
    pages = sorted(name for name in folder.files if _PAGE.match(name))
    if not pages or not sniff(pages[0], folder.head(pages[0])):
        return []
    same = (name for name in pages if sniff(name, folder.head(name)))
    return [Group((*sorted(_INDEXES & folder.files), *same))]


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the threads of one file of messages.

    Raises:
        FileRefusedError: if there are no messages of Slack in it.
    """
    yield Edition("Web API")
    reading = _Reading(source.name)
    yield from reading.take(source, reading.place(PurePosixPath(source.name)))
    yield from reading.found()


def read_bundle(bundle: Bundle) -> Iterator[Found]:
    """Yield the threads of an export.

    Raises:
        FileRefusedError: if there are no messages of Slack in it.
    """
    reading = _Reading(bundle.name)
    indexes = {name: file for name, file in bundle.files.items() if name in _INDEXES}
    yield Edition("export" if "channels.json" in indexes else "Web API")
    for name, file in indexes.items():
        yield from reading.take_index(name, file)
    for name, file in bundle.files.items():
        if "/" in name or _PAGE.match(name):
            path = PurePosixPath(bundle.name, name)
            is_page = _CHANNEL_ID.match(path.stem) is None
            yield from reading.take(file, reading.place(path.parent if is_page else path))
    yield from reading.found()


@dataclass(frozen=True, slots=True)
class _Channel:
    """Where messages were written."""

    name: str
    id: str | None

    @property
    def key(self) -> str:
        return self.id or self.name


class _Reading:
    """What is known so far of one source."""

    def __init__(self, name: str) -> None:
        self._gathering = Gathering(name)
        self._people: dict[str, str] = {}
        self._bots: set[str] = {_SLACKBOT}
        self._channels: dict[str, str] = {}
        self._private: set[str] = set()
        self._site = ""
        self._replies: Counter[str] = Counter()
        self._announced: dict[str, int] = {}

    def take_index(self, name: str, source: SourceFile) -> Iterator[Found]:
        """Learn what people and channels are called."""
        whole, shortfall = document(source, frozenset())
        if shortfall is not None:
            yield shortfall
        for fields in whole if isinstance(whole, list) else ():
            try:
                if name == "users.json":
                    self._take_user(User.model_validate(fields))
                else:
                    self._take_channel(Channel.model_validate(fields), name)
            except ValidationError:
                continue  # whoever it is stays without a name, and is known by the id

    def _take_user(self, user: User) -> None:
        profile = user.profile.shown if user.profile else ""
        self._people[user.id] = profile or user.real_name or user.name or user.id
        if user.is_bot:
            self._bots.add(user.id)

    def _take_channel(self, channel: Channel, index: str) -> None:
        self._channels[channel.id] = channel.name or channel.id
        if index in _PRIVATE_INDEXES:
            self._private.update((channel.id, channel.name or channel.id))

    def place(self, path: PurePosixPath) -> _Channel:
        """Return the channel whose messages lie in a folder, or a file, of that name."""
        name = path.stem
        if _CHANNEL_ID.match(name):
            return _Channel(self._channels.get(name, name), name)
        ids = {name: id_ for id_, name in self._channels.items()}
        return _Channel(name, ids.get(name))

    def take(self, source: SourceFile, place: _Channel) -> Iterator[Found]:
        """Take the messages of one file."""
        whole, shortfall = document(source, _LISTS)
        if shortfall is not None:
            yield shortfall
        if isinstance(whole, dict) and whole.get("has_more"):
            yield Shortfall(f"{source.name} is one page of several: fetch the next ones, too")
        messages = whole.get("messages") if isinstance(whole, dict) else whole
        if not isinstance(messages, list):
            raise FileRefusedError(source.name, "holds no messages of Slack: “messages” is missing")
        if {place.name, place.key} & self._private:
            self._gathering.leave_out(LeftOutReason.PRIVATE, len(messages))
            return
        names = Names(self._people, self._channels)
        for fields in messages:
            self._take_message(fields, place, names)

    def _take_message(self, fields: object, place: _Channel, names: Names) -> None:
        try:
            message = Message.model_validate(fields)
        except ValidationError:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        at = _time(message.ts)
        reason = LeftOutReason.BROKEN if at is None else _left_out(message)
        if reason is not None:
            self._gathering.leave_out(reason)
            return
        is_threaded = message.thread_ts is not None
        thread = f"{place.key}/{message.thread_ts}" if is_threaded else place.key
        facts = self._gathering.thread(thread)
        facts.title, facts.is_channel = f"#{place.name}", not is_threaded
        if is_threaded:
            self._count(message, thread)
        if found := next(filter(None, map(_site, message.files)), None):
            self._site = self._site or found
        self._gathering.add(thread, self._draft(message, place, names))

    def _count(self, message: Message, thread: str) -> None:
        if message.ts == message.thread_ts:
            self._announced[thread] = message.reply_count or 0
        else:
            self._replies[thread] += 1

    def _draft(self, message: Message, place: _Channel, names: Names) -> PostDraft:
        text, paragraphs = compose(_parts(message, place, names))
        author_id = message.user or message.bot_id
        files = (*message.files, *([message.file] if message.file else ()))
        return PostDraft(
            key=message.ts,
            text=text,
            paragraphs=paragraphs,
            author=self._author(message),
            author_id=author_id,
            created_at=_time(message.ts),
            edited_at=_time(message.edited.ts) if message.edited else None,
            parent_key=message.thread_ts if message.thread_ts != message.ts else None,
            url=f"/archives/{place.id}/p{message.ts.replace('.', '')}" if place.id else None,
            score=sum(reaction.count for reaction in message.reactions) or None,
            is_bot=bool(message.bot_id or message.subtype == "bot_message")
            or author_id in self._bots,
            attachments=tuple(name for file in files if (name := file.name or file.title)),
            mentions=tuple(dict.fromkeys(_MENTION.findall(message.text or ""))),
        )

    def _author(self, message: Message) -> str | None:
        profile = message.user_profile or message.bot_profile
        known = self._people.get(message.user or "")
        told = (profile.shown if profile else "") or message.username
        return known or told or message.user or message.bot_id

    def found(self) -> Iterator[Found]:
        """Yield the threads, now that the workspace's address is known."""
        for found in self._gathering.found():
            yield self._placed(found) if isinstance(found, ThreadDraft) else found
        missing = [
            wanted - self._replies[thread]
            for thread, wanted in self._announced.items()
            if self._replies[thread] < wanted
        ]
        if missing:
            yield Shortfall(
                f"tells of {sum(missing):,} replies in {len(missing):,} threads that "
                "it does not hold: fetch conversations.replies for them, too"
            )

    def _placed(self, thread: ThreadDraft) -> ThreadDraft:
        site = f"https://{self._site}.slack.com" if self._site else None
        posts = tuple(
            replace(post, url=f"{site}{post.url}" if site and post.url else None)
            for post in thread.posts
        )
        return replace(thread, url=posts[0].url if not thread.is_channel else None, posts=posts)


def _time(stamp: str) -> datetime | None:
    found = _TIME.match(stamp)
    if found is None:
        return None
    try:
        seconds = datetime.fromtimestamp(int(found[1]), UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return seconds.replace(microsecond=int(found[2].ljust(6, "0")))


def _site(file: File) -> str | None:
    found = _TEAM_SITE.match(file.permalink or "")
    return found.group(1) if found else None


def _left_out(message: Message) -> LeftOutReason | None:
    if message.subtype in {"tombstone", "message_deleted"}:
        return LeftOutReason.DELETED
    return None if (message.subtype or "") in _WRITTEN else LeftOutReason.SYSTEM


def _parts(message: Message, place: _Channel, names: Names) -> Iterator[Part]:
    text = message.text or ""
    if text.strip():
        yield from mrkdwn_parts(text, names)
    else:
        yield from block_parts(message.blocks, names)
    speaks = not text.strip() and (message.bot_id or message.subtype == "bot_message")
    for attachment in message.attachments:
        words = attachment_text(attachment, names)
        # A program's card is its own words; a person's is what the linked page or message says.
        yield words if speaks else replace(_shared(attachment, place), text=words)


def _shared(attachment: dict[str, Any], place: _Channel) -> Quoted:
    """Return whose words a card under a message shows."""
    author = attachment.get("author_name") or attachment.get("service_name")
    name = author if isinstance(author, str) else None
    stamp = attachment.get("ts")
    if not attachment.get("is_msg_unfurl") or not isinstance(stamp, str):
        return Quoted("", author=name)
    channel = attachment.get("channel_id") or place.key
    of = _THREAD_STAMP.search(str(attachment.get("from_url")))
    return Quoted("", name, stamp, f"{channel}/{of[1]}" if of else str(channel))


READER: Final = Reader(
    kind=KIND,
    label="Slack",
    suffixes=(".zip", ".json"),
    sniff=sniff,
    read=read,
    example='general/2024-05-01.json: [{"type": "message", "ts": "1714557600.000100", …}]',
    export=(
        "As an owner: Tools & settings → Workspace settings → Import/export data → Export; ingest "
        "the zip as it is.  Or save answers of conversations.history and conversations.replies."
    ),
    bundles=bundles,
    beside=_INDEXES
    | {"integration_logs.json", "canvases.json", "lists.json", "org_users.json"}
    | {"file_conversations.json", "huddle_transcripts.json"},
    read_bundle=read_bundle,
)
