"""A librarian that asks, at every call, whether it may still say something here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from bot.librarian import StaffedLibrarian
from retrieval.errors import UnavailableError
from retrieval.records import (
    Answer,
    FirstAnswer,
    Hit,
    News,
    Post,
    SourceView,
    Status,
    Suggestion,
    ThreadHit,
    ThreadView,
    Timings,
    Topic,
)
from retrieval.rulings.records import Ruling
from retrieval.sight import Sight, seeing

_T = TypeVar("_T")
_TRIES: Final = 3


class AttendedLibrarian:
    """A librarian who makes sure, before and after, that what is said may be heard.

    Args:
        librarian: Who knows.
        check: Raises ``RefusedError`` where nothing may be said any more.
        asker: Whom answers are charged to, unless another is named.
        sight: What whoever hears it may see of live channels, as it is at each call; None:
            everything.
    """

    def __init__(
        self,
        librarian: StaffedLibrarian,
        check: Callable[[], None],
        asker: str,
        sight: Callable[[], Sight | None] = lambda: None,
    ) -> None:
        self._librarian = librarian
        self._check = check
        self._asker = asker
        self._sight = sight

    def answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> Answer:
        """As ``Librarian.answer``."""
        who = asker or self._asker
        return self._attend(
            lambda: self._librarian.answer(question, history, about=about, asker=who)
        )

    def first_answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> FirstAnswer:
        """As ``Librarian.first_answer``; makes sure before and after each of the two steps."""
        who = asker or self._asker
        first = self._attend(
            lambda: self._librarian.first_answer(question, history, about=about, asker=who)
        )
        if first.write is None:
            return first
        return replace(first, write=partial(self._attend, first.write))

    def missing(self, passage_ids: Collection[str]) -> frozenset[str]:
        """As ``Librarian.missing``."""
        return self._attend(lambda: self._librarian.missing(passage_ids))

    def search(self, query: str, limit: int = 10) -> tuple[tuple[Hit, ...], Timings]:
        """As ``Librarian.search``."""
        return self._attend(lambda: self._librarian.search(query, limit))

    def search_threads(self, query: str, limit: int = 10) -> tuple[tuple[ThreadHit, ...], Timings]:
        """As ``Librarian.search_threads``."""
        return self._attend(lambda: self._librarian.search_threads(query, limit))

    def source(self, passage_id: str) -> SourceView:
        """As ``Librarian.source``."""
        return self._attend(lambda: self._librarian.source(passage_id))

    def thread(self, name: str) -> tuple[ThreadView, ...]:
        """As ``Librarian.thread``."""
        return self._attend(lambda: self._librarian.thread(name))

    def suggest(self, text: str, limit: int = 25) -> tuple[Suggestion, ...]:
        """As ``Librarian.suggest``."""
        return self._attend(lambda: self._librarian.suggest(text, limit))

    def updated_at(self) -> datetime | None:
        """As ``Librarian.updated_at``."""
        return self._attend(self._librarian.updated_at)

    def news(self, since: datetime, limit: int = 10) -> News:
        """As ``Librarian.news``."""
        return self._attend(lambda: self._librarian.news(since, limit))

    def topics(self, limit: int = 8) -> tuple[Topic, ...]:
        """As ``Librarian.topics``."""
        return self._attend(lambda: self._librarian.topics(limit))

    def status(self) -> Status:
        """As ``Librarian.status``."""
        return self._attend(self._librarian.status)

    def rulings(self) -> tuple[Ruling, ...]:
        """As ``Librarian.rulings``."""
        return self._attend(self._librarian.rulings)

    def rule(self, ruling: Ruling) -> Ruling:
        """As ``Librarian.rule``."""
        return self._attend(lambda: self._librarian.rule(ruling))

    def take_back(self, ruling_id: str) -> Ruling | None:
        """As ``Librarian.take_back``."""
        return self._attend(lambda: self._librarian.take_back(ruling_id))

    def find_post(self, name: str) -> Post | None:
        """As ``Librarian.find_post``."""
        return self._attend(lambda: self._librarian.find_post(name))

    def alike(self, questions: Sequence[str]) -> list[int]:
        """As ``Librarian.alike``."""
        return self._attend(lambda: self._librarian.alike(questions))

    def _attend(self, work: Callable[[], _T]) -> _T:
        for _ in range(_TRIES):
            self._check()
            sight = self._sight()
            with seeing(sight):
                result = work()
            self._check()
            # A channel may have been closed, or a post deleted, while that was looked up.
            if _still_holds(sight, self._sight()):
                return result
        raise UnavailableError("Channels are just being closed here; please try again.")


def _still_holds(then: Sight | None, now: Sight | None) -> bool:
    if then is None or now is None:
        return now is None
    return (then.rooms or frozenset()) <= (now.rooms or frozenset()) and now.gone <= then.gone
