"""Who may see which knowledge base: the operator's grants, and the rule that reads them.

A grant is the operator's alone (``footnote kb grant``): an administrator of one server must
not be able to open the threads of another (docs/decisions/0021).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.community.database import CommunityDatabase

_EVERYWHERE: Final = 0
"""What the table holds in the place of a server's or a channel's id; Discord has no id 0."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks."""

    guild_id: int | None
    """None in direct messages, and in servers that only the asker has the bot for."""
    channel_id: int | None = None
    parent_id: int | None = None
    """Of a thread or a forum's post: the channel that it stands in."""

    def is_in(self, channel_ids: Iterable[int]) -> bool:
        """Tell whether this is one of those channels, or a thread in one."""
        return not {self.channel_id, self.parent_id}.isdisjoint(channel_ids)


@dataclass(frozen=True, slots=True)
class Grant:
    """A knowledge base may be seen in a server, in one channel of it, or everywhere."""

    knowledge_base: str
    guild_id: int | None = None
    """None: in every server and in direct messages."""
    channel_id: int | None = None
    """None: in every channel of the server."""

    def covers(self, place: Place) -> bool:
        """Tell whether ``place`` lies in it."""
        if self.guild_id is None:
            return True
        if self.guild_id != place.guild_id:
            return False
        return self.channel_id is None or place.is_in([self.channel_id])


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that decides what may be seen.

    The default knowledge base may be seen wherever the bot is, as long as nothing was ever
    granted of it and ``is_strict`` is off; a last grant that is revoked does not open it again.
    """

    grants: frozenset[Grant]
    ever_granted: frozenset[str]
    """Knowledge bases that have, or once had, a grant."""
    default: str
    is_strict: bool = False

    def allows(self, knowledge_base: str, place: Place) -> bool:
        """Tell whether a knowledge base may be seen in a place."""
        is_open = knowledge_base == self.default and knowledge_base not in self.ever_granted
        if is_open and not self.is_strict:
            return True
        return any(
            grant.knowledge_base == knowledge_base and grant.covers(place) for grant in self.grants
        )

    def visible(self, names: Iterable[str], place: Place) -> tuple[str, ...]:
        """Return those knowledge bases that may be seen in a place, the default one first."""
        seen = [name for name in names if self.allows(name, place)]
        return tuple(sorted(seen, key=lambda name: (name != self.default, name)))


class GrantBook:
    """The grants, in the database; read anew each time, since the operator's command writes them.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    def __init__(
        self, database: CommunityDatabase, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def grant(self, grant: Grant) -> bool:
        """Record a grant; False if it stood already."""
        with self._database.transaction() as connection:
            changed = connection.execute(
                "INSERT INTO grants (kb, guild_id, channel_id, granted_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET granted_at = excluded.granted_at, revoked_at = NULL"
                " WHERE revoked_at IS NOT NULL",
                (*_key(grant), self._clock().isoformat()),
            )
            return changed.rowcount > 0

    def revoke(self, grant: Grant) -> bool:
        """Take a grant back; False if there is none.  It stays on record as revoked."""
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE grants SET revoked_at = ? WHERE kb = ? AND guild_id = ?"
                " AND channel_id = ? AND revoked_at IS NULL",
                (self._clock().isoformat(), *_key(grant)),
            )
            return changed.rowcount > 0

    def grants(self) -> tuple[Grant, ...]:
        """Return the grants that stand, by knowledge base, server and channel."""
        return tuple(grant for grant, is_standing in self._rows() if is_standing)

    def policy(self, default: str, *, is_strict: bool = False) -> Policy:
        """Return what may be seen now."""
        rows = self._rows()
        return Policy(
            grants=frozenset(grant for grant, is_standing in rows if is_standing),
            ever_granted=frozenset(grant.knowledge_base for grant, _ in rows),
            default=default,
            is_strict=is_strict,
        )

    def _rows(self) -> list[tuple[Grant, bool]]:
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT kb, guild_id, channel_id, revoked_at IS NULL FROM grants"
                " ORDER BY kb, guild_id, channel_id"
            ).fetchall()
        return [
            (Grant(kb, guild or None, channel or None), bool(on)) for kb, guild, channel, on in rows
        ]


def _key(grant: Grant) -> tuple[str, int, int]:
    return grant.knowledge_base, grant.guild_id or _EVERYWHERE, grant.channel_id or _EVERYWHERE
