"""Questions that a community asked itself, with the posts that answered them.

What counts as an answer comes from the source alone, never from what Footnote makes of it: the
post that the source marks, else in a topic whatever somebody other than the asker replied, and
where people talk of many things what refers to the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from retrieval.errors import UsageError
from retrieval.records import Post, Standing
from retrieval.text.noise import says_nothing
from retrieval.text.wording import clean_question, content_id, content_words, visible
from retrieval.threads.standing import asks, is_by, who

if TYPE_CHECKING:
    from retrieval.store.catalogue.contents import Located
    from retrieval.store.index import PassageIndex

DEFAULT_QUESTIONS: Final = 500
_LEFT_OUT_EVERY: Final = 5
"""Of so many questions one is asked without its thread."""
_FEWEST_WORDS: Final = 2
"""A title with fewer words of content ("Help!") asks nothing by itself."""
_FEWEST_TYPED: Final = 4
"""Likewise in a channel, where most short questions hang on what was said before."""
_LONGEST: Final = 500
"""Characters; whoever asks a bot types no more."""
_READ_AT_ONCE: Final = 200
_EXCHANGES: Final = """
SELECT DISTINCT x.id FROM exchanges x JOIN files f ON f.id = x.file_id WHERE f.kb = ?
"""
_IN_THREAD: Final = "SELECT DISTINCT post_id FROM passages WHERE thread_id = ?"
_REFERRING: Final = "SELECT DISTINCT id FROM posts WHERE parent_id = ?"
_OF_THREAD: Final = "SELECT DISTINCT id FROM passages WHERE thread_id = :thread"
_OF_EXCHANGE: Final = """
SELECT DISTINCT p.id FROM passages p
 CROSS JOIN posts o ON o.file_id = p.file_id AND o.id = p.post_id
 WHERE p.thread_id = :thread AND :exchange IN (o.id, o.exchange_id, o.parent_id)
"""


class Basis(StrEnum):
    """By what a post is known to answer."""

    MARKED = "marked as the answer"
    REFERS = "refers to the question"
    REPLIES = "replied by somebody else"


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question that somebody asked, and what answered it."""

    id: str
    text: str
    asker: str | None
    """What tells the asker from others."""
    basis: Basis
    answers: tuple[Post, ...]
    left_out: frozenset[str] = frozenset()
    """Ids of the passages without which it is asked, so that nothing is there to answer it."""

    @property
    def answered_by_asker(self) -> bool:
        """Whether the asker wrote one of the posts that answer."""
        return any(is_by(post, self.asker) for post in self.answers)


def own_questions(index: PassageIndex, limit: int | None = None) -> tuple[OwnQuestion, ...]:
    """Return questions of a knowledge base, the same ones for the same threads.

    Where there are more than ``limit``, a sample is taken that new threads change little.  Each
    fifth is to be asked without its thread.

    Raises:
        UsageError: if no question has a reply that is known to be somebody else's.
    """
    most = limit or DEFAULT_QUESTIONS
    rows = index.catalogue.connection.execute(_EXCHANGES, (index.generation.knowledge_base,))
    exchanges = sorted((row[0] for row in rows), key=lambda id_: content_id("asked", id_))
    found: list[OwnQuestion] = []
    for start in range(0, len(exchanges), _READ_AT_ONCE):
        openings = index.library.openings_of_exchanges(exchanges[start : start + _READ_AT_ONCE])
        for opening in openings:
            is_without = len(found) % _LEFT_OUT_EVERY == _LEFT_OUT_EVERY - 1
            found += _asked(index, opening, is_without=is_without)
            if len(found) == most:
                return tuple(found)
    if not found:
        raise UsageError(
            f"“{index.generation.knowledge_base}” holds no question with a reply that is known to "
            "be somebody else's, so there is nothing to test with. Write a file of questions."
        )
    return tuple(found)


def _asked(index: PassageIndex, opening: Located, *, is_without: bool) -> Iterator[OwnQuestion]:
    """Yield what an exchange asks, nothing where nobody can tell what, or what answers it."""
    post = opening.post
    topic = _topic(index, opening)
    text = _text(opening, is_topic=bool(topic))
    basis, answers = _answers(post, topic or _referring(index, post), is_topic=bool(topic))
    if text and answers:
        left_out = _passages(index, opening, is_topic=bool(topic)) if is_without else frozenset()
        yield OwnQuestion(post.id, text, who(post), basis, tuple(answers), left_out)


def _topic(index: PassageIndex, opening: Located) -> list[Post]:
    """Return what follows the opening post of a topic, nothing where people talk of many things."""
    if opening.thread.is_channel or opening.post.standing is not Standing.QUESTION:
        return []
    posts = _posts(index, _IN_THREAD, opening.thread.id)
    is_one = all(post.exchange_id == opening.post.id for post in posts)
    return [post for post in posts if post.id != opening.post.id] if is_one else []


def _referring(index: PassageIndex, post: Post) -> list[Post]:
    return _posts(index, _REFERRING, post.id)


def _posts(index: PassageIndex, query: str, value: str) -> list[Post]:
    rows = index.catalogue.connection.execute(query, (value,))
    return list(index.library.posts(row[0] for row in rows).values())


def _text(opening: Located, *, is_topic: bool) -> str:
    """Return an exchange's question as somebody would put it to a bot: a topic's title."""
    said = visible(opening.passage.text)[:_LONGEST]
    if is_topic:
        title = visible(opening.thread.title or "")
        return clean_question(title if len(content_words(title)) >= _FEWEST_WORDS else said)
    stands_alone = opening.post.exchange_id == opening.post.id
    says_enough = len(content_words(said)) >= _FEWEST_TYPED
    return clean_question(said) if stands_alone and says_enough and asks(said) else ""


def _answers(asked: Post, replies: Sequence[Post], *, is_topic: bool) -> tuple[Basis, list[Post]]:
    if marked := [post for post in replies if post.is_accepted]:
        return Basis.MARKED, marked
    by_others = [post for post in replies if who(post) and not is_by(post, who(asked))]
    others = [post for post in by_others if not says_nothing(post.text)]
    return Basis.REPLIES if is_topic else Basis.REFERS, others


def _passages(index: PassageIndex, opening: Located, *, is_topic: bool) -> frozenset[str]:
    """Return what is taken away with a question: its topic, or its exchange among others."""
    values = {"thread": opening.thread.id, "exchange": opening.post.id}
    query = _OF_THREAD if is_topic else _OF_EXCHANGE
    return frozenset(row[0] for row in index.catalogue.connection.execute(query, values))
