"""What each REST route does to the world: one small method a route, found in one table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from tests.loopback import payloads
from tests.loopback.commands import CommandRegistry
from tests.loopback.errors import ApiError, JsonObject
from tests.loopback.interactions import InteractionDesk
from tests.loopback.traffic import Reply, RestRequest
from tests.loopback.world import Message, World

_TRUE = frozenset({"1", "true", "True"})
_NO_CONTENT = Reply(HTTPStatus.NO_CONTENT)
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
        self._messages_by_nonce: dict[tuple[str, str], Message] = {}
        commands_path = rf"/applications/{_ID}(?:/guilds/{_ID})?/commands"
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/users/@me", self._current_user),
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
            ("POST", rf"{_CHANNEL}/typing", self._typing),
            ("GET", rf"{_CHANNEL}/messages", self._list_messages),
            ("POST", rf"{_CHANNEL}/messages", self._create_message),
            ("GET", rf"{_CHANNEL}/messages/{_ID}", self._get_message),
            ("PATCH", rf"{_CHANNEL}/messages/{_ID}", self._edit_message),
            ("DELETE", rf"{_CHANNEL}/messages/{_ID}", self._delete_message),
            ("POST", rf"{_CHANNEL}(?:/messages/{_ID})?/threads", self._create_thread),
            ("PUT", rf"{_CHANNEL}/thread-members/@me", self._accept),
            ("PUT", rf"{_CHANNEL}/messages/{_ID}/reactions/[^/]+/@me", self._accept),
        ]
        self._table = [(method, re.compile(path), handler) for method, path, handler in table]

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
        return Reply(body=payloads.application(world.bot, world.owner, len(world.guilds)))

    def _gateway_bot(self, _call: Call) -> Reply:
        starts = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        url = self._gateway_url()
        return Reply(body={"url": url, "shards": 1, "session_start_limit": starts})

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
        recipient = self._world.users.get(str(call.body["recipient_id"]))
        if recipient is None:
            raise ApiError(HTTPStatus.NOT_FOUND, 10013, "Unknown User")
        return Reply(body=payloads.channel(self._world.open_direct_message(recipient)))

    def _get_channel(self, call: Call) -> Reply:
        return Reply(body=payloads.channel(self._world.channel(call.parts[0])))

    def _edit_channel(self, call: Call) -> Reply:
        changed = self._world.update_channel(self._world.channel(call.parts[0]), call.body)
        return Reply(body=payloads.channel(changed))

    def _typing(self, call: Call) -> Reply:
        self._world.channel(call.parts[0])
        return _NO_CONTENT

    def _list_messages(self, call: Call) -> Reply:
        newest_first = self._world.messages_in(self._world.channel(call.parts[0]))[::-1]
        before, after = call.query.get("before"), call.query.get("after")
        wanted = [
            message.payload
            for message in newest_first
            if (not before or int(message.id) < int(before))
            and (not after or int(message.id) > int(after))
        ]
        return Reply(body=wanted[: int(call.query.get("limit", 50))])

    def _create_message(self, call: Call) -> Reply:
        channel = self._world.channel(call.parts[0])
        nonce = call.body.get("nonce") if call.body.get("enforce_nonce") else None
        key = (channel.id, str(nonce))
        if nonce is None or key not in self._messages_by_nonce:
            message = self._world.create_message(
                channel, self._world.bot, call.body, uploads=call.request.uploads
            )
            self._messages_by_nonce[key] = message
        return Reply(body=self._messages_by_nonce[key].payload)

    def _get_message(self, call: Call) -> Reply:
        return Reply(body=self._world.message(call.parts[1]).payload)

    def _edit_message(self, call: Call) -> Reply:
        message = self._own_message(call)
        edited = self._world.edit_message(message, call.body, call.request.uploads)
        return Reply(body=edited.payload)

    def _delete_message(self, call: Call) -> Reply:
        self._world.delete_message(self._own_message(call))
        return _NO_CONTENT

    def _own_message(self, call: Call) -> Message:
        message = self._world.message(call.parts[1])
        if message.payload["author"]["id"] != self._world.bot.id:
            raise ApiError(
                HTTPStatus.FORBIDDEN, 50005, "Cannot edit a message authored by another user"
            )
        return message

    def _create_thread(self, call: Call) -> Reply:
        channel_id, message_id = call.parts
        message = self._world.message(message_id) if message_id else None
        thread = self._world.create_thread(
            self._world.channel(channel_id), call.body["name"], message
        )
        return Reply(HTTPStatus.CREATED, payloads.channel(thread))

    def _accept(self, _call: Call) -> Reply:
        return _NO_CONTENT
