"""Who and what exists in the loopback Discord: users, guilds, channels and messages."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from tests.loopback import payloads
from tests.loopback.clock import ServerClock
from tests.loopback.components import ComponentType, as_stored, of_type, shown_text
from tests.loopback.errors import ApiError, FieldProblem, JsonObject, invalid_form
from tests.loopback.payloads import Channel, ChannelType, Guild, MessageFlag, MessageType, User

Publish = Callable[[str, JsonObject], None]

_USER_MENTION = re.compile(r"<@!?(\d+)>")
_CONTENT_KEYS = ("content", "embeds", "components", "attachments", "sticker_ids", "poll")
# What an edit may set; the ephemeral flag, for one, stays as it was.
_EDITABLE_FLAGS = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.COMPONENTS_V2


@dataclass(frozen=True)
class Upload:
    """A file that came with a message."""

    field_name: str
    filename: str
    content: bytes


@dataclass(eq=False)
class Message:
    """A message as Discord would return it (``payload``), and what only the server knows."""

    payload: JsonObject
    channel: Channel
    visible_to: User | None = None
    uploads: tuple[Upload, ...] = ()
    edits: int = 0
    deleted: bool = False

    @property
    def id(self) -> str:
        return str(self.payload["id"])

    @property
    def content(self) -> str:
        return str(self.payload["content"])

    @property
    def components(self) -> list[JsonObject]:
        return list(self.payload["components"])

    @property
    def embeds(self) -> list[JsonObject]:
        return list(self.payload["embeds"])

    @property
    def flags(self) -> int:
        return int(self.payload["flags"])

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def is_thinking(self) -> bool:
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def reply_to(self) -> str | None:
        """The id of the message that this one answers."""
        reference = self.payload.get("message_reference")
        return str(reference["message_id"]) if reference else None

    @property
    def text(self) -> str:
        """All that a reader sees: content, embeds and text displays."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [embed.get("title") or "", embed.get("description") or ""]
            parts += [f"{item['name']}\n{item['value']}" for item in embed.get("fields") or []]
        parts.append(shown_text(self.components))
        return "\n".join(filter(None, parts))

    @property
    def buttons(self) -> list[JsonObject]:
        """Every button, in reading order, link buttons included."""
        return of_type(self.components, ComponentType.BUTTON)

    @property
    def labels(self) -> list[str]:
        return [button.get("label") or "" for button in self.buttons]


@dataclass
class World:
    """The state behind the API; every change is published as a gateway event."""

    clock: ServerClock
    application_name: str = "footnote-test"
    users: dict[str, User] = field(default_factory=dict)
    guilds: dict[str, Guild] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._subscribers: list[Publish] = []
        self.bot = User(self.clock.snowflake(), self.application_name, is_bot=True)
        # Guilds belong to somebody who takes no part, so that members are ordinary ones.
        self.owner = User(self.clock.snowflake(), "guild-owner")
        self.users = {user.id: user for user in (self.bot, self.owner)}

    def subscribe(self, publish: Publish) -> None:
        """Call ``publish(event name, event data)`` for every later change."""
        self._subscribers.append(publish)

    def publish(self, event: str, data: JsonObject) -> None:
        for subscriber in self._subscribers:
            subscriber(event, data)

    # Places and people

    def add_user(self, name: str) -> User:
        user = User(self.clock.snowflake(), name)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, members: Iterable[User]) -> Guild:
        everyone = (self.bot.id, self.owner.id, *(member.id for member in members))
        guild = Guild(self.clock.snowflake(), name, self.owner.id, everyone)
        self.guilds[guild.id] = guild
        self.publish("GUILD_CREATE", self.guild_payload(guild))
        return guild

    def add_channel(self, guild: Guild, name: str) -> Channel:
        channel = Channel(self.clock.snowflake(), name, guild_id=guild.id)
        self.channels[channel.id] = channel
        self.publish("CHANNEL_CREATE", payloads.channel(channel))
        return channel

    def open_direct_message(self, user: User) -> Channel:
        """The private channel between the bot and a user, created at the first call."""
        known = (c for c in self.channels.values() if c.recipient == user)
        channel = next(known, None) or Channel(
            self.clock.snowflake(), "", kind=ChannelType.DM, recipient=user
        )
        self.channels[channel.id] = channel
        return channel

    def create_thread(self, parent: Channel, name: str, message: Message | None) -> Channel:
        """A public thread; it takes the id of the message that it starts from, if any."""
        thread_id = message.id if message else self.clock.snowflake()
        if thread_id in self.channels:
            raise ApiError(
                HTTPStatus.BAD_REQUEST, 160004, "A thread has already been created for this message"
            )
        thread = Channel(
            thread_id,
            name,
            kind=ChannelType.PUBLIC_THREAD,
            guild_id=parent.guild_id,
            parent_id=parent.id,
            owner_id=self.bot.id,
            created_at=self.clock.timestamp(),
        )
        self.channels[thread.id] = thread
        self.publish("THREAD_CREATE", {**payloads.channel(thread), "newly_created": True})
        if message:
            message.payload["flags"] |= MessageFlag.HAS_THREAD
            message.payload["thread"] = payloads.channel(thread)
            self._publish_message("MESSAGE_UPDATE", message)
        return thread

    def update_channel(self, channel: Channel, body: JsonObject) -> Channel:
        """Rename, archive or lock a channel or thread."""
        changed = replace(
            channel, **{key: body[key] for key in ("name", "archived", "locked") if key in body}
        )
        self.channels[channel.id] = changed
        event = "THREAD_UPDATE" if changed.is_thread else "CHANNEL_UPDATE"
        self.publish(event, payloads.channel(changed))
        return changed

    def channel(self, channel_id: str) -> Channel:
        """The channel, as it is now; an unknown id is Discord's 404."""
        if channel_id not in self.channels:
            raise ApiError(HTTPStatus.NOT_FOUND, 10003, "Unknown Channel")
        return self.channels[channel_id]

    def message(self, message_id: str) -> Message:
        """The message; an unknown or deleted id is Discord's 404."""
        if message_id not in self.messages:
            raise ApiError(HTTPStatus.NOT_FOUND, 10008, "Unknown Message")
        return self.messages[message_id]

    def guild_payload(self, guild: Guild) -> JsonObject:
        channels = [c for c in self.channels.values() if c.guild_id == guild.id]
        return payloads.guild_create(guild, self.bot, channels, self.clock.timestamp())

    # Messages

    def create_message(
        self,
        channel: Channel,
        author: User,
        body: JsonObject,
        *,
        uploads: Sequence[Upload] = (),
        visible_to: User | None = None,
        **extra: Any,
    ) -> Message:
        """Store and publish a message; ``extra`` goes into its payload as it stands.

        Raises:
            ApiError: 400 when it is empty, or answers a message that does not exist.
        """
        flags = int(body.get("flags") or 0) | int(extra.pop("flags", 0))
        empty = not any(body.get(key) for key in _CONTENT_KEYS) and not uploads
        if empty and not flags & MessageFlag.LOADING:
            raise ApiError(HTTPStatus.BAD_REQUEST, 50006, "Cannot send an empty message")
        message_id = self.clock.snowflake()
        payload = {
            **payloads.message(message_id, channel.id, author, self.clock.timestamp()),
            **self._written(body),
            "attachments": self._attachments(channel, uploads),
            "flags": flags,
            "tts": bool(body.get("tts")),
            **self._reference(channel, body),
            **extra,
        }
        message = Message(payload, channel, visible_to, tuple(uploads))
        self.messages[message.id] = message
        self._publish_message("MESSAGE_CREATE", message)
        return message

    def edit_message(
        self, message: Message, body: JsonObject, uploads: Sequence[Upload] = ()
    ) -> Message:
        """Change what ``body`` names and nothing else; an edit ends a thinking state."""
        changed = {**message.payload, **self._written(body, only_named=True)}
        asked = int(body.get("flags") or 0) & _EDITABLE_FLAGS
        changed["flags"] = (message.flags | asked) & ~MessageFlag.LOADING
        if changed["flags"] & MessageFlag.COMPONENTS_V2:
            refuse_mixed_content(changed)
        if uploads:
            changed["attachments"] = self._attachments(message.channel, uploads)
            message.uploads = tuple(uploads)
        changed["edited_timestamp"] = self.clock.timestamp()
        message.payload = changed
        message.edits += 1
        self._publish_message("MESSAGE_UPDATE", message)
        return message

    def delete_message(self, message: Message) -> None:
        del self.messages[message.id]
        message.deleted = True
        if not message.is_ephemeral:
            place = {"id": message.id, "channel_id": message.channel.id}
            self.publish("MESSAGE_DELETE", {**place, **payloads.guild_key(message.channel)})

    def messages_in(self, channel: Channel) -> list[Message]:
        """What everybody in the channel sees, oldest first."""
        found = [m for m in self.messages.values() if m.channel.id == channel.id]
        return [message for message in found if not message.is_ephemeral]

    def _written(self, body: JsonObject, *, only_named: bool = False) -> JsonObject:
        """The parts of a message that its author writes."""
        content = body.get("content") or ""
        mentioned = dict.fromkeys(_USER_MENTION.findall(content))
        written: JsonObject = {
            "content": content,
            "embeds": [payloads.embed(embed) for embed in body.get("embeds") or []],
            "components": as_stored(body.get("components") or []),
        }
        kept = {key: value for key, value in written.items() if key in body or not only_named}
        if "content" in kept:
            users = [self.users[user_id] for user_id in mentioned if user_id in self.users]
            kept["mentions"] = [payloads.user(user) for user in users]
        return kept

    def _attachments(self, channel: Channel, uploads: Sequence[Upload]) -> list[JsonObject]:
        return [payloads.attachment(self.clock.snowflake(), channel, upload) for upload in uploads]

    def _reference(self, channel: Channel, body: JsonObject) -> JsonObject:
        reference = body.get("message_reference")
        if not reference:
            return {}
        answered = self.messages.get(str(reference["message_id"]))
        if answered is None and reference.get("fail_if_not_exists", True):
            raise invalid_form([FieldProblem("message_reference", "Unknown message")])
        place = {"type": 0, "message_id": str(reference["message_id"]), "channel_id": channel.id}
        return {
            "type": MessageType.REPLY,
            "message_reference": {**place, **payloads.guild_key(channel)},
            "referenced_message": answered.payload if answered else None,
        }

    def _publish_message(self, event: str, message: Message) -> None:
        # Ephemeral messages live on one user's screen; the gateway never carries them.
        if not message.is_ephemeral:
            self.publish(event, payloads.message_event(message.payload, message.channel))


def refuse_mixed_content(payload: JsonObject) -> None:
    """Discord's refusal of classic content beside Components V2, in what an edit leaves."""
    problems = [
        FieldProblem(key, "cannot be used together with the IS_COMPONENTS_V2 flag")
        for key in ("content", "embeds")
        if payload.get(key)
    ]
    if problems:
        raise invalid_form(problems)
