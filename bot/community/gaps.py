"""Questions that the threads did not answer well, as the staff of a server may see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.community.database import CommunityDatabase

MOST_LOOKED_AT: Final = 300
"""The newest: more would take seconds to compare."""
WEEK: Final = timedelta(days=7)
# What was asked privately is its asker's alone, unless they asked to be told of an answer.
_MISSED: Final = """
SELECT question, max(at) AS at, min(id) AS id FROM (
    SELECT question, shown_at AS at, id FROM shown_answers
     WHERE guild_id = :guild AND kb = :kb AND shown_at >= :since AND NOT is_private
       AND (answer ->> 'outcome' <> 'answered'
            OR id IN (SELECT answer_id FROM feedback WHERE verdict <> 'good'))
    UNION ALL
    SELECT question, asked_at, 'u' || id FROM unanswered
     WHERE guild_id = :guild AND kb = :kb AND asked_at >= :since
) GROUP BY question, id ORDER BY at DESC LIMIT :limit
"""
_QUESTION: Final = """
SELECT question FROM shown_answers
 WHERE guild_id = :guild AND kb = :kb AND id = :id AND NOT is_private
 UNION ALL
SELECT question FROM unanswered WHERE guild_id = :guild AND kb = :kb AND 'u' || id = :id
"""


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that was not answered, or whose answer was voted down."""

    id: str
    question: str
    at: datetime


class Gaps:
    """Finds them, and remembers which staff were told of them and which persons were asked.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    name: Final = "gaps"

    def __init__(
        self, database: CommunityDatabase, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def missed(
        self, guild_id: int, knowledge_base: str, since: datetime | None = None
    ) -> tuple[Missed, ...]:
        """Return what was asked in a server and not answered, or badly, the newest first."""
        values = {
            "guild": guild_id,
            "kb": knowledge_base,
            "since": since.astimezone(UTC).isoformat() if since else "",
            "limit": MOST_LOOKED_AT,
        }
        with self._database.transaction() as connection:
            rows = connection.execute(_MISSED, values).fetchall()
        return tuple(Missed(id_, text, datetime.fromisoformat(at)) for text, at, id_ in rows)

    def question(self, guild_id: int, knowledge_base: str, missed_id: str) -> str | None:
        """Return one of those questions; None where it is there no more."""
        values = {"guild": guild_id, "kb": knowledge_base, "id": missed_id}
        with self._database.transaction() as connection:
            row = connection.execute(_QUESTION, values).fetchone()
        return None if row is None else str(row[0])

    def pass_on(self, answer_id: str, guild_id: int) -> bool:
        """Note that a question was passed on to staff; False where it was before."""
        at = self._clock().isoformat()
        return self._database.insert_once("passed_on", answer_id, guild_id, at)

    def not_passed_on(self, answer_id: str) -> None:
        """Let a question be passed on again: it did not get through."""
        self._database.delete("passed_on", "answer_id = ?", answer_id)

    def digest_since(self, guild_id: int) -> datetime | None:
        """Return when a server's staff were told last; None while a week has not passed since."""
        now = self._clock()
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT told_at FROM gap_digests WHERE guild_id = ?", (guild_id,)
            ).fetchone()
        if row is None:
            self.digest_told(guild_id)  # the first week begins now
            return None
        told_at = datetime.fromisoformat(row[0])
        return told_at if now - told_at >= WEEK else None

    def digest_told(self, guild_id: int) -> None:
        """Note that a server's staff were told just now."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO gap_digests VALUES (?, ?)",
                (guild_id, self._clock().isoformat()),
            )

    def forget_person(self, user_id: int) -> int:  # noqa: ARG002 - as every memory has it
        """Nothing here says who asked."""
        return 0

    def forget_guild(self, guild_id: int) -> int:
        """Delete what is noted of a server."""
        passed = self._database.delete("passed_on", "guild_id = ?", guild_id)
        return passed + self._database.delete("gap_digests", "guild_id = ?", guild_id)

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that something is noted of."""
        return self._database.guild_ids("passed_on") | self._database.guild_ids("gap_digests")

    def purge(self, before: datetime) -> int:
        """Delete what is older, but not when staff were told last."""
        at = before.astimezone(UTC).isoformat()
        return self._database.delete("passed_on", "passed_at < ?", at)
