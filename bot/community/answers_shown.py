"""The answers that were shown, so that the buttons under them work after a restart."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from bot.access.rules import Place
from bot.community.database import CommunityDatabase
from retrieval.records import Answer, Citation

MAX_HISTORY: Final = 5
"""Earlier questions that a follow-up may lean on."""
CONVERSATION_GAP: Final = timedelta(hours=12)
"""After so long, a new question in the same thread starts anew."""
_NOWHERE: Final = 0
"""What the table holds for a server in direct messages; Discord has no id 0."""
_ANSWER: Final = TypeAdapter(Answer)
_COLUMNS: Final = (
    "id, guild_id, channel_id, message_id, asker_id, kb, history, about_id, is_private, language,"
    " answer, shown_at"
)
_SHOWN_IDS: Final = """
SELECT passage_id FROM shown_passages p JOIN shown_answers a ON a.id = p.answer_id
 WHERE p.kb = ? AND a.stale_at IS NULL AND a.message_id IS NOT NULL AND NOT a.is_private
   AND a.answer <> ''
 GROUP BY passage_id
"""
_QUOTING: Final = f"""
SELECT {_COLUMNS} FROM shown_answers
 WHERE stale_at IS NULL AND message_id IS NOT NULL AND NOT is_private AND answer <> '' AND id IN
       (SELECT p.answer_id FROM json_each(:passages) gone
         CROSS JOIN shown_passages p ON p.kb = :kb AND p.passage_id = gone.value)
 ORDER BY shown_at DESC LIMIT :limit
"""  # noqa: S608 - ours


_TAKEN_BACK: Final = """
SELECT id, channel_id, message_id, language FROM shown_answers
 WHERE kb = ? AND answer = '' AND stale_at IS NULL AND message_id IS NOT NULL AND NOT is_private
 ORDER BY shown_at DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An answer of which nothing is kept any more, and whose message still shows it."""

    id: str
    channel_id: int
    message_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a question goes on from."""

    history: tuple[str, ...] = ()
    """The asker's own earlier questions, oldest first."""
    about_id: str | None = None
    """The answer to somebody else's question, before all of those."""


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
    about_id: str | None = None
    """The answer to somebody else's question that this one went on from."""
    language: str = "en"
    """The tag of the words that it was shown in."""

    def leads_to(self, user_id: int) -> Context:
        """Return what a follow-up to this answer by some person goes on from.

        A question is history to whoever asked it alone.  Of somebody else's the id is kept and
        no words, so that they can be forgotten.
        """
        if user_id != self.asker_id:
            return Context(about_id=self.id)
        return Context((*self.history, self.answer.question)[-MAX_HISTORY:], self.about_id)


NOTHING_BEFORE: Final = Context()


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

    def keep(  # noqa: PLR0913 - each is a column
        self,
        answer: Answer,
        *,
        asker_id: int,
        place: Place,
        knowledge_base: str,
        context: Context = NOTHING_BEFORE,
        is_private: bool = False,
        language: str = "en",
    ) -> ShownAnswer:
        """Keep an answer that is about to be shown; returns it with the id for its buttons."""
        shown = ShownAnswer(
            id=secrets.token_urlsafe(9),
            answer=_bare(answer),
            history=context.history[-MAX_HISTORY:],
            about_id=context.about_id,
            knowledge_base=knowledge_base,
            asker_id=asker_id,
            guild_id=place.guild_id,
            channel_id=place.channel_id or _NOWHERE,
            is_private=is_private,
            shown_at=self._clock(),
            language=language,
        )
        quoted = {citation.passage.id for citation in (*answer.citations, *answer.closest)}
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO shown_answers VALUES (?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                (
                    *(shown.id, shown.guild_id or _NOWHERE, shown.channel_id, asker_id),
                    *(knowledge_base, answer.question, json.dumps(shown.history), shown.about_id),
                    *(is_private, language),
                    *(_ANSWER.dump_json(shown.answer).decode(), shown.shown_at.isoformat()),
                ),
            )
            connection.executemany(
                "INSERT INTO shown_passages VALUES (?, ?, ?)",
                [(knowledge_base, passage_id, shown.id) for passage_id in quoted],
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

    def question_of(self, answer_id: str | None) -> str:
        """Return what an answer answers; empty where that is none, or is forgotten."""
        shown = self.find(answer_id) if answer_id is not None else None
        return "" if shown is None else shown.answer.question

    def shown_passages(self, knowledge_base: str) -> tuple[str, ...]:
        """Return the passages that unmarked messages quote from one knowledge base."""
        with self._database.transaction() as connection:
            rows = connection.execute(_SHOWN_IDS, (knowledge_base,)).fetchall()
        return tuple(passage_id for (passage_id,) in rows)

    def quoting(
        self, knowledge_base: str, passage_ids: Collection[str], limit: int
    ) -> tuple[ShownAnswer, ...]:
        """Return up to ``limit`` unmarked messages that quote some passage, the newest first.

        Private ones are not among them: Discord lets nobody edit those after 15 minutes.
        """
        wanted = {"kb": knowledge_base, "passages": json.dumps([*passage_ids]), "limit": limit}
        with self._database.transaction() as connection:
            rows = connection.execute(_QUOTING, wanted).fetchall()
        return tuple(shown for row in rows if (shown := _shown(row)) is not None)

    def take_back(self, is_to_go: Callable[[Citation], bool]) -> int:
        """Keep nothing of the answers that quote what ``is_to_go``, and return how many.

        Their messages are ``taken_back`` to be told from others until ``mark_stale``.
        """
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT id, answer FROM shown_answers WHERE answer <> ''")
            gone = [(key,) for key, answer in rows.fetchall() if _quotes(answer, is_to_go)]
            connection.executemany(
                "UPDATE shown_answers SET answer = '', stale_at = NULL WHERE id = ?", gone
            )
        return len(gone)

    def taken_back(self, knowledge_base: str, limit: int) -> tuple[TakenBack, ...]:
        """Return up to ``limit`` messages that still show what was taken back, newest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(_TAKEN_BACK, (knowledge_base, limit)).fetchall()
        return tuple(TakenBack(*row) for row in rows)

    def mark_stale(self, answer_id: str, *, is_stale: bool = True) -> None:
        """Remember that a message was marked as perhaps out of date, or that it was not."""
        at = self._clock().isoformat() if is_stale else None
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE shown_answers SET stale_at = ? WHERE id = ?", (at, answer_id)
            )

    def forget_person(self, user_id: int) -> int:
        """Delete the answers to one person's questions; their buttons say that they are gone."""
        return self._delete("asker_id = ?", user_id)

    def forget_guild(self, guild_id: int) -> int:
        """Delete what was shown in one server."""
        return self._delete("guild_id = ?", guild_id)

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that something is kept of."""
        return self._database.guild_ids("shown_answers")

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
            # What others said of an answer stays theirs; the question in it is its asker's.
            connection.execute(
                "UPDATE feedback SET question = '' WHERE answer_id IN"  # noqa: S608 - ours
                f" (SELECT id FROM shown_answers WHERE {condition})",
                (value,),
            )
            gone = connection.execute(
                f"DELETE FROM shown_answers WHERE {condition}",  # noqa: S608 - ours
                (value,),
            )
        return gone.rowcount


def _quotes(kept: str, is_to_go: Callable[[Citation], bool]) -> bool:
    try:
        answer = _ANSWER.validate_json(kept)
    except ValidationError:
        return True  # another version's: whom it quotes cannot be told, and no button needs it
    return any(map(is_to_go, (*answer.citations, *answer.closest)))


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
    (key, guild, channel, message, asker, kb, history, *others) = row
    (about_id, is_private, language, answer, shown_at) = others
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
        about_id=None if about_id is None else str(about_id),
        language=str(language),
    )
