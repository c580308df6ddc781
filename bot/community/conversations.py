"""Who talks with the bot in which thread, so that nobody has to mention it there again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from bot.community.database import CommunityDatabase


class Conversations:
    """Keeps the people of each conversation; survives a restart.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    name: Final = "conversations"

    def __init__(
        self, database: CommunityDatabase, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def join(self, thread_id: int, user_id: int, guild_id: int) -> None:
        """From now on, what this person writes in the thread is a question."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET joined_at = excluded.joined_at",
                (thread_id, user_id, guild_id, self._clock().isoformat()),
            )

    def takes_part(self, thread_id: int, user_id: int) -> bool:
        """Tell whether this person talks with the bot in this thread."""
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT 1 FROM conversations WHERE thread_id = ? AND user_id = ?",
                (thread_id, user_id),
            ).fetchone()
        return row is not None

    def forget_person(self, user_id: int) -> int:
        """Take one person out of all conversations."""
        return self._database.delete("conversations", "user_id = ?", user_id)

    def forget_guild(self, guild_id: int) -> int:
        """End all conversations in one server."""
        return self._database.delete("conversations", "guild_id = ?", guild_id)

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that something is kept of."""
        return self._database.guild_ids("conversations")

    def purge(self, before: datetime) -> int:
        """End conversations that nobody has joined since."""
        return self._database.delete(
            "conversations", "joined_at < ?", before.astimezone(UTC).isoformat()
        )
