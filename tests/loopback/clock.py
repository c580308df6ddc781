"""The server's own clock, which a test may move, and the snowflakes made from it."""

import itertools
import time
from datetime import UTC, datetime

# The first second of 2015: where snowflake timestamps start (Discord API reference).
DISCORD_EPOCH_MS = 1_420_070_400_000
SNOWFLAKE_TIMESTAMP_SHIFT = 22


class ServerClock:
    """Wall time plus ``skew_seconds``: deadlines pass without anybody sleeping."""

    def __init__(self) -> None:
        self.skew_seconds = 0.0
        self._counter = itertools.count()

    def now(self) -> float:
        """Seconds since the Unix epoch, as the server sees them."""
        return time.time() + self.skew_seconds

    def timestamp(self) -> str:
        """The time as ISO 8601 with an offset."""
        return datetime.fromtimestamp(self.now(), UTC).isoformat()

    def snowflake(self) -> str:
        """A new id that carries its creation time, as discord.py reads it back."""
        milliseconds = int(self.now() * 1000) - DISCORD_EPOCH_MS
        serial = next(self._counter) % (1 << SNOWFLAKE_TIMESTAMP_SHIFT)
        return str((milliseconds << SNOWFLAKE_TIMESTAMP_SHIFT) | serial)
