"""The JSON objects that Discord sends, with their full sets of fields.

discord.py leaves an attribute unset when its key is absent, and fails much later; hence the
full objects, not the few keys that one test needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Protocol
from zlib import crc32

from tests.loopback.errors import JsonObject

MAX_UPLOAD_BYTES = 10 * 2**20


class Permission(IntFlag):
    """Permission bits that commands and tests ask for (Discord permissions reference)."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


ORDINARY_MEMBER = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)


class ChannelType(IntEnum):
    TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


THREADS = frozenset({ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD})


class MessageType(IntEnum):
    DEFAULT = 0
    REPLY = 19
    CHAT_INPUT_COMMAND = 20


class MessageFlag(IntFlag):
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True)
class User:
    id: str
    name: str
    is_bot: bool = False
    locale: str = "en-US"
    """The language of this user's client, as every interaction tells the bot."""

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(frozen=True)
class Role:
    id: str
    name: str
    permissions: int
    position: int = 1
    bot_id: str | None = None
    """The bot whose own role it is, made by Discord when the bot was invited."""

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Guild:
    """A server; who is in it and what its roles are may change at any time."""

    id: str
    name: str
    owner_id: str
    member_ids: tuple[str, ...]
    roles: dict[str, Role] = field(default_factory=dict)
    member_roles: dict[str, set[str]] = field(default_factory=dict)
    locale: str = "en-US"

    def roles_of(self, user_id: str) -> list[str]:
        """The ids of a member's roles; ``@everyone`` is never listed."""
        return sorted(self.member_roles.get(user_id, set()) & set(self.roles))


@dataclass(frozen=True)
class Overwrite:
    """What a channel allows and denies to one role or one member."""

    target_id: str
    is_role: bool
    allow: int = 0
    deny: int = 0


@dataclass(frozen=True)
class Channel:
    """A text or forum channel, a thread (``parent_id``) or a private channel (``recipient``)."""

    id: str
    name: str
    kind: ChannelType = ChannelType.TEXT
    guild_id: str | None = None
    recipient: User | None = None
    parent_id: str | None = None
    owner_id: str | None = None
    created_at: str = ""
    archived: bool = False
    locked: bool = False
    overwrites: tuple[Overwrite, ...] = ()
    tags: tuple[str, ...] = ()
    """Of a forum: what its posts may be tagged with; of a post: its tags."""

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS


class UploadedFile(Protocol):
    """What an attachment's payload is made from."""

    @property
    def filename(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def size(self) -> int: ...


def user(person: User) -> JsonObject:
    return {
        "id": person.id,
        "username": person.name,
        "discriminator": "0",
        "global_name": person.name.title(),
        "avatar": None,
        "bot": person.is_bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def current_user(bot: User) -> JsonObject:
    """The body of GET /users/@me."""
    private = {"locale": "en-US", "mfa_enabled": True, "verified": True, "email": None}
    return {**user(bot), **private, "premium_type": 0, "accent_color": None, "banner": None}


def member(person: User, joined_at: str, roles: Sequence[str] = ()) -> JsonObject:
    return {
        "user": user(person),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": list(roles),
        "joined_at": joined_at,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }


def channel(place: Channel) -> JsonObject:
    common = {"id": place.id, "type": int(place.kind), "flags": 0, "last_message_id": None}
    if place.recipient:
        return {**common, "recipients": [user(place.recipient)]}
    common |= {"name": place.name, "guild_id": place.guild_id, "rate_limit_per_user": 0}
    if place.is_thread:
        return {**common, **_thread_fields(place)}
    overwrites = [
        {
            "id": overwrite.target_id,
            "type": 0 if overwrite.is_role else 1,
            "allow": str(overwrite.allow),
            "deny": str(overwrite.deny),
        }
        for overwrite in place.overwrites
    ]
    listed = {"position": 0, "permission_overwrites": overwrites, "parent_id": None}
    listed |= {"topic": None, "nsfw": False}
    if place.kind is not ChannelType.FORUM:
        return {**common, **listed}
    forum: JsonObject = {
        "available_tags": [_tag(name) for name in place.tags],
        "default_reaction_emoji": None,
        "default_sort_order": None,
    }
    return {**common, **listed, **forum, "default_forum_layout": 0}


def _tag(name: str) -> JsonObject:
    emoji = {"emoji_id": None, "emoji_name": None}
    return {"id": _tag_id(name), "name": name, "moderated": False, **emoji}


def _tag_id(name: str) -> str:
    """The same in the forum and in its posts."""
    return str(1 << 60 | crc32(name.encode()))


def _thread_fields(thread: Channel) -> JsonObject:
    membership = {"id": thread.id, "user_id": thread.owner_id, "flags": 0}
    return {
        "parent_id": thread.parent_id,
        "owner_id": thread.owner_id,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "applied_tags": [_tag_id(name) for name in thread.tags],
        "member": {**membership, "join_timestamp": thread.created_at},
        "thread_metadata": {
            "archived": thread.archived,
            "locked": thread.locked,
            "archive_timestamp": thread.created_at,
            "create_timestamp": thread.created_at,
            "auto_archive_duration": 1440,
        },
    }


def guild_key(place: Channel) -> JsonObject:
    """``guild_id``, which private channels' payloads do not carry at all."""
    return {"guild_id": place.guild_id} if place.guild_id else {}


def embed(sent: JsonObject) -> JsonObject:
    """An embed as Discord echoes it."""
    echoed = {"type": "rich", **sent}
    if "fields" in sent:
        echoed["fields"] = [{"inline": False, **item} for item in sent["fields"]]
    return echoed


def attachment(attachment_id: str, url: str, upload: UploadedFile) -> JsonObject:
    known = {"id": attachment_id, "filename": upload.filename, "size": upload.size}
    return {**known, "url": url, "proxy_url": url, "content_type": upload.content_type}


def message(message_id: str, channel_id: str, author: User, timestamp: str) -> JsonObject:
    """A message that says nothing yet."""
    return {
        "id": message_id,
        "channel_id": channel_id,
        "type": int(MessageType.DEFAULT),
        "author": user(author),
        "content": "",
        "embeds": [],
        "components": [],
        "attachments": [],
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "timestamp": timestamp,
        "edited_timestamp": None,
        "pinned": False,
        "tts": False,
        "flags": 0,
    }


def message_event(
    stored: JsonObject, place: Channel, roles: Mapping[str, Sequence[str]]
) -> JsonObject:
    """A message as MESSAGE_CREATE and MESSAGE_UPDATE carry it; ``roles`` by member's id."""
    event = {**stored, "channel_type": int(place.kind), **guild_key(place)}
    if place.guild_id:
        when = stored["timestamp"]
        event["member"] = bare_member(when, roles.get(stored["author"]["id"], ()))
        event["mentions"] = [
            {**mentioned, "member": bare_member(when, roles.get(mentioned["id"], ()))}
            for mentioned in stored["mentions"]
        ]
    return event


def bare_member(joined_at: str, roles: Sequence[str] = ()) -> JsonObject:
    """Membership without the user, who stands beside it."""
    full = member(User("0", ""), joined_at, roles)
    return {key: value for key, value in full.items() if key != "user"}
