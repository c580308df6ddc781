"""The answers that were shown, so that the buttons under them work after a restart."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from bot.community.access import Place
from bot.community.database import CommunityDatabase
from retrieval.domain import Answer, Citation

MAX_HISTORY: Final = 5
"""Earlier questions that a follow-up may lean on."""
CONVERSATION_GAP: Final = timedelta(hours=12)
"""After so long, a new question in the same thread starts anew."""
_NOWHERE: Final = 0
"""What the table holds for a server in direct messages; Discord has no id 0."""
_ANSWER: Final = TypeAdapter(Answer)
_COLUMNS: Final = (
    "id, guild_id, channel_id, message_id, asker_id, kb, history, is_private, answer, shown_at"
)


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer as it was shown, without the posts around what it cites."""

    id: str
    """Twelve characters that nobody can guess; stands in the buttons' custom ids."""
    answer: Answer
    history: tuple[str, ...]
    """The asker's earlier questions, oldest first."""
    knowledge_base: str
    asker_id: int
    guild_id: int | None
    channel_id: int
    is_private: bool
    shown_at: datetime
    message_id: int | None = None

    def leads_to(self, user_id: int) -> tuple[str, ...]:
        """Return the questions behind a follow-up to this answer by some person, oldest first.

        The answered question is what the follow-up is about, whoever asked it; what came
        before it is nobody's but the asker's.
        """
        earlier = self.history if user_id == self.asker_id else ()
        return (*earlier, self.answer.question)[-MAX_HISTORY:]


class AnswersShown:
    """Keeps shown answers until they expire; what is kept of them, people can have deleted.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    name: Final = "answers_shown"

    def __init__(
        self, database: CommunityDatabase, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def keep(
        self,
        answer: Answer,
        *,
        asker_id: int,
        place: Place,
        knowledge_base: str,
        history: Sequence[str] = (),
        is_private: bool = False,
    ) -> ShownAnswer:
        """Keep an answer that is about to be shown; returns it with the id for its buttons."""
        shown = ShownAnswer(
            id=secrets.token_urlsafe(9),
            answer=_bare(answer),
            history=tuple(history)[-MAX_HISTORY:],
            knowledge_base=knowledge_base,
            asker_id=asker_id,
            guild_id=place.guild_id,
            channel_id=place.channel_id or _NOWHERE,
            is_private=is_private,
            shown_at=self._clock(),
        )
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO shown_answers VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(shown.id, shown.guild_id or _NOWHERE, shown.channel_id, asker_id),
                    *(knowledge_base, answer.question, json.dumps(shown.history), is_private),
                    *(_ANSWER.dump_json(shown.answer).decode(), shown.shown_at.isoformat()),
                ),
            )
        return shown

    def posted(self, answer_id: str, message_id: int) -> None:
        """Remember which message shows an answer."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE shown_answers SET message_id = ? WHERE id = ?", (message_id, answer_id)
            )

    def find(self, answer_id: str) -> ShownAnswer | None:
        """Return the answer behind a button; None when it is gone."""
        return self._first("id = ?", answer_id)

    def behind(self, message_id: int) -> ShownAnswer | None:
        """Return the answer that a message shows; None for any other message."""
        return self._first("message_id = ?", message_id)

    def questions_of(self, asker_id: int, channel_id: int) -> tuple[str, ...]:
        """Return one person's latest questions in one thread or private channel, oldest first.

        The question that a thread was opened from counts as asked in it.  Questions before a
        pause of twelve hours are left out.
        """
        since = (self._clock() - CONVERSATION_GAP).isoformat()
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT question FROM shown_answers WHERE asker_id = ? AND shown_at > ?"
                " AND (channel_id = ? OR message_id = ?) ORDER BY shown_at DESC LIMIT ?",
                (asker_id, since, channel_id, channel_id, MAX_HISTORY),
            ).fetchall()
        return tuple(question for (question,) in reversed(rows))

    def forget_person(self, user_id: int) -> int:
        """Delete the answers to one person's questions; their buttons say that they are gone."""
        return self._delete("asker_id = ?", user_id)

    def forget_guild(self, guild_id: int) -> int:
        """Delete what was shown in one server."""
        return self._delete("guild_id = ?", guild_id)

    def purge(self, before: datetime) -> int:
        """Delete what is older."""
        return self._delete("shown_at < ?", before.astimezone(UTC).isoformat())

    def _first(self, condition: str, value: str | int) -> ShownAnswer | None:
        with self._database.transaction() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM shown_answers WHERE {condition}",  # noqa: S608 - ours
                (value,),
            ).fetchone()
        return None if row is None else _shown(row)

    def _delete(self, condition: str, value: str | int) -> int:
        with self._database.transaction() as connection:
            gone = connection.execute(
                f"DELETE FROM shown_answers WHERE {condition}",  # noqa: S608 - ours
                (value,),
            )
        return gone.rowcount


def _bare(answer: Answer) -> Answer:
    """Return ``answer`` without the posts' whole texts, which may be a megabyte each."""
    return replace(
        answer,
        citations=tuple(map(_without_texts, answer.citations)),
        closest=tuple(map(_without_texts, answer.closest)),
    )


def _without_texts(citation: Citation) -> Citation:
    return replace(
        citation,
        post=replace(citation.post, text=""),
        passage=replace(citation.passage, text=""),
    )


def _shown(row: Sequence[object]) -> ShownAnswer | None:
    """Return what a row holds; None when another version wrote it in a shape of its own."""
    (key, guild, channel, message, asker, kb, history, is_private, answer, shown_at) = row
    try:
        parsed = _ANSWER.validate_json(str(answer))
    except ValidationError:
        return None
    return ShownAnswer(
        id=str(key),
        answer=parsed,
        history=tuple(json.loads(str(history))),
        knowledge_base=str(kb),
        asker_id=int(str(asker)),
        guild_id=int(str(guild)) or None,
        channel_id=int(str(channel)),
        is_private=bool(is_private),
        shown_at=datetime.fromisoformat(str(shown_at)),
        message_id=None if message is None else int(str(message)),
    )
