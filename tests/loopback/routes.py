"""What each REST route does to the world: one small method a route, found in one table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from tests.loopback import guild_payloads, payloads
from tests.loopback.commands import CommandRegistry
from tests.loopback.errors import ApiError, JsonObject
from tests.loopback.interactions import InteractionDesk
from tests.loopback.payloads import Channel, ChannelType, Permission, User
from tests.loopback.traffic import Reply, RestRequest
from tests.loopback.world import Message, World

_TRUE = frozenset({"1", "true", "True"})
_NO_CONTENT = Reply(HTTPStatus.NO_CONTENT)
_SEND = Permission.SEND_MESSAGES
_HISTORY = Permission.READ_MESSAGE_HISTORY
_ID = r"(\d+)"
_CHANNEL = rf"/channels/{_ID}"
_WEBHOOK = rf"/webhooks/{_ID}/([^/]+)"


@dataclass(frozen=True)
class Call:
    """A request, together with the variable parts of its path."""

    request: RestRequest
    parts: tuple[str, ...]

    @property
    def body(self) -> JsonObject:
        return self.request.body or {}

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query


def _moment(timestamp: str) -> datetime:
    return datetime.fromisoformat(timestamp)


Handler = Callable[[Call], Reply]


class Routes:
    """The REST routes that the loopback Discord implements."""

    def __init__(
        self,
        world: World,
        commands: CommandRegistry,
        desk: InteractionDesk,
        gateway_url: Callable[[], str],
    ) -> None:
        self._world = world
        self._commands = commands
        self._desk = desk
        self._gateway_url = gateway_url
        self.shards = 1
        self._messages_by_nonce: dict[tuple[str, str], Message] = {}
        commands_path = rf"/applications/{_ID}(?:/guilds/{_ID})?/commands"
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/users/@me", self._current_user),
            ("GET", rf"/users/{_ID}", self._get_user),
            ("GET", rf"/guilds/{_ID}/members/{_ID}", self._get_member),
            ("POST", "/users/@me/channels", self._open_direct_message),
            ("GET", "(?:/oauth2)?/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway_bot),
            ("PUT", commands_path, self._replace_commands),
            ("GET", commands_path, self._list_commands),
            ("POST", rf"/interactions/{_ID}/([^/]+)/callback", self._callback),
            ("POST", _WEBHOOK, self._follow_up),
            ("GET", rf"{_WEBHOOK}/messages/([^/]+)", self._get_webhook_message),
            ("PATCH", rf"{_WEBHOOK}/messages/([^/]+)", self._edit_webhook_message),
            ("DELETE", rf"{_WEBHOOK}/messages/([^/]+)", self._delete_webhook_message),
            ("GET", _CHANNEL, self._get_channel),
            ("PATCH", _CHANNEL, self._edit_channel),
            ("DELETE", _CHANNEL, self._delete_channel),
            ("POST", rf"{_CHANNEL}/typing", self._typing),
            ("GET", rf"{_CHANNEL}/messages", self._list_messages),
            ("POST", rf"{_CHANNEL}/messages", self._create_message),
            ("GET", rf"{_CHANNEL}/messages/{_ID}", self._get_message),
            ("PATCH", rf"{_CHANNEL}/messages/{_ID}", self._edit_message),
            ("DELETE", rf"{_CHANNEL}/messages/{_ID}", self._delete_message),
            ("POST", rf"{_CHANNEL}(?:/messages/{_ID})?/threads", self._create_thread),
            ("GET", rf"{_CHANNEL}/threads/archived/public", self._archived_threads),
            ("PUT", rf"{_CHANNEL}/thread-members/(?:@me|{_ID})", self._join_thread),
            ("PUT", rf"{_CHANNEL}/messages/{_ID}/reactions/[^/]+/@me", self._react),
        ]
        self._table = [(method, re.compile(path), handler) for method, path, handler in table]

    def forget_the_past(self) -> None:
        """Drop the nonces of messages that were sent."""
        self._messages_by_nonce.clear()

    def find(self, request: RestRequest) -> Callable[[], Reply] | None:
        """The work behind a request, not yet done; None for a route that is not there."""
        for method, pattern, handler in self._table:
            matched = pattern.fullmatch(request.path) if method == request.method else None
            if matched:
                call = Call(request, matched.groups())
                return lambda: handler(call)
        return None

    # The application

    def _current_user(self, _call: Call) -> Reply:
        return Reply(body=payloads.current_user(self._world.bot))

    def _application(self, _call: Call) -> Reply:
        world = self._world
        body = guild_payloads.application(
            world.bot, world.owner, len(world.guilds), is_public=world.is_public
        )
        return Reply(body=body)

    def _gateway_bot(self, _call: Call) -> Reply:
        starts = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        url = self._gateway_url()
        return Reply(body={"url": url, "shards": self.shards, "session_start_limit": starts})

    def _get_user(self, call: Call) -> Reply:
        return Reply(body=payloads.user(self._user(call.parts[0])))

    def _get_member(self, call: Call) -> Reply:
        guild = self._world.guilds.get(call.parts[0])
        if guild is None or not self._world.has_bot(guild.id):
            raise ApiError(HTTPStatus.FORBIDDEN, 50001, "Missing Access")
        user = self._user(call.parts[1])
        if user.id not in guild.member_ids:
            raise ApiError(HTTPStatus.NOT_FOUND, 10007, "Unknown Member")
        joined_at = self._world.clock.timestamp()
        return Reply(body=payloads.member(user, joined_at, guild.roles_of(user.id)))

    def _user(self, user_id: str) -> User:
        if user_id not in self._world.users:
            raise ApiError(HTTPStatus.NOT_FOUND, 10013, "Unknown User")
        return self._world.users[user_id]

    def _replace_commands(self, call: Call) -> Reply:
        return Reply(body=self._commands.replace(call.parts[1], call.request.body or []))

    def _list_commands(self, call: Call) -> Reply:
        return Reply(body=self._commands.listed(call.parts[1]))

    # Interactions

    def _callback(self, call: Call) -> Reply:
        interaction_id, token = call.parts
        body = self._desk.callback(interaction_id, token, call.body, call.request.uploads)
        return Reply(body=body) if call.query.get("with_response") in _TRUE else _NO_CONTENT

    def _follow_up(self, call: Call) -> Reply:
        interaction = self._desk.by_token(*call.parts)
        message = self._desk.follow_up(interaction, call.body, call.request.uploads)
        return Reply(body=message.payload) if call.query.get("wait") in _TRUE else _NO_CONTENT

    def _get_webhook_message(self, call: Call) -> Reply:
        return Reply(body=self._webhook_message(call).payload)

    def _edit_webhook_message(self, call: Call) -> Reply:
        message = self._webhook_message(call)
        edited = self._world.edit_message(message, call.body, call.request.uploads)
        return Reply(body=edited.payload)

    def _delete_webhook_message(self, call: Call) -> Reply:
        self._world.delete_message(self._webhook_message(call))
        return _NO_CONTENT

    def _webhook_message(self, call: Call) -> Message:
        application_id, token, message_id = call.parts
        interaction = self._desk.by_token(application_id, token)
        if message_id == "@original":
            return self._desk.original_of(interaction)
        return self._world.message(message_id)

    # Channels and messages

    def _open_direct_message(self, call: Call) -> Reply:
        recipient = self._user(str(call.body["recipient_id"]))
        return Reply(body=payloads.channel(self._world.open_direct_message(recipient)))

    def _get_channel(self, call: Call) -> Reply:
        return Reply(body=payloads.channel(self._world.require(call.parts[0])))

    def _edit_channel(self, call: Call) -> Reply:
        channel = self._world.require(call.parts[0])
        needed = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
        # Whoever started a thread may rename and archive it, but not lock it.
        if channel.owner_id != self._world.bot.id or "locked" in call.body:
            self._world.require(channel.id, needed)
        return Reply(body=payloads.channel(self._world.update_channel(channel, call.body)))

    def _delete_channel(self, call: Call) -> Reply:
        channel = self._world.require(call.parts[0])
        needed = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
        self._world.require(channel.id, needed)
        self._world.delete_channel(channel)
        return Reply(body=payloads.channel(channel))

    def _typing(self, call: Call) -> Reply:
        self._writable(call.parts[0])
        return _NO_CONTENT

    def _writable(self, channel_id: str) -> Channel:
        """The channel, if the bot may write there."""
        channel = self._world.require(channel_id)
        if channel.kind is ChannelType.FORUM:
            code, text = 50008, "Cannot send messages in a non-text channel"
            raise ApiError(HTTPStatus.BAD_REQUEST, code, text)
        in_thread = Permission.SEND_MESSAGES_IN_THREADS
        self._world.require(channel_id, in_thread if channel.is_thread else _SEND)
        self._world.require_open(channel)
        return channel

    def _list_messages(self, call: Call) -> Reply:
        channel = self._world.require(call.parts[0])
        if not self._world.permissions(self._world.bot, channel) & _HISTORY:
            return Reply(body=[])  # by the reference: no messages, and no error
        newest_first = self._world.messages_in(channel)[::-1]
        before, after = call.query.get("before"), call.query.get("after")
        wanted = [
            message.payload
            for message in newest_first
            if (not before or int(message.id) < int(before))
            and (not after or int(message.id) > int(after))
        ]
        limit = int(call.query.get("limit", 50))
        # Whoever asks for what came after something gets what came next, newest first.
        return Reply(body=wanted[-limit:] if after else wanted[:limit])

    def _create_message(self, call: Call) -> Reply:
        channel = self._writable(call.parts[0])
        if call.body.get("message_reference"):
            self._require_history(channel)
        if call.request.uploads:
            self._world.require(channel.id, Permission.ATTACH_FILES)
        nonce = call.body.get("nonce") if call.body.get("enforce_nonce") else None
        key = (channel.id, str(nonce))
        if nonce is None or key not in self._messages_by_nonce:
            self._world.reopen(channel)
            message = self._world.create_message(
                channel, self._world.bot, call.body, uploads=call.request.uploads
            )
            self._messages_by_nonce[key] = message
        return Reply(body=self._messages_by_nonce[key].payload)

    def _require_history(self, channel: Channel) -> None:
        if not self._world.permissions(self._world.bot, channel) & _HISTORY:
            text = "Cannot reply without permission to read message history"
            raise ApiError(HTTPStatus.FORBIDDEN, 160002, text)

    def _get_message(self, call: Call) -> Reply:
        self._world.require(call.parts[0], _HISTORY)
        return Reply(body=self._world.message(call.parts[1]).payload)

    def _edit_message(self, call: Call) -> Reply:
        self._world.require_open(self._world.require(call.parts[0]))
        message = self._world.message(call.parts[1])
        if message.payload["author"]["id"] != self._world.bot.id:
            text = "Cannot edit a message authored by another user"
            raise ApiError(HTTPStatus.FORBIDDEN, 50005, text)
        edited = self._world.edit_message(message, call.body, call.request.uploads)
        return Reply(body=edited.payload)

    def _delete_message(self, call: Call) -> Reply:
        self._world.require(call.parts[0])
        message = self._world.message(call.parts[1])
        if message.payload["author"]["id"] != self._world.bot.id:
            self._world.require(call.parts[0], Permission.MANAGE_MESSAGES)
        self._world.delete_message(message)
        return _NO_CONTENT

    def _react(self, call: Call) -> Reply:
        self._world.require(call.parts[0], Permission.ADD_REACTIONS, _HISTORY)
        self._world.message(call.parts[1])
        return _NO_CONTENT

    def _join_thread(self, call: Call) -> Reply:
        self._world.require_open(self._world.require(call.parts[0]))
        return _NO_CONTENT

    def _create_thread(self, call: Call) -> Reply:
        channel_id, message_id = call.parts
        parent = self._world.require(channel_id)
        if parent.is_thread or parent.guild_id is None:
            code, text = 50024, "Cannot execute action on this channel type"
            raise ApiError(HTTPStatus.BAD_REQUEST, code, text)
        if parent.kind is ChannelType.FORUM:
            return self._create_forum_post(parent, call)
        is_private = not message_id and call.body.get("type") == ChannelType.PRIVATE_THREAD
        private, public = Permission.CREATE_PRIVATE_THREADS, Permission.CREATE_PUBLIC_THREADS
        self._world.require(channel_id, private if is_private else public)
        name = call.body["name"]
        if is_private:
            kind = ChannelType.PRIVATE_THREAD
            thread = self._world.add_thread(parent, name, self._world.bot, kind=kind)
        else:
            message = self._world.message(message_id) if message_id else None
            thread = self._world.create_thread(parent, name, message)
        return Reply(HTTPStatus.CREATED, payloads.channel(thread))

    def _archived_threads(self, call: Call) -> Reply:
        parent = self._world.require(call.parts[0], _HISTORY)
        before, limit = call.query.get("before"), int(call.query.get("limit", 50))
        newest_first = sorted(
            self._world.archived_threads(parent), key=lambda one: one.created_at, reverse=True
        )
        found = [
            payloads.channel(thread)
            for thread in newest_first
            if before is None or _moment(thread.created_at) < _moment(before)
        ]
        body = {"threads": found[:limit], "members": [], "has_more": len(found) > limit}
        return Reply(body=body)

    def _create_forum_post(self, forum: Channel, call: Call) -> Reply:
        self._world.require(forum.id, _SEND)
        post, message = self._world.create_forum_post(
            forum, call.body["name"], self._world.bot, call.body["message"], call.request.uploads
        )
        body = {**payloads.channel(post), "message": message.payload}
        return Reply(HTTPStatus.CREATED, body)
