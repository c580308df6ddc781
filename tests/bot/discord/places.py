"""Where people ask."""

from __future__ import annotations

from dataclasses import dataclass

from tests.loopback.payloads import Channel, Guild, User


@dataclass
class Place:
    """A server with one channel and one member."""

    guild: Guild
    channel: Channel
    ada: User
