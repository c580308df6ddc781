"""How often people may ask: token buckets (Turner 1986, "New directions in communications").

They are in memory only.  A restart fills them, and nothing about who asked when is kept.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DAY_SECONDS: Final = 86_400.0
_PRUNE_ABOVE: Final = 10_000
"""With so many buckets the full ones are dropped; a full one is like none."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many tokens at most, and the time in which an empty bucket is full again."""

    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was left at a time; every step is a pure function."""

    tokens: float
    at: float
    """Seconds on a monotonic clock."""

    def left(self, rate: Rate, now: float) -> float:
        """Return how many tokens there are now."""
        refilled = self.tokens + max(now - self.at, 0.0) * rate.tokens / rate.seconds
        return min(refilled, float(rate.tokens))

    def wait_seconds(self, rate: Rate, now: float) -> float:
        """Return how long until one token is there; 0 if it is."""
        missing = 1.0 - self.left(rate, now)
        return max(missing, 0.0) * rate.seconds / rate.tokens

    def take(self, rate: Rate, now: float) -> Bucket:
        """Return the bucket with one token less, which must be there."""
        return Bucket(self.left(rate, now) - 1.0, now)


class Limit(StrEnum):
    """Which limit somebody has come to."""

    PACE = "pace"
    PERSON_DAY = "person_day"
    GUILD_DAY = "guild_day"


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that is used up, and for how long yet."""

    limit: Limit
    wait_seconds: int


class Limits:
    """Counts questions against the limits of a person and of a server.

    Args:
        rates: The rate of each limit; one that is left out does not apply.
        clock: Monotonic seconds.
    """

    def __init__(
        self, rates: Mapping[Limit, Rate], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._buckets: dict[tuple[Limit, Hashable], Bucket] = {}

    def take(self, user_id: int, guild_id: int | None) -> Excess | None:
        """Count one question; or count nothing, and return the limit that has longest to wait."""
        now = self._clock()
        keys = self._keys(user_id, guild_id)
        waits = {key: self._bucket(key, now).wait_seconds(self._rates[key[0]], now) for key in keys}
        slowest = max(keys, key=waits.__getitem__, default=None)
        if slowest is not None and waits[slowest] > 0:
            return Excess(slowest[0], math.ceil(waits[slowest]))
        for key in keys:
            self._buckets[key] = self._bucket(key, now).take(self._rates[key[0]], now)
        self._prune(now)
        return None

    def left(self, user_id: int, guild_id: int | None) -> dict[Limit, int]:
        """Return how many questions each limit leaves now."""
        now = self._clock()
        return {
            key[0]: int(self._bucket(key, now).left(self._rates[key[0]], now))
            for key in self._keys(user_id, guild_id)
        }

    def _keys(self, user_id: int, guild_id: int | None) -> list[tuple[Limit, Hashable]]:
        who = {Limit.PACE: user_id, Limit.PERSON_DAY: user_id, Limit.GUILD_DAY: guild_id}
        return [(limit, who[limit]) for limit in self._rates if who[limit] is not None]

    def _bucket(self, key: tuple[Limit, Hashable], now: float) -> Bucket:
        return self._buckets.get(key) or Bucket(float(self._rates[key[0]].tokens), now)

    def _prune(self, now: float) -> None:
        if len(self._buckets) > _PRUNE_ABOVE:
            self._buckets = {
                key: bucket
                for key, bucket in self._buckets.items()
                if bucket.left(self._rates[key[0]], now) < self._rates[key[0]].tokens
            }
