"""The JSON objects that Discord sends, with their full sets of fields.

discord.py leaves an attribute unset when its key is absent, and fails much later; hence the
full objects, not the few keys that one test needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Protocol

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
    USE_APPLICATION_COMMANDS = 1 << 31
    CREATE_PUBLIC_THREADS = 1 << 35
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

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(frozen=True)
class Guild:
    id: str
    name: str
    owner_id: str
    member_ids: tuple[str, ...]


@dataclass(frozen=True)
class Channel:
    """A text channel, a thread (``parent_id``) or a private channel (``recipient``)."""

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

    @property
    def is_thread(self) -> bool:
        return self.kind is ChannelType.PUBLIC_THREAD


class UploadedFile(Protocol):
    """What an attachment's payload is made from."""

    @property
    def filename(self) -> str: ...
    @property
    def content(self) -> bytes: ...


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


def member(person: User, joined_at: str) -> JsonObject:
    return {
        "user": user(person),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [],
        "joined_at": joined_at,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }


def application(bot: User, owner: User, guild_count: int) -> JsonObject:
    """The body of GET /oauth2/applications/@me."""
    return {
        "id": bot.id,
        "name": bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 1 << 19,
        "flags_new": str(1 << 19),
        "owner": user(owner),
        "team": None,
        "tags": [],
        "redirect_uris": [],
        "rpc_origins": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "integration_types_config": {"0": {}},
        "approximate_guild_count": guild_count,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "max_participants": 0,
    }


def _everyone_role(guild_id: str) -> JsonObject:
    colours = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {
        "id": guild_id,
        "name": "@everyone",
        "color": 0,
        "colors": colours,
        "hoist": False,
        "position": 0,
        "permissions": str(int(ORDINARY_MEMBER)),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def guild_create(
    guild: Guild, bot: User, channels: Sequence[Channel], joined_at: str
) -> JsonObject:
    """The data of GUILD_CREATE: without the members intent, the bot is the only member listed."""
    absent = dict.fromkeys(
        (
            *("icon", "splash", "banner", "description", "vanity_url_code", "discovery_splash"),
            *("system_channel_id", "rules_channel_id", "public_updates_channel_id"),
            *("safety_alerts_channel_id", "afk_channel_id", "application_id", "max_presences"),
        )
    )
    levels = dict.fromkeys(
        (
            *("verification_level", "default_message_notifications", "explicit_content_filter"),
            *("mfa_level", "nsfw_level", "premium_tier", "system_channel_flags"),
        ),
        0,
    )
    lists: JsonObject = {
        key: []
        for key in (
            *("emojis", "stickers", "features", "voice_states", "presences"),
            *("stage_instances", "guild_scheduled_events", "soundboard_sounds"),
        )
    }
    return {
        **absent,
        **levels,
        **lists,
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner_id,
        "roles": [_everyone_role(guild.id)],
        "afk_timeout": 300,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "max_members": 500_000,
        "joined_at": joined_at,
        "large": False,
        "unavailable": False,
        "member_count": len(guild.member_ids),
        "members": [member(bot, joined_at)],
        "channels": [channel(place) for place in channels if not place.is_thread],
        "threads": [channel(place) for place in channels if place.is_thread],
    }


def channel(place: Channel) -> JsonObject:
    common = {"id": place.id, "type": int(place.kind), "flags": 0, "last_message_id": None}
    if place.recipient:
        return {**common, "recipients": [user(place.recipient)]}
    common |= {"name": place.name, "guild_id": place.guild_id, "rate_limit_per_user": 0}
    if place.is_thread:
        return {**common, **_thread_fields(place)}
    listed = {"position": 0, "permission_overwrites": [], "parent_id": None}
    return {**common, **listed, "topic": None, "nsfw": False}


def _thread_fields(thread: Channel) -> JsonObject:
    membership = {"id": thread.id, "user_id": thread.owner_id, "flags": 0}
    return {
        "parent_id": thread.parent_id,
        "owner_id": thread.owner_id,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
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


def attachment(attachment_id: str, place: Channel, upload: UploadedFile) -> JsonObject:
    url = f"http://127.0.0.1/attachments/{place.id}/{attachment_id}/{upload.filename}"
    known = {"id": attachment_id, "filename": upload.filename, "size": len(upload.content)}
    return {**known, "url": url, "proxy_url": url, "content_type": "application/octet-stream"}


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


def message_event(stored: JsonObject, place: Channel) -> JsonObject:
    """A message as MESSAGE_CREATE and MESSAGE_UPDATE carry it."""
    event = {**stored, "channel_type": int(place.kind), **guild_key(place)}
    if place.guild_id:
        event["member"] = bare_member(stored["timestamp"])
        event["mentions"] = [
            {**mentioned, "member": bare_member(stored["timestamp"])}
            for mentioned in stored["mentions"]
        ]
    return event


def bare_member(joined_at: str) -> JsonObject:
    """Membership without the user, who stands beside it."""
    full = member(User("0", ""), joined_at)
    return {key: value for key, value in full.items() if key != "user"}
