"""The operator's grants, as they are kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from bot.access.rules import Grant, Policy
from bot.community.database import CommunityDatabase

_ANY: Final = 0
"""What the table holds in the place of an id that a grant does not name; Discord has no id 0."""
_KEY: Final = "kb = ? AND guild_id = ? AND channel_id = ? AND user_id = ?"
_log = logging.getLogger(__name__)


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
        self._has_complained = False

    def grant(self, grant: Grant) -> bool:
        """Record a grant; False if it stood already.

        One that lets people add is also one to see; to grant only that afterwards takes
        nothing back.
        """
        with self._database.transaction() as connection:
            changed = connection.execute(
                "INSERT INTO grants (kb, guild_id, channel_id, user_id, may_add, granted_at)"
                " VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET granted_at = excluded.granted_at, revoked_at = NULL,"
                " may_add = excluded.may_add"
                " WHERE revoked_at IS NOT NULL OR excluded.may_add > may_add",
                (*_key(grant), int(grant.may_add), self._clock().isoformat()),
            )
            return changed.rowcount > 0

    def revoke(self, grant: Grant) -> bool:
        """Take a grant back; False if there is none.  It stays on record as revoked.

        One that lets people add is taken back as far as that: they may still see.
        """
        change = "may_add = 0" if grant.may_add else "revoked_at = ?, may_add = 0"
        condition = f"{_KEY} AND revoked_at IS NULL" + (" AND may_add = 1" * grant.may_add)
        now = () if grant.may_add else (self._clock().isoformat(),)
        with self._database.transaction() as connection:
            changed = connection.execute(
                f"UPDATE grants SET {change} WHERE {condition}",  # noqa: S608 - ours
                (*now, *_key(grant)),
            )
            return changed.rowcount > 0

    def grants(self) -> tuple[Grant, ...]:
        """Return the grants that stand, by knowledge base, server, channel and person."""
        return tuple(grant for grant, is_standing in self._rows() if is_standing)

    def were_given(self, knowledge_base: str | None = None) -> bool:
        """Tell whether anything was ever granted, of one knowledge base or of any."""
        return any(knowledge_base in {None, grant.knowledge_base} for grant, _ in self._rows())

    def policy(self, default: str, *, only_guild: int | None = None) -> Policy:
        """Return who may do what now; nobody anything where the file of the grants is lost."""
        if not self._database.is_in_its_place():
            if not self._has_complained:
                self._has_complained = True
                _log.error(
                    "%s was removed or replaced, and the grants with it: nothing is shown until "
                    "the bot is started again",
                    self._database.path,
                )
            return Policy(frozenset(), default, only_guild)
        return Policy(frozenset(self.grants()), default, only_guild)

    def _rows(self) -> list[tuple[Grant, bool]]:
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT kb, guild_id, channel_id, user_id, may_add, revoked_at IS NULL FROM grants"
                " ORDER BY kb, guild_id, channel_id, user_id"
            ).fetchall()
        return [
            (Grant(kb, guild or None, channel or None, user or None, bool(may_add)), bool(stands))
            for kb, guild, channel, user, may_add, stands in rows
        ]


def _key(grant: Grant) -> tuple[str, int, int, int]:
    ids = grant.guild_id or _ANY, grant.channel_id or _ANY, grant.user_id or _ANY
    return (grant.knowledge_base, *ids)
