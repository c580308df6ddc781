"""What a gateway connection is, and the session that survives it."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from enum import IntEnum

from aiohttp import web

from tests.loopback.clock import SNOWFLAKE_TIMESTAMP_SHIFT
from tests.loopback.compression import Compress
from tests.loopback.errors import JsonObject


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
    NORMAL = 1000
    GOING_AWAY = 1001
    UNKNOWN_ERROR = 4000
    AUTHENTICATION_FAILED = 4004
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009
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
    shard: tuple[int, int] = (0, 1)
    events: list[JsonObject] = field(default_factory=list)
    resumable: bool = True
    forgotten: int = 0
    """Events that are no longer kept for a RESUME."""

    def has_guild(self, guild_id: str | None) -> bool:
        """Whether this shard serves a guild; private channels belong to the first."""
        number, count = self.shard
        return (int(guild_id or 0) >> SNOWFLAKE_TIMESTAMP_SHIFT) % count == number

    def wants(self, intent: Intent) -> bool:
        return bool(self.intents >> intent & 1)

    def dispatch(self, name: str, data: JsonObject) -> None:
        event = {
            "op": int(Opcode.DISPATCH),
            "t": name,
            "s": self.forgotten + len(self.events) + 1,
            "d": data,
        }
        self.events.append(event)
        if self.connection:
            self.connection.send_event(event)

    def resume_on(self, connection: Connection, last_seen: int) -> None:
        """Replay what was missed; queued before anything that happens from now on."""
        for event in self.events[max(0, last_seen - self.forgotten) :]:
            connection.send_event(event)
        self.connection = connection
        self.dispatch("RESUMED", {"_trace": []})
