"""Questions that wait for threads that answer them.

One is kept only when who asked says so, by a button under an answer that was none; it goes
when it is answered, when its time is over, or when its person or server is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.community.database import CommunityDatabase

MOST_PER_PERSON: Final = 20
"""The oldest makes room for one more."""


@dataclass(frozen=True, slots=True)
class WaitingQuestion:
    """A question, who asked it and where."""

    user_id: int
    guild_id: int | None
    """None: in a direct message."""
    channel_id: int
    knowledge_base: str
    question: str
    locale: str | None = None
    asked_at: datetime | None = None
    """Set when it is kept."""
    id: int = 0


class UnansweredQuestions:
    """The questions that wait, in the database.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    name: Final = "unanswered"

    def __init__(self, database: CommunityDatabase) -> None:
        self._database = database

    def keep(self, question: WaitingQuestion, now: datetime | None = None) -> None:
        """Let a question wait; the same one of the same person in the same place waits once."""
        asked_at = (question.asked_at or now or datetime.now(UTC)).astimezone(UTC).isoformat()
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO unanswered"
                " (user_id, guild_id, channel_id, kb, question, locale, asked_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(question.user_id, question.guild_id, question.channel_id),
                    *(question.knowledge_base, question.question, question.locale, asked_at),
                ),
            )
            connection.execute(
                "DELETE FROM unanswered WHERE user_id = ? AND id NOT IN"
                " (SELECT id FROM unanswered WHERE user_id = ? ORDER BY asked_at DESC LIMIT ?)",
                (question.user_id, question.user_id, MOST_PER_PERSON),
            )

    def waiting(self, knowledge_base: str, limit: int) -> tuple[WaitingQuestion, ...]:
        """Return up to ``limit`` questions to one knowledge base, the oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT user_id, guild_id, channel_id, kb, question, locale, asked_at, id"
                " FROM unanswered WHERE kb = ? ORDER BY asked_at LIMIT ?",
                (knowledge_base, limit),
            ).fetchall()
        return tuple(
            WaitingQuestion(
                user_id=user_id,
                guild_id=guild_id,
                channel_id=channel_id,
                knowledge_base=kb,
                question=question,
                locale=locale,
                asked_at=datetime.fromisoformat(asked_at),
                id=id_,
            )
            for user_id, guild_id, channel_id, kb, question, locale, asked_at, id_ in rows
        )

    def done(self, question: WaitingQuestion) -> None:
        """Let a question wait no longer."""
        self._database.delete("unanswered", "id = ?", question.id)

    def forget_person(self, user_id: int) -> int:
        """Delete a person's questions; return how many they were."""
        return self._database.delete("unanswered", "user_id = ?", user_id)

    def forget_guild(self, guild_id: int) -> int:
        """Delete a server's questions; return how many they were."""
        return self._database.delete("unanswered", "guild_id = ?", guild_id)

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that something is kept of."""
        return self._database.guild_ids("unanswered")

    def purge(self, before: datetime) -> int:
        """Delete the questions that were asked earlier; return how many they were."""
        return self._database.delete(
            "unanswered", "asked_at < ?", before.astimezone(UTC).isoformat()
        )
