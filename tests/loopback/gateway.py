"""The websocket side: heartbeats, RESUME with replay, and ways to lose a connection."""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

from aiohttp import WSMsgType, web

from tests.loopback import payloads
from tests.loopback.compression import STREAMS
from tests.loopback.errors import JsonObject
from tests.loopback.payloads import Guild
from tests.loopback.sessions import PRIVILEGED, CloseCode, Connection, Intent, Opcode, Session
from tests.loopback.world import World

Drop = Literal["close", "abort", "reconnect", "invalid_resumable", "invalid"]


# After these, a session cannot be resumed (gateway close event codes in Discord's reference);
# a client that closes with one of the first two ends its session itself.
_CLIENT_ENDS = frozenset({CloseCode.NORMAL, CloseCode.GOING_AWAY})
_SERVER_ENDS = frozenset({CloseCode.INVALID_SEQUENCE, CloseCode.SESSION_TIMED_OUT})
_GUILD_EVENTS = (
    "GUILD_CREATE",
    "GUILD_DELETE",
    "GUILD_ROLE_CREATE",
    "GUILD_ROLE_UPDATE",
    "GUILD_ROLE_DELETE",
    "CHANNEL_CREATE",
    "CHANNEL_UPDATE",
    "CHANNEL_DELETE",
    "THREAD_CREATE",
    "THREAD_UPDATE",
    "THREAD_DELETE",
)
_BLANK_CONTENT: JsonObject = {"content": "", "embeds": [], "components": [], "attachments": []}


class Gateway:
    """Accepts gateway connections for one bot and keeps its sessions.

    ``identifies``, ``resumes`` and ``heartbeats`` count what clients sent; ``compressions``
    lists what each connection asked for; ``approved_intents`` is the portal's setting.
    ``acknowledges_heartbeats`` set to False makes a connection look dead to its client;
    ``refused_handshakes`` counts down connections that are answered 503.
    """

    def __init__(self, world: World, token: str, heartbeat_interval_seconds: float) -> None:
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.approved_intents: frozenset[int] = frozenset({Intent.MESSAGE_CONTENT})
        self.acknowledges_heartbeats = True
        self.refused_handshakes = 0
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
        if not self._bot_hears(name, data):
            return
        for session in self.live_sessions:
            if not _is_covered(session, name, data):
                continue
            blank = name.startswith("MESSAGE_") and self._content_is_hidden(session, data)
            session.dispatch(name, {**data, **_BLANK_CONTENT} if blank else data)

    def _bot_hears(self, name: str, data: JsonObject) -> bool:
        """Whether the bot is in the guild, and sees the channel, of a message event."""
        channel = self._world.channels.get(data.get("channel_id", ""))
        if not name.startswith("MESSAGE_") or channel is None:
            return True
        return self._world.bot_sees(channel)

    def _content_is_hidden(self, session: Session, data: JsonObject) -> bool:
        """Without the message content intent, a bot reads only what concerns it."""
        if session.wants(Intent.MESSAGE_CONTENT) or "guild_id" not in data or "author" not in data:
            return False
        concerned = {data["author"]["id"], *(user["id"] for user in data["mentions"])}
        return self._world.bot.id not in concerned

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket until it ends (the aiohttp handler of the gateway URL)."""
        if self.refused_handshakes:
            self.refused_handshakes -= 1
            raise web.HTTPServiceUnavailable
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
            self._forget(connection, is_final=socket.close_code in _CLIENT_ENDS)
        return socket

    async def _receive(self, connection: Connection, frame: JsonObject) -> None:
        handler = self._handlers.get(frame["op"])
        data: Any = frame.get("d")
        close_code = handler(connection, data) if handler else None
        if close_code:
            await connection.socket.close(code=close_code)

    def _heartbeat(self, connection: Connection, _last_seen: object) -> None:
        self.heartbeats += 1
        if self.acknowledges_heartbeats:
            connection.send(Opcode.HEARTBEAT_ACK)

    def _identify(self, connection: Connection, data: JsonObject) -> CloseCode | None:
        self.identifies += 1
        if data["token"] != self._token:
            return CloseCode.AUTHENTICATION_FAILED
        if any(data["intents"] >> bit & 1 for bit in PRIVILEGED - self.approved_intents):
            return CloseCode.DISALLOWED_INTENTS
        number, count = data.get("shard") or (0, 1)
        session = Session(secrets.token_hex(16), data["intents"], connection, (number, count))
        self._supersede(session)
        self.sessions[session.id] = session
        guilds = [
            guild
            for guild in self._world.guilds.values()
            if self._world.has_bot(guild.id) and session.has_guild(guild.id)
        ]
        session.dispatch("READY", self._ready(session, guilds))
        for guild in guilds:
            session.dispatch("GUILD_CREATE", self._world.guild_payload(guild))
        return None

    def _supersede(self, session: Session) -> None:
        """Drop what a client that is gone left behind: nobody will resume it.

        discord.py often closes with 4000 where it means 1000, so the close code does not tell.
        """
        for other in self.live_sessions:
            if other.shard == session.shard and other.connection is None:
                other.resumable = False

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

    def _ready(self, session: Session, guilds: Sequence[Guild]) -> JsonObject:
        bot = self._world.bot
        return {
            "v": 10,
            "user": payloads.current_user(bot),
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": bot.id, "flags": 1 << 19},
            "shard": list(session.shard),
            "_trace": [],
        }

    def _forget(self, connection: Connection, *, is_final: bool) -> None:
        for session in self.sessions.values():
            if session.connection is connection:
                session.connection = None
                session.resumable = session.resumable and not is_final

    def ask_for_heartbeats(self) -> None:
        """Send opcode 1, which clients answer with a heartbeat at once."""
        for session in self.connected_sessions:
            if session.connection:
                session.connection.send(Opcode.HEARTBEAT)

    async def drop(self, how: Drop, close_code: int = CloseCode.UNKNOWN_ERROR) -> None:
        """Interrupt every connection.

        Args:
            how: ``close`` (a close frame), ``abort`` (TCP cut), ``reconnect`` (opcode 7),
                ``invalid_resumable`` (opcode 9, true) or ``invalid`` (opcode 9, false, and the
                session is gone).
            close_code: for ``close``; 4007 and 4009 end the session as well.
        """
        if how not in get_args(Drop):
            raise ValueError(f"unknown way to drop a connection: {how}")
        for session in self.connected_sessions:
            connection = session.connection
            if connection:
                is_gone = how == "invalid" or (how == "close" and close_code in _SERVER_ENDS)
                session.resumable = not is_gone
                await _interrupt(session, connection, how, close_code)

    def forget_the_past(self) -> None:
        """Drop the events that clients have received."""
        for session in self.sessions.values():
            session.forgotten += len(session.events)
            session.events.clear()

    async def close(self) -> None:
        """End all connections, as a server that shuts down does."""
        for session in self.connected_sessions:
            if session.connection:
                await session.connection.socket.close(code=CloseCode.GOING_AWAY)


async def _interrupt(session: Session, connection: Connection, how: Drop, close_code: int) -> None:
    if how in {"close", "abort"}:
        # From here on events only go to the replay buffer.
        session.connection = None
    if how == "close":
        await connection.socket.close(code=close_code)
    elif how == "abort":
        connection.abort()
    elif how == "reconnect":
        connection.send(Opcode.RECONNECT)
    else:
        connection.send(Opcode.INVALID_SESSION, data=how == "invalid_resumable")


def _is_covered(session: Session, name: str, data: JsonObject) -> bool:
    of_guild = data["id"] if name in {"GUILD_CREATE", "GUILD_DELETE"} else data.get("guild_id")
    if not session.has_guild(of_guild):
        return False
    if name in _GUILD_EVENTS:
        return session.wants(Intent.GUILDS)
    if name.startswith("MESSAGE_"):
        in_guild = "guild_id" in data
        return session.wants(Intent.GUILD_MESSAGES if in_guild else Intent.DIRECT_MESSAGES)
    return True
