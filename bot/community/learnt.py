"""Which channels the bot reads itself, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.community.database import CommunityDatabase

_COLUMNS: Final = "channel_id, guild_id, is_paused, retention_days, consent_role, announced_at"


@dataclass(frozen=True, slots=True)
class LearntChannel:
    """A channel, a forum or a category that is read, with the threads and channels in it."""

    channel_id: int
    guild_id: int
    is_paused: bool = False
    """Whether nothing new is read for now; what was read stays."""
    retention_days: int | None = None
    """Older messages are taken out again; None: none are."""
    consent_role: int | None = None
    """Only members with this role are read; None: everybody who has not opted out."""
    announced_at: str | None = None
    """When its members were told that it is read."""


class LearntBook:
    """The channels, in the database; read anew each time, since the terminal writes them too.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    def __init__(
        self, database: CommunityDatabase, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> tuple[LearntChannel, ...]:
        """Return what is read, by server and channel."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM learnt_channels ORDER BY guild_id, channel_id"  # noqa: S608 - ours
            ).fetchall()
        return tuple(
            LearntChannel(channel, guild, bool(paused), days, role, announced)
            for channel, guild, paused, days, role, announced in rows
        )

    def of(self, guild_id: int) -> tuple[LearntChannel, ...]:
        """Return what is read of a server."""
        return tuple(one for one in self.all() if one.guild_id == guild_id)

    def find(self, channel_id: int) -> LearntChannel | None:
        """Return how one channel is read; None where it is not."""
        return next((one for one in self.all() if one.channel_id == channel_id), None)

    def add(self, guild_id: int, channel_ids: Collection[int]) -> tuple[LearntChannel, ...]:
        """Begin to read channels; return those that were not read before."""
        known = {one.channel_id for one in self.all()}
        added = tuple(LearntChannel(id_, guild_id) for id_ in channel_ids if id_ not in known)
        for one in added:
            self.save(one)
        return added

    def save(self, channel: LearntChannel) -> None:
        """Keep how a channel is read."""
        with self._database.transaction() as connection:
            connection.execute(
                f"INSERT INTO learnt_channels ({_COLUMNS}, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - ours
                " ON CONFLICT DO UPDATE SET is_paused = excluded.is_paused,"
                " retention_days = excluded.retention_days, consent_role = excluded.consent_role,"
                " announced_at = excluded.announced_at",
                (
                    *(channel.channel_id, channel.guild_id, int(channel.is_paused)),
                    *(channel.retention_days, channel.consent_role, channel.announced_at),
                    self._clock().isoformat(),
                ),
            )

    def announced(self, channel: LearntChannel) -> LearntChannel:
        """Remember that a channel's members were told."""
        told = replace(channel, announced_at=self._clock().isoformat())
        self.save(told)
        return told

    def remove(self, channel_id: int) -> bool:
        """Read a channel no more; False if it was not read."""
        return bool(self._database.delete("learnt_channels", "channel_id = ?", channel_id))

    def forget_guild(self, guild_id: int) -> int:
        """Read nothing of a server any more; return how many channels that were."""
        return self._database.delete("learnt_channels", "guild_id = ?", guild_id)
