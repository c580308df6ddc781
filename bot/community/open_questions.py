"""Posts and messages that are questions though nobody was addressed: each is answered once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from bot.community.database import CommunityDatabase


class OpenQuestions:
    """Remembers which of them the bot has answered, a draft of staff included.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    name: Final = "open_questions"

    def __init__(
        self, database: CommunityDatabase, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def claim(self, message_id: int, guild_id: int) -> bool:
        """Note that a question is answered now; False where it was before."""
        at = self._clock().isoformat()
        return self._database.insert_once("open_questions", message_id, guild_id, at)

    def forget_person(self, user_id: int) -> int:  # noqa: ARG002 - as every memory has it
        """Nothing here says who asked."""
        return 0

    def forget_guild(self, guild_id: int) -> int:
        """Delete what is noted of a server."""
        return self._database.delete("open_questions", "guild_id = ?", guild_id)

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that something is noted of."""
        return self._database.guild_ids("open_questions")

    def purge(self, before: datetime) -> int:
        """Delete what is older: by then nobody waits for an answer."""
        at = before.astimezone(UTC).isoformat()
        return self._database.delete("open_questions", "answered_at < ?", at)
