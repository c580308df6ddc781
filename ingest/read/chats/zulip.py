"""Zulip: topics as zulip-archive keeps them, a server's own export, and answers of the API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from pathlib import PurePosixPath
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote

from pydantic import AliasChoices, Field, ValidationError
from selectolax.lexbor import LexborNode

from ingest.drafts import CERTAIN, Edition, Found, LeftOutReason, PostDraft, Reader, ThreadDraft
from ingest.read.fields import IfList, IfRight, Json, Key, OneLine, UtcTime, Wire, Words
from ingest.read.gathering import Gathering
from ingest.read.json_records import document, streamed
from ingest.sources import Bundle, Folder, Group, SourceFile
from ingest.understand.bodies import Part, Quoted, compose
from ingest.understand.html_bodies import Skip, formula, html_parts
from retrieval.errors import FileRefusedError

KIND: Final = "zulip"
_LISTS: Final = frozenset({"messages", "zerver_message"})
_RESOLVED: Final = "✔ "
_NEAR: Final = re.compile(
    r"#narrow/(?:stream|channel)/(?P<stream>[^/]+)/topic/(?P<topic>[^/]+)/(?:near|with)/(?P<id>\d+)"
)
_REALM: Final = re.compile(r"(https://[\w.:-]+)/#narrow/")
_STREAM_FOLDER: Final = re.compile(r"(\d+)-?(.*)\Z", re.DOTALL)
_UPLOAD: Final = re.compile(r'/user_uploads/[^"\s]*/([^"/\s]+)"')
_MENTIONED: Final = re.compile(r'class="user-mention"[^>]*data-user-id="(\d+)"[^>]*>@?([^<]*)<')
_PROGRAMS: Final = frozenset({"Notification Bot", "Welcome Bot", "Reminder Bot", "Email Gateway"})
_EXPORTED: Final = re.compile(r"messages-\d+\.json\Z")
_STREAM: Final = 2
"""How a server's export names the kind of recipient that is a channel."""


class Reaction(Wire):
    """An emoji under a message."""

    emoji_name: str = ""


class Message(Wire):
    """One message, in any of the three layouts."""

    id: Key
    sender: Annotated[Key | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("sender_id", "sender")
    )
    sender_full_name: Annotated[OneLine | None, IfRight] = None
    sender_email: Annotated[Words | None, IfRight] = None
    """Looked at to tell programs, and not kept."""
    stream_id: Annotated[Key | None, IfRight] = None
    stream: Annotated[OneLine | None, IfRight] = Field(
        default=None, validation_alias="display_recipient"
    )
    type: Annotated[OneLine | None, IfRight] = None
    recipient: Annotated[Key | None, IfRight] = None
    subject: Annotated[OneLine | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("subject", "topic")
    )
    content: Annotated[Words | None, IfRight] = None
    rendered_content: Annotated[Words | None, IfRight] = None
    at: Annotated[UtcTime | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("timestamp", "date_sent")
    )
    edited: Annotated[UtcTime | None, IfRight] = Field(
        default=None, validation_alias=AliasChoices("last_edit_timestamp", "last_edit_time")
    )
    reactions: Annotated[tuple[Reaction, ...], IfList] = ()


@dataclass(frozen=True, slots=True)
class _Topic:
    """A topic of a channel."""

    stream: str
    stream_id: str | None
    topic: str

    @property
    def key(self) -> str:
        return f"{self.stream_id or self.stream}/{_title(self.topic)}"

    @property
    def path(self) -> str:
        stream = f"{self.stream_id}-{self.stream}" if self.stream_id else self.stream
        return f"/#narrow/stream/{_encoded(stream)}/topic/{_encoded(self.topic)}"


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file holds Zulip's messages: by fields of its own."""
    del name
    if b'"zerver_' in head or b'"sender_full_name"' in head:
        return CERTAIN
    return 0.0


def bundles(folder: Folder) -> Sequence[Group]:
    """Return a server's own export; topics of zulip-archive are read one by one."""
    if "realm.json" not in folder.files or b'"zerver_' not in folder.head("realm.json"):
        return []
    parts = sorted(name for name in folder.files if _EXPORTED.match(name))
    return [Group(("realm.json", *parts, *sorted({"attachment.json"} & folder.files)))]


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the topics of one file of messages.

    Raises:
        FileRefusedError: if there are no messages of Zulip in it.
    """
    whole, shortfall = document(source, _LISTS)
    if shortfall is not None:
        yield shortfall
    messages = whole.get("messages") if isinstance(whole, dict) else whole
    if not isinstance(messages, list):
        raise FileRefusedError(
            source.name, "is a part of Zulip's export; put all of the export into one folder"
        )
    yield Edition("zulip-archive" if isinstance(whole, list) else "API")
    reading = _Reading(source.name)
    for fields in messages:
        reading.take(fields, _place_of(source.name))
    yield from reading.found()


def read_bundle(bundle: Bundle) -> Iterator[Found]:
    """Yield the topics of a server's export.

    Raises:
        FileRefusedError: if it holds no messages.
    """
    yield Edition("export")
    reading = _Reading(bundle.name)
    realm, shortfall = document(bundle.files["realm.json"], frozenset())
    if shortfall is not None:
        yield shortfall
    reading.take_realm(realm)
    for name, source in bundle.files.items():
        if _EXPORTED.match(name):
            for record in streamed(source, "zerver_message"):
                if isinstance(record, tuple):
                    reading.take(record[1], None)
                else:
                    yield record
    yield from reading.found()


class _Reading:
    """What is known so far of the topics of one source."""

    def __init__(self, name: str) -> None:
        self._gathering = Gathering(name)
        self._realm = ""
        self._people: dict[str, str] = {}
        self._programs: set[str] = set()
        self._streams: dict[str, tuple[str, str]] = {}
        """The channel's id and name, by the recipient's id."""
        self._exported = False

    def take_realm(self, realm: Json) -> None:
        """Learn what people and channels are called; addresses are not kept."""
        self._exported = True
        tables = realm if isinstance(realm, dict) else {}
        for row in _rows(tables, "zerver_userprofile"):
            self._people[str(row.get("id"))] = str(row.get("full_name") or "")
            if row.get("is_bot"):
                self._programs.add(str(row.get("id")))
        for row in _rows(tables, "zerver_userprofile_crossrealm"):
            name = str(row.get("email") or "").partition("@")[0]
            self._people[str(row.get("id"))] = name.replace("-", " ").title()
            self._programs.add(str(row.get("id")))
        names = {
            str(row.get("id")): str(row.get("name"))
            for row in _rows(tables, "zerver_stream")
            # What only some may read there is not for all who ask here.
            if not row.get("invite_only")
        }
        for row in _rows(tables, "zerver_recipient"):
            stream = str(row.get("type_id"))
            if row.get("type") == _STREAM and stream in names:
                self._streams[str(row.get("id"))] = (stream, names[stream])

    def take(self, fields: object, place: _Topic | None) -> None:
        """Take a message; ``place`` is where it stands if it does not say so itself."""
        try:
            message = Message.model_validate(fields)
        except ValidationError:
            self._gathering.leave_out(LeftOutReason.BROKEN)
            return
        place = self._place(message, place)
        if place is None:
            self._gathering.leave_out(LeftOutReason.PRIVATE)
            return
        html = message.rendered_content or ("" if self._exported else message.content) or ""
        if not self._realm and (found := _REALM.search(html)):
            self._realm = found.group(1)
        facts = self._gathering.thread(place.key)
        facts.title, facts.tags = _title(place.topic), (place.stream,) if place.stream else ()
        facts.url = place.path
        facts.is_solved = facts.is_solved or place.topic.startswith(_RESOLVED)
        self._gathering.add(place.key, self._draft(message, place, html))

    def _place(self, message: Message, place: _Topic | None) -> _Topic | None:
        """Return the topic of a message, None for one between people."""
        if self._exported:
            stream = self._streams.get(message.recipient or "")
            return _Topic(stream[1], stream[0], message.subject or "") if stream else None
        if message.subject is None and message.stream_id is None:
            return None if message.type in {"private", "direct"} else place
        if message.type in {"private", "direct"}:
            return None
        return _Topic(message.stream or "", message.stream_id, message.subject or "")

    def _draft(self, message: Message, place: _Topic, html: str) -> PostDraft:
        parts: list[Part] = [message.content or ""]
        if html:
            parts = html_parts(html, lambda node: _claim(node, place))
        text, paragraphs = compose(parts)
        quoted = (p.quoted_key for p in paragraphs if p.quoted_key and not p.quoted_thread_key)
        name = message.sender_full_name or self._people.get(message.sender or "")
        return PostDraft(
            key=message.id,
            text=text,
            paragraphs=paragraphs,
            author=name or None,
            author_id=message.sender or name or None,
            created_at=message.at,
            edited_at=message.edited,
            # Nothing but a quote says what a message answers.
            parent_key=next(quoted, None),
            url=f"{place.path}/near/{message.id}",
            score=len(message.reactions) or None,
            is_bot=name in _PROGRAMS
            or message.sender in self._programs
            or (message.sender_email or "").partition("@")[0].endswith("-bot"),
            attachments=tuple(dict.fromkeys(map(unquote, _UPLOAD.findall(html)))),
            mentions=_mentions(html, by_name=message.sender is None),
        )

    def found(self) -> Iterator[Found]:
        """Yield the topics, now that the server's address may be known."""
        for found in self._gathering.found():
            yield self._placed(found) if isinstance(found, ThreadDraft) else found

    def _placed(self, thread: ThreadDraft) -> ThreadDraft:
        def url(path: str | None) -> str | None:
            return f"{self._realm}{path}" if self._realm and path else None

        posts = tuple(replace(post, url=url(post.url)) for post in thread.posts)
        return replace(thread, url=url(thread.url), posts=posts)


def _mentions(html: str, *, by_name: bool) -> tuple[str, ...]:
    """Return the people whom a message addresses, by what they are known by where it stands."""
    found = ((name.strip() if by_name else id_) for id_, name in _MENTIONED.findall(html))
    return tuple(dict.fromkeys(map(unescape, found)))


def _rows(tables: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = tables.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _place_of(file: str) -> _Topic:
    """Return the topic that zulip-archive puts into a path, as ``ID-channel/topic.json``."""
    path = PurePosixPath(file)
    folder = _STREAM_FOLDER.match(_decoded(path.parent.name))
    stream_id, stream = folder.groups() if folder else (None, _decoded(path.parent.name))
    return _Topic(stream, stream_id, _decoded(path.stem))


def _decoded(text: str) -> str:
    """Return what a narrow's part says: Zulip writes ``.20`` for ``%20``."""
    return unquote(re.sub(r"\.(?=[0-9A-Fa-f]{2})", "%", text), errors="replace")


def _encoded(text: str) -> str:
    return quote(text, safe="").replace(".", "%2E").replace("%", ".")


def _title(topic: str) -> str:
    return topic.removeprefix(_RESOLVED).strip() or "(no topic)"


def _claim(node: LexborNode, place: _Topic) -> Quoted | Skip | str | None:
    if node.tag == "p":
        return Skip() if _is_attribution(node) and _beside(node.next, "next") else None
    if node.tag == "blockquote":
        said = _beside(node.prev, "prev")
        return _quoted(said, place) if said is not None and _is_attribution(said) else None
    classes = (node.attributes.get("class") or "").split() if node.tag in {"span", "div"} else []
    if "katex" in classes or "katex-display" in classes:
        return formula(node)
    if "message_inline_image" in classes:
        return Skip()  # of a link that stands in the text
    return f"||{(node.text(deep=True) or '').strip()}||" if "spoiler-block" in classes else None


def _beside(node: LexborNode | None, way: str) -> LexborNode | None:
    """Return the next element that way, past white space; a quote's mark stands close to it."""
    while node is not None and node.tag == "-text" and not (node.text_content or "").strip():
        node = getattr(node, way)
    wanted = "blockquote" if way == "next" else "p"
    return node if node is not None and node.tag == wanted else None


def _is_attribution(node: LexborNode) -> bool:
    """Tell whether a paragraph says only who said what follows, and where."""
    link = node.css_first("a[href*='/near/'], a[href*='/with/']")
    who = node.css_first(".user-mention")
    if link is None or who is None:
        return False
    rest = (node.text(deep=True) or "").replace(who.text(deep=True) or "", "", 1)
    return rest.replace(link.text(deep=True) or "", "", 1).strip() == ":"


def _quoted(said: LexborNode, place: _Topic) -> Quoted:
    who = said.css_first(".user-mention")
    link = said.css_first("a[href*='/near/'], a[href*='/with/']")
    name = (who.text(deep=True) or "").lstrip("@").strip() if who is not None else ""
    found = _NEAR.search((link.attributes.get("href") or "") if link is not None else "")
    if found is None:
        return Quoted("", author=name or None)
    folder = _STREAM_FOLDER.match(_decoded(found["stream"]))
    stream_id, stream = folder.groups() if folder else (None, _decoded(found["stream"]))
    if place.stream_id is None:  # the archive's folders do not tell; most quotes are of the channel
        stream, stream_id = place.stream, None
    of = _Topic(stream, stream_id, _decoded(found["topic"]))
    return Quoted("", name or None, found["id"], of.key if of.key != place.key else None)


READER: Final = Reader(
    kind=KIND,
    label="Zulip",
    suffixes=(".json", ".tar.gz"),
    sniff=sniff,
    read=read,
    example='[{"id": 7, "sender_full_name": "…", "timestamp": 1714557600, "content": "<p>…</p>"}]',
    export=(
        "As an owner: Organization settings → Data exports, ingest the archive as it is; or run "
        "zulip-archive and ingest its folder of JSON."
    ),
    bundles=bundles,
    beside=frozenset(
        {"stream_index.json", "analytics.json", "attachment.json", "migration_status.json"}
        | {"export_metadata.json", "records.json"}
    ),
    read_bundle=read_bundle,
)
