"""Up to when people have been told what is new, so that a restart neither repeats nor skips."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.community.database import CommunityDatabase


class Told:
    """One time for each knowledge base, in the database.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    def __init__(self, database: CommunityDatabase) -> None:
        self._database = database

    def until(self, knowledge_base: str) -> datetime | None:
        """Return the state that was told last, None before the first."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT at FROM told WHERE kb = ?", (knowledge_base,)
            ).fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    def set(self, knowledge_base: str, at: datetime) -> None:
        """Record the state that is told now."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO told VALUES (?, ?)",
                (knowledge_base, at.astimezone(UTC).isoformat(timespec="microseconds")),
            )
