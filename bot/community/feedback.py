"""What people think of the answers that they were shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from bot.community.database import CommunityDatabase

_COLUMNS: Final = "answer_id, user_id, guild_id, verdict, reason, question, given_at"
_VOTES: Final = """
SELECT passage_id, sum(vote) FROM (
    SELECT p.passage_id, f.user_id, CASE f.verdict WHEN ? THEN 1 ELSE -1 END AS vote,
           max(f.given_at)
      FROM feedback f
      JOIN shown_answers a ON a.id = f.answer_id AND a.answer ->> 'outcome' = 'answered'
      JOIN shown_passages p ON p.answer_id = f.answer_id AND p.kb = ?
     GROUP BY p.passage_id, f.user_id
) GROUP BY passage_id
"""
_NOWHERE: Final = 0
"""What the table holds for a server in direct messages; Discord has no id 0."""


class Rating(StrEnum):
    """What somebody says of an answer."""

    GOOD = "good"
    WRONG = "wrong"
    NOT_SUPPORTED = "not_supported"
    OUTDATED = "outdated"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's last word on one answer."""

    answer_id: str
    user_id: int
    guild_id: int | None
    verdict: Rating
    reason: str
    """In the person's own words; may be empty."""
    question: str
    given_at: datetime


class FeedbackBook:
    """Keeps one verdict a person and answer; a later one takes its place.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    name: Final = "feedback"

    def __init__(
        self, database: CommunityDatabase, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def record(
        self,
        answer_id: str,
        *,
        user_id: int,
        guild_id: int | None,
        verdict: Rating,
        question: str,
        reason: str = "",
    ) -> Feedback:
        """Keep a verdict in the place of this person's earlier one on this answer."""
        feedback = Feedback(answer_id, user_id, guild_id, verdict, reason, question, self._clock())
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(answer_id, user_id, guild_id or _NOWHERE, verdict.value),
                    *(reason, question, feedback.given_at.isoformat()),
                ),
            )
        return feedback

    def on(self, answer_id: str) -> tuple[Feedback, ...]:
        """Return what people said of one answer, oldest first."""
        return self._select("answer_id = ?", answer_id)

    def of_guild(self, guild_id: int) -> tuple[Feedback, ...]:
        """Return what people said in one server, oldest first."""
        return self._select("guild_id = ?", guild_id)

    def tally(self, guild_id: int) -> Mapping[Rating, int]:
        """Return how often each verdict was given in one server."""
        return Counter(feedback.verdict for feedback in self.of_guild(guild_id))

    def votes(self, knowledge_base: str) -> Mapping[str, int]:
        """Return of the passages of answers that people judged: those for less those against.

        Each person has one vote a passage, the last one; only of what answered, not of what came
        closest.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(_VOTES, (Rating.GOOD.value, knowledge_base)).fetchall()
        return dict(rows)

    def forget_person(self, user_id: int) -> int:
        """Delete what one person said."""
        return self._database.delete("feedback", "user_id = ?", user_id)

    def forget_guild(self, guild_id: int) -> int:
        """Delete what was said in one server."""
        return self._database.delete("feedback", "guild_id = ?", guild_id)

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that something is kept of."""
        return self._database.guild_ids("feedback")

    def purge(self, before: datetime) -> int:
        """Delete what is older."""
        return self._database.delete("feedback", "given_at < ?", before.astimezone(UTC).isoformat())

    def _select(self, condition: str, value: str | int) -> tuple[Feedback, ...]:
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM feedback WHERE {condition} ORDER BY given_at",  # noqa: S608 - ours
                (value,),
            ).fetchall()
        return tuple(
            Feedback(
                *(answer, user, guild or None, Rating(verdict)),
                *(reason, question, datetime.fromisoformat(at)),
            )
            for answer, user, guild, verdict, reason, question, at in rows
        )
