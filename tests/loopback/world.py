"""What is said in the loopback Discord: messages and their files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from tests.loopback import payloads
from tests.loopback.components import ComponentType, as_stored, of_type, shown_text
from tests.loopback.errors import ApiError, FieldProblem, JsonObject, invalid_form
from tests.loopback.payloads import Channel, MessageFlag, MessageType, User
from tests.loopback.places import Places

_ROLE_MENTION = re.compile(r"<@&(\d+)>")
_USER_MENTION = re.compile(r"<@!?(\d+)>")
_CONTENT_KEYS = ("content", "embeds", "components", "attachments", "sticker_ids", "poll")
# What an edit may set; the ephemeral flag, for one, stays as it was.
_EDITABLE_FLAGS = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.COMPONENTS_V2


@dataclass(frozen=True)
class Upload:
    """A file that came with a message; type and size are what its sender claims."""

    field_name: str
    filename: str
    content: bytes
    content_type: str = "application/octet-stream"
    claimed_size: int | None = None

    @property
    def size(self) -> int:
        return len(self.content) if self.claimed_size is None else self.claimed_size


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
class World(Places):
    """People, places and what was said there; every change is published as a gateway event."""

    messages: dict[str, Message] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    """What the content delivery network holds, by the attachment's id."""
    cdn_url: str = ""

    def message(self, message_id: str) -> Message:
        """The message; an unknown or deleted id is Discord's 404."""
        message = self.messages.get(message_id)
        if message is None or message.channel.id not in self.channels:
            raise ApiError(HTTPStatus.NOT_FOUND, 10008, "Unknown Message")
        return message

    def create_thread(
        self, parent: Channel, name: str, message: Message | None, owner: User | None = None
    ) -> Channel:
        """A public thread; it takes the id of the message that it starts from, if any."""
        thread_id = message.id if message else None
        thread = self.add_thread(parent, name, owner or self.bot, thread_id=thread_id)
        if message:
            message.payload["flags"] |= MessageFlag.HAS_THREAD
            message.payload["thread"] = payloads.channel(thread)
            self._publish_message("MESSAGE_UPDATE", message)
        return thread

    def create_forum_post(
        self, forum: Channel, name: str, author: User, body: JsonObject, uploads: Sequence[Upload]
    ) -> tuple[Channel, Message]:
        """A post in a forum: a thread whose first message bears the same id."""
        post = self.add_thread(forum, name, author)
        return post, self.create_message(post, author, body, uploads=uploads, id=post.id)

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
        message_id = str(extra.pop("id", None) or self.clock.snowflake())
        payload = {
            **payloads.message(message_id, channel.id, author, self.clock.timestamp()),
            **self._written(body),
            "attachments": [self.attach(channel, upload) for upload in uploads],
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
            changed["attachments"] = [self.attach(message.channel, one) for one in uploads]
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

    def delete_messages(self, channel: Channel, messages: Sequence[Message]) -> None:
        """Delete several messages of one channel at once."""
        for message in messages:
            del self.messages[message.id]
            message.deleted = True
        ids = [message.id for message in messages]
        place = {"ids": ids, "channel_id": channel.id}
        self.publish("MESSAGE_DELETE_BULK", {**place, **payloads.guild_key(channel)})

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
            kept["mention_roles"] = list(dict.fromkeys(_ROLE_MENTION.findall(content)))
        return kept

    def attach(self, channel: Channel, upload: Upload) -> JsonObject:
        """Store a file where it can be fetched, and describe it."""
        attachment_id = self.clock.snowflake()
        # What a path means to a server must not depend on the name that somebody gave a file.
        path = f"/attachments/{channel.id}/{attachment_id}/{quote(upload.filename, safe='')}"
        self.files[attachment_id] = upload.content
        return payloads.attachment(attachment_id, self.cdn_url + path, upload)

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
            roles = self._roles_in(message.channel)
            self.publish(event, payloads.message_event(message.payload, message.channel, roles))

    def _roles_in(self, channel: Channel) -> dict[str, list[str]]:
        guild = self.guilds.get(channel.guild_id or "")
        return {user_id: guild.roles_of(user_id) for user_id in guild.member_roles} if guild else {}


def refuse_mixed_content(payload: JsonObject) -> None:
    """Discord's refusal of classic content beside Components V2, in what an edit leaves."""
    problems = [
        FieldProblem(key, "cannot be used together with the IS_COMPONENTS_V2 flag")
        for key in ("content", "embeds")
        if payload.get(key)
    ]
    if problems:
        raise invalid_form(problems)
