"""The websocket side: sessions, heartbeats, RESUME with replay, and ways to lose a connection."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal, get_args

from aiohttp import WSMsgType, web

from tests.loopback import payloads
from tests.loopback.compression import STREAMS, Compress
from tests.loopback.errors import JsonObject
from tests.loopback.world import World

Drop = Literal["close", "abort", "reconnect", "invalid_resumable", "invalid"]


class Opcode(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseCode(IntEnum):
    GOING_AWAY = 1001
    UNKNOWN_ERROR = 4000
    AUTHENTICATION_FAILED = 4004
    DISALLOWED_INTENTS = 4014


class Intent(IntEnum):
    """Bit numbers of the intents that decide what the fake's events reach."""

    GUILDS = 0
    GUILD_MEMBERS = 1
    PRESENCES = 8
    GUILD_MESSAGES = 9
    DIRECT_MESSAGES = 12
    MESSAGE_CONTENT = 15


PRIVILEGED = frozenset({Intent.GUILD_MEMBERS, Intent.PRESENCES, Intent.MESSAGE_CONTENT})
_GUILD_EVENTS = (
    "GUILD_CREATE",
    "CHANNEL_CREATE",
    "CHANNEL_UPDATE",
    "THREAD_CREATE",
    "THREAD_UPDATE",
)
_BLANK_CONTENT: JsonObject = {"content": "", "embeds": [], "components": [], "attachments": []}


@dataclass(eq=False)
class Connection:
    """One websocket; everything it sends leaves through one queue, so in order."""

    socket: web.WebSocketResponse
    request: web.Request
    compress: Compress | None
    outgoing: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def send(self, opcode: Opcode, data: object = None) -> None:
        self.send_event({"op": int(opcode), "d": data, "s": None, "t": None})

    def send_event(self, event: JsonObject) -> None:
        self.outgoing.put_nowait(json.dumps(event))

    async def write_outgoing(self) -> None:
        """Write the queue to the wire until the peer is gone (or the task is cancelled)."""
        with contextlib.suppress(ConnectionError):
            while not self.socket.closed:
                text = await self.outgoing.get()
                if self.compress:
                    await self.socket.send_bytes(self.compress(text.encode()))
                else:
                    await self.socket.send_str(text)

    def abort(self) -> None:
        """Cut the TCP connection without a close frame."""
        if self.request.transport:
            self.request.transport.abort()


@dataclass(eq=False)
class Session:
    """What survives a connection: the numbered events, kept for a RESUME."""

    id: str
    intents: int
    connection: Connection | None
    events: list[JsonObject] = field(default_factory=list)
    resumable: bool = True

    def wants(self, intent: Intent) -> bool:
        return bool(self.intents >> intent & 1)

    def dispatch(self, name: str, data: JsonObject) -> None:
        event = {"op": int(Opcode.DISPATCH), "t": name, "s": len(self.events) + 1, "d": data}
        self.events.append(event)
        if self.connection:
            self.connection.send_event(event)

    def resume_on(self, connection: Connection, last_seen: int) -> None:
        """Replay what was missed; queued before anything that happens from now on."""
        for event in self.events[last_seen:]:
            connection.send_event(event)
        self.connection = connection
        self.dispatch("RESUMED", {"_trace": []})


class Gateway:
    """Accepts gateway connections for one bot and keeps its sessions.

    ``identifies``, ``resumes`` and ``heartbeats`` count what clients sent; ``compressions``
    lists what each connection asked for; ``approved_intents`` is the portal's setting.
    """

    def __init__(self, world: World, token: str, heartbeat_interval_seconds: float) -> None:
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.approved_intents: frozenset[int] = frozenset({Intent.MESSAGE_CONTENT})
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0
        self.compressions: list[str | None] = []
        self._world = world
        self._token = token
        self._heartbeat_interval_ms = round(heartbeat_interval_seconds * 1000)
        self._handlers: dict[int, Callable[[Connection, Any], CloseCode | None]] = {
            Opcode.HEARTBEAT: self._heartbeat,
            Opcode.IDENTIFY: self._identify,
            Opcode.RESUME: self._resume,
            Opcode.REQUEST_MEMBERS: self._request_members,
        }
        world.subscribe(self.dispatch)

    @property
    def connected_sessions(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.connection]

    @property
    def live_sessions(self) -> list[Session]:
        """Sessions that are connected or may still be resumed."""
        return [session for session in self.sessions.values() if session.resumable]

    def dispatch(self, name: str, data: JsonObject) -> None:
        """Send an event to every session whose intents cover it."""
        for session in self.live_sessions:
            if not _is_covered(session, name, data):
                continue
            blank = name.startswith("MESSAGE_") and self._content_is_hidden(session, data)
            session.dispatch(name, {**data, **_BLANK_CONTENT} if blank else data)

    def _content_is_hidden(self, session: Session, data: JsonObject) -> bool:
        """Without the message content intent, a bot reads only what concerns it."""
        if session.wants(Intent.MESSAGE_CONTENT) or "guild_id" not in data or "author" not in data:
            return False
        concerned = {data["author"]["id"], *(user["id"] for user in data["mentions"])}
        return self._world.bot.id not in concerned

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket until it ends (the aiohttp handler of the gateway URL)."""
        asked = request.query.get("compress")
        self.compressions.append(asked)
        # 4096 bytes is the limit that Discord sets for a client's payloads.
        socket = web.WebSocketResponse(max_msg_size=4096, compress=False)
        await socket.prepare(request)
        connection = Connection(socket, request, STREAMS[asked]() if asked else None)
        connection.send(Opcode.HELLO, {"heartbeat_interval": self._heartbeat_interval_ms})
        writer = asyncio.create_task(connection.write_outgoing())
        try:
            async for incoming in socket:
                if incoming.type is WSMsgType.TEXT:
                    await self._receive(connection, json.loads(incoming.data))
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._forget(connection)
        return socket

    async def _receive(self, connection: Connection, frame: JsonObject) -> None:
        handler = self._handlers.get(frame["op"])
        data: Any = frame.get("d")
        close_code = handler(connection, data) if handler else None
        if close_code:
            await connection.socket.close(code=close_code)

    def _heartbeat(self, connection: Connection, _last_seen: object) -> None:
        self.heartbeats += 1
        connection.send(Opcode.HEARTBEAT_ACK)

    def _identify(self, connection: Connection, data: JsonObject) -> CloseCode | None:
        self.identifies += 1
        if data["token"] != self._token:
            return CloseCode.AUTHENTICATION_FAILED
        if any(data["intents"] >> bit & 1 for bit in PRIVILEGED - self.approved_intents):
            return CloseCode.DISALLOWED_INTENTS
        session = Session(secrets.token_hex(16), data["intents"], connection)
        self.sessions[session.id] = session
        session.dispatch("READY", self._ready(session, data.get("shard", [0, 1])))
        for guild in self._world.guilds.values():
            session.dispatch("GUILD_CREATE", self._world.guild_payload(guild))
        return None

    def _resume(self, connection: Connection, data: JsonObject) -> None:
        self.resumes += 1
        session = self.sessions.get(data["session_id"])
        if session and session.resumable and data["token"] == self._token:
            session.resume_on(connection, data["seq"])
        else:
            connection.send(Opcode.INVALID_SESSION, data=False)

    def _request_members(self, connection: Connection, data: JsonObject) -> None:
        guild = self._world.guilds[str(data["guild_id"])]
        asked = {str(user_id) for user_id in data.get("user_ids") or guild.member_ids}
        chunk = {
            "guild_id": guild.id,
            "members": [
                payloads.member(self._world.users[member_id], self._world.clock.timestamp())
                for member_id in guild.member_ids
                if member_id in asked
            ],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
            "nonce": data.get("nonce"),
        }
        for session in self.connected_sessions:
            if session.connection is connection:
                session.dispatch("GUILD_MEMBERS_CHUNK", chunk)

    def _ready(self, session: Session, shard: list[int]) -> JsonObject:
        bot = self._world.bot
        return {
            "v": 10,
            "user": payloads.current_user(bot),
            "guilds": [{"id": guild_id, "unavailable": True} for guild_id in self._world.guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": bot.id, "flags": 1 << 19},
            "shard": shard,
            "_trace": [],
        }

    def _forget(self, connection: Connection) -> None:
        for session in self.sessions.values():
            if session.connection is connection:
                session.connection = None

    async def drop(self, how: Drop) -> None:
        """Interrupt every connection.

        Args:
            how: ``close`` (close frame 4000), ``abort`` (TCP cut), ``reconnect`` (opcode 7),
                ``invalid_resumable`` (opcode 9, true) or ``invalid`` (opcode 9, false, and the
                session is gone).
        """
        if how not in get_args(Drop):
            raise ValueError(f"unknown way to drop a connection: {how}")
        for session in self.connected_sessions:
            connection = session.connection
            if connection:
                session.resumable = how != "invalid"
                await _interrupt(session, connection, how)

    async def close(self) -> None:
        """End all connections, as a server that shuts down does."""
        for session in self.connected_sessions:
            if session.connection:
                await session.connection.socket.close(code=CloseCode.GOING_AWAY)


async def _interrupt(session: Session, connection: Connection, how: Drop) -> None:
    if how in {"close", "abort"}:
        # From here on events only go to the replay buffer.
        session.connection = None
    if how == "close":
        await connection.socket.close(code=CloseCode.UNKNOWN_ERROR)
    elif how == "abort":
        connection.abort()
    elif how == "reconnect":
        connection.send(Opcode.RECONNECT)
    else:
        connection.send(Opcode.INVALID_SESSION, data=how == "invalid_resumable")


def _is_covered(session: Session, name: str, data: JsonObject) -> bool:
    if name in _GUILD_EVENTS:
        return session.wants(Intent.GUILDS)
    if name.startswith("MESSAGE_"):
        in_guild = "guild_id" in data
        return session.wants(Intent.GUILD_MESSAGES if in_guild else Intent.DIRECT_MESSAGES)
    return True
