"""The life of an interaction: three seconds to acknowledge, fifteen minutes to follow up."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from http import HTTPStatus

from tests.loopback import payloads
from tests.loopback.components import as_stored
from tests.loopback.errors import ApiError, FieldProblem, JsonObject, invalid_form
from tests.loopback.payloads import Channel, MessageFlag, MessageType, User
from tests.loopback.world import Message, Upload, World

ACKNOWLEDGE_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0


class InteractionType(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class CallbackType(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


_ALLOWED_CALLBACKS: dict[InteractionType, frozenset[int]] = {
    InteractionType.COMMAND: frozenset({4, 5, 9}),
    InteractionType.COMPONENT: frozenset({4, 5, 6, 7, 9}),
    InteractionType.AUTOCOMPLETE: frozenset({8}),
    InteractionType.MODAL_SUBMIT: frozenset({4, 5, 6, 7}),
}


@dataclass(eq=False)
class Interaction:
    """One thing a user did, and all that the bot answered to it.

    ``callback_type`` stays None until the bot acknowledges; ``ack_latency_seconds`` is real
    elapsed time; ``refusals`` are the errors that the bot's calls got.
    """

    id: str
    token: str
    kind: InteractionType
    user: User
    channel: Channel
    data: JsonObject
    created_at: float
    owners: JsonObject
    """Who let the bot in: the server, or the user for their own account."""
    message: Message | None = None
    parent: "Interaction | None" = None
    callback_type: CallbackType | None = None
    callback_data: JsonObject = field(default_factory=dict)
    ack_latency_seconds: float | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    refusals: list[ApiError] = field(default_factory=list)
    edits_before_ack: int = 0
    is_excused: bool = False
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    _started: float = field(default_factory=time.monotonic)

    @property
    def is_acknowledged(self) -> bool:
        return self.callback_type is not None

    @property
    def choices(self) -> list[JsonObject]:
        """The autocomplete choices, each with ``name`` and ``value``."""
        return list(self.callback_data.get("choices") or [])

    @property
    def modal(self) -> JsonObject | None:
        """The modal that opened on the user's screen, as Discord numbered it."""
        if self.callback_type is not CallbackType.MODAL:
            return None
        numbered = as_stored(self.callback_data["components"])
        return {**self.callback_data, "components": numbered}

    @property
    def is_settled(self) -> bool:
        """Whether there is something final to read, as opposed to a promise of it."""
        if not self.original or self.original.is_thinking:
            return bool(self.followups)
        if self.callback_type is CallbackType.DEFERRED_UPDATE:
            return self.original.edits > self.edits_before_ack or bool(self.followups)
        return True

    def acknowledge(self, kind: CallbackType, data: JsonObject) -> None:
        self.callback_type = kind
        self.callback_data = data
        self.ack_latency_seconds = time.monotonic() - self._started
        self.answered.set()

    def __repr__(self) -> str:
        name = self.data.get("name") or self.data.get("custom_id")
        return f"<{self.kind.name} {name!r} by {self.user.name}, callback {self.callback_type}>"


class InteractionDesk:
    """Opens interactions towards the bot and takes its callbacks and webhook calls."""

    def __init__(self, world: World) -> None:
        self.interactions: list[Interaction] = []
        self._by_id: dict[str, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self._world = world

    def open(
        self,
        kind: InteractionType,
        user: User,
        channel: Channel,
        data: JsonObject,
        *,
        permissions: int,
        message: Message | None = None,
        parent: Interaction | None = None,
    ) -> Interaction:
        """Send INTERACTION_CREATE and return its record."""
        interaction = Interaction(
            id=self._world.clock.snowflake(),
            token=secrets.token_urlsafe(40),
            kind=kind,
            user=user,
            channel=self._world.channel(channel.id),
            data=data,
            created_at=self._world.clock.now(),
            owners=self._owners(user, channel),
            message=message,
            parent=parent,
        )
        self.interactions.append(interaction)
        self._by_id[interaction.id] = self._by_token[interaction.token] = interaction
        self._world.publish("INTERACTION_CREATE", self._event(interaction, permissions))
        return interaction

    def _owners(self, user: User, channel: Channel) -> JsonObject:
        if channel.id in self._world.brought_along:
            return {"1": user.id}
        return {"0": channel.guild_id or "0"}

    def forget_the_past(self) -> None:
        """Drop the record; what was not acknowledged yet can no longer be."""
        self.interactions.clear()
        self._by_id.clear()
        self._by_token.clear()

    def callback(
        self, interaction_id: str, token: str, body: JsonObject, uploads: Sequence[Upload]
    ) -> JsonObject:
        """Take the first answer to an interaction.

        Raises:
            ApiError: 10062 unknown or too late, 40060 answered before, 50035 wrong kind.
        """
        interaction = self._awaiting(interaction_id, token)
        self._require_place(interaction)
        allowed = _ALLOWED_CALLBACKS[interaction.kind]
        if body["type"] not in allowed:
            problem = FieldProblem("type", f"{body['type']} is none of {sorted(allowed)}")
            raise self._refuse(interaction, invalid_form([problem]))
        kind, data = CallbackType(body["type"]), body.get("data") or {}
        resource: JsonObject = {}
        if kind in {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}:
            interaction.original = self._first_message(interaction, kind, data, uploads)
            # The OpenAPI document knows no resource for a deferred message.
            if kind is CallbackType.MESSAGE:
                resource = {"type": 4, "message": interaction.original.payload}
        elif kind in {CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE}:
            self._keep_pressed_message(interaction)
        if kind is CallbackType.UPDATE and interaction.original:
            self._world.edit_message(interaction.original, data, uploads)
            resource = {"type": 7, "message": interaction.original.payload}
        interaction.acknowledge(kind, data)
        reply = {"interaction": self._callback_summary(interaction)}
        return reply | ({"resource": resource} if resource else {})

    def by_token(self, application_id: str, token: str) -> Interaction:
        """The acknowledged interaction behind a webhook token.

        Raises:
            ApiError: 10015 unknown token or nothing acknowledged yet, 50027 expired.
        """
        interaction = self._by_token.get(token)
        if interaction is None or application_id != self._world.bot.id:
            raise ApiError(HTTPStatus.NOT_FOUND, 10015, "Unknown Webhook")
        self._require_place(interaction)
        if self._world.clock.now() - interaction.created_at > TOKEN_SECONDS:
            expired = ApiError(HTTPStatus.UNAUTHORIZED, 50027, "Invalid Webhook Token")
            raise self._refuse(interaction, expired)
        if not interaction.is_acknowledged:
            early = ApiError(HTTPStatus.NOT_FOUND, 10015, "Unknown Webhook")
            raise self._refuse(interaction, early)
        return interaction

    def follow_up(
        self, interaction: Interaction, body: JsonObject, uploads: Sequence[Upload]
    ) -> Message:
        """Post a follow-up; the first one after a deferral fills the thinking message.

        Nothing recognises a repeated one: unlike channel messages, follow-ups have no nonce.
        """
        original = interaction.original
        if original and original.is_thinking:
            if original.deleted:
                raise ApiError(HTTPStatus.NOT_FOUND, 10008, "Unknown Message")
            return self._world.edit_message(original, body, uploads)
        message = self._answer(interaction, body, uploads, self._metadata(interaction))
        interaction.followups.append(message)
        return message

    def original_of(self, interaction: Interaction) -> Message:
        """The message behind ``@original``."""
        if interaction.original is None or interaction.original.deleted:
            raise ApiError(HTTPStatus.NOT_FOUND, 10008, "Unknown Message")
        return interaction.original

    def _awaiting(self, interaction_id: str, token: str) -> Interaction:
        unknown = ApiError(HTTPStatus.NOT_FOUND, 10062, "Unknown interaction")
        interaction = self._by_id.get(interaction_id)
        if interaction is None or interaction.token != token:
            raise unknown
        if interaction.is_acknowledged:
            message = "Interaction has already been acknowledged."
            raise self._refuse(interaction, ApiError(HTTPStatus.BAD_REQUEST, 40060, message))
        if self._world.clock.now() - interaction.created_at > ACKNOWLEDGE_SECONDS:
            raise self._refuse(interaction, unknown)
        return interaction

    def _require_place(self, interaction: Interaction) -> None:
        """Refuse to answer where there is nothing left to answer in.

        That a thread which was locked meanwhile takes no answer is known (discord-api-docs#6884);
        what Discord says in a deleted channel or to a bot that was removed is assumed.
        """
        if not self._world.takes_interactions(interaction.channel):
            gone = ApiError(HTTPStatus.NOT_FOUND, 10015, "Unknown Webhook")
            raise self._refuse(interaction, gone)
        # Answers to interactions also reach those who block the bot's own messages.
        channel = interaction.channel
        if channel.recipient or channel.id in self._world.brought_along:
            return
        try:
            self._world.require_open(interaction.channel)
        except ApiError as error:
            raise self._refuse(interaction, error) from None

    @staticmethod
    def _refuse(interaction: Interaction, error: ApiError) -> ApiError:
        interaction.refusals.append(error)
        interaction.answered.set()
        return error

    @staticmethod
    def _keep_pressed_message(interaction: Interaction) -> None:
        if interaction.message is None:
            problem = FieldProblem("type", "there is no message to update")
            raise InteractionDesk._refuse(interaction, invalid_form([problem]))
        interaction.original = interaction.message
        interaction.edits_before_ack = interaction.message.edits

    def _first_message(
        self,
        interaction: Interaction,
        kind: CallbackType,
        data: JsonObject,
        uploads: Sequence[Upload],
    ) -> Message:
        extra = self._metadata(interaction)
        if interaction.kind is InteractionType.COMMAND:
            extra["type"] = MessageType.CHAT_INPUT_COMMAND
        if kind is CallbackType.DEFERRED_MESSAGE:
            extra["flags"] = MessageFlag.LOADING
        return self._answer(interaction, data, uploads, extra)

    def _answer(
        self,
        interaction: Interaction,
        body: JsonObject,
        uploads: Sequence[Upload],
        extra: JsonObject,
    ) -> Message:
        ephemeral = int(body.get("flags") or 0) & MessageFlag.EPHEMERAL
        return self._world.create_message(
            interaction.channel,
            self._world.bot,
            body,
            uploads=uploads,
            visible_to=interaction.user if ephemeral else None,
            **extra,
        )

    def _metadata(self, interaction: Interaction) -> JsonObject:
        application_id = self._world.bot.id
        legacy = {
            "id": interaction.id,
            "type": int(interaction.kind),
            "name": interaction.data.get("name", ""),
            "user": payloads.user(interaction.user),
        }
        return {
            "webhook_id": application_id,
            "application_id": application_id,
            "interaction_metadata": _interaction_metadata(interaction),
            **({"interaction": legacy} if interaction.kind is InteractionType.COMMAND else {}),
        }

    @staticmethod
    def _callback_summary(interaction: Interaction) -> JsonObject:
        summary: JsonObject = {"id": interaction.id, "type": int(interaction.kind)}
        if interaction.original:
            summary["response_message_id"] = interaction.original.id
            summary["response_message_loading"] = interaction.original.is_thinking
            summary["response_message_ephemeral"] = interaction.original.is_ephemeral
        return summary

    def _event(self, interaction: Interaction, permissions: int) -> JsonObject:
        channel, bits = interaction.channel, str(int(permissions))
        user = interaction.user
        event: JsonObject = {
            "id": interaction.id,
            "application_id": self._world.bot.id,
            "type": int(interaction.kind),
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": channel.id,
            "channel": {**payloads.channel(channel), "permissions": bits},
            "app_permissions": str(self._world.permissions(self._world.bot, channel)),
            "locale": user.locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": interaction.owners,
            "context": 0 if channel.guild_id else 1,
            "attachment_size_limit": payloads.MAX_UPLOAD_BYTES,
        }
        if interaction.message:
            event["message"] = interaction.message.payload
        if not channel.guild_id:
            return event | {"user": payloads.user(user)}
        guild = self._world.guilds[channel.guild_id]
        member = payloads.member(user, self._world.clock.timestamp(), guild.roles_of(user.id))
        summary = {"id": guild.id, "locale": guild.locale, "features": []}
        place = {"guild_id": guild.id, "guild": summary, "guild_locale": guild.locale}
        return event | place | {"member": {**member, "permissions": bits}}


def _interaction_metadata(interaction: Interaction) -> JsonObject:
    metadata: JsonObject = {
        "id": interaction.id,
        "type": int(interaction.kind),
        "user": payloads.user(interaction.user),
        "authorizing_integration_owners": interaction.owners,
    }
    if interaction.kind is InteractionType.COMPONENT and interaction.message:
        metadata["interacted_message_id"] = interaction.message.id
    if interaction.parent:
        metadata["triggering_interaction_metadata"] = _interaction_metadata(interaction.parent)
    return metadata
