"""A journal's lines, and what they add up to.

A journal is JSONL.  Its first line says of which channel or thread it is; then a line for each
message as it was read, edits being later lines with the same id, one for each lot of deletions,
and one for each stretch of the history that was read whole::

    {"journal": 1, "room": "guild/channel", "guild": {…}, "channel": {…}, "tags": […], …}
    {"message": {"id": "…", "timestamp": "…", "content": "…", "author": {…}, …}}
    {"deleted": ["id", …]}
    {"read": {"down_to": "id", "is_whole": false}}

A message has the fields of DiscordChatExporter's JSON.  A deletion counts whatever comes after
it: Discord never gives an id twice.  Nothing here touches a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

VERSION: Final = 1
MARK: Final = b'{"journal":'
"""How a journal begins."""

Fields = Mapping[str, Any]
"""A JSON object."""


@dataclass(frozen=True, slots=True)
class Header:
    """Of what a journal is."""

    guild_id: str
    guild_name: str
    channel_id: str
    """The channel, or the thread."""
    channel_type: str
    """As DiscordChatExporter names it."""
    name: str
    parent_id: str | None = None
    """Of a thread: the channel that it is in."""
    parent_name: str | None = None
    tags: tuple[str, ...] = ()
    is_solved: bool = False

    @property
    def room(self) -> str:
        """Names the channel whose readers may read this."""
        return f"{self.guild_id}/{self.parent_id or self.channel_id}"


@dataclass(slots=True)
class State:
    """What a journal's lines add up to so far."""

    header: Header | None = None
    messages: dict[int, Fields] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    down_to: int | None = None
    """The history was read from the newest message down to this one."""
    is_whole: bool = False
    """Whether it was read to its beginning."""
    lines: int = 0
    outdated: int = 0
    """Lines of messages that a later edit replaced."""

    def take(self, line: Fields) -> None:
        """Take one line more."""
        self.lines += 1
        if "message" in line:
            self._take_message(line["message"])
        elif "deleted" in line:
            ids = {int(id_) for id_ in line["deleted"]}
            self.deleted |= ids
            for id_ in ids:
                self.messages.pop(id_, None)
        elif "read" in line:
            down_to = line["read"].get("down_to")
            self.down_to = int(down_to) if down_to else self.down_to
            self.is_whole = bool(line["read"].get("is_whole"))
        elif "journal" in line:
            self.header = header_in(line)

    def _take_message(self, message: Fields) -> None:
        id_ = int(message["id"])
        known = self.messages.get(id_)
        self.outdated += known is not None
        if id_ in self.deleted or (known is not None and edited_at(message) < edited_at(known)):
            return
        self.messages[id_] = message


def edited_at(message: Fields) -> str:
    """Return when a message was last edited, as its journal writes it; empty: never."""
    return str(message.get("timestampEdited") or "")


def header_in(line: Fields) -> Header:
    """Return what a journal's first line says."""
    guild, channel = line["guild"], line["channel"]
    return Header(
        guild_id=str(guild["id"]),
        guild_name=str(guild.get("name") or ""),
        channel_id=str(channel["id"]),
        channel_type=str(channel.get("type") or ""),
        name=str(channel.get("name") or ""),
        parent_id=channel.get("categoryId"),
        parent_name=channel.get("category"),
        tags=tuple(map(str, line.get("tags") or ())),
        is_solved=bool(line.get("solved")),
    )


def header_line(header: Header) -> Fields:
    """Return the line that says so."""
    return {
        "journal": VERSION,
        "room": header.room,
        "guild": {"id": header.guild_id, "name": header.guild_name},
        "channel": {
            "id": header.channel_id,
            "type": header.channel_type,
            "categoryId": header.parent_id,
            "category": header.parent_name,
            "name": header.name,
        },
        "tags": list(header.tags),
        "solved": header.is_solved,
    }


def message_line(message: Fields) -> Fields:
    """Return the line of a message as it is now."""
    return {"message": message}


def deleted_line(ids: Iterable[int]) -> Fields:
    """Return the line that takes messages out."""
    return {"deleted": [str(id_) for id_ in ids]}


def read_line(down_to: int | None, *, is_whole: bool) -> Fields:
    """Return the line that says how far back the history was read."""
    return {"read": {"down_to": str(down_to) if down_to else None, "is_whole": is_whole}}


def encoded(lines: Iterable[Fields]) -> bytes:
    """Return lines as a journal holds them."""
    return b"".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        + b"\n"
        for line in lines
    )


def whole(data: bytes) -> bytes:
    """Return a journal without the line that a crash cut short."""
    return data[: data.rfind(b"\n") + 1]


def decoded(data: bytes) -> Iterator[Fields]:
    """Yield the lines of a journal; one that is no JSON object is passed over."""
    for line in whole(data).split(b"\n"):
        try:
            fields = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            continue
        if isinstance(fields, dict):
            yield fields


def add_up(lines: Iterable[Fields]) -> State:
    """Return what lines add up to; one that lacks what it needs is passed over."""
    state = State()
    for line in lines:
        try:
            state.take(line)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return state


def compacted(state: State) -> Sequence[Fields]:
    """Return the fewest lines that add up to ``state``: what was deleted stays so."""
    lines = [header_line(state.header)] if state.header else []
    lines += [message_line(state.messages[id_]) for id_ in sorted(state.messages)]
    if state.deleted:
        lines.append(deleted_line(sorted(state.deleted)))
    if state.down_to is not None or state.is_whole:
        lines.append(read_line(state.down_to, is_whole=state.is_whole))
    return lines
