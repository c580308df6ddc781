"""A knowledge base, open for questions: what the faces talk to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from retrieval.answering.official import led_by
from retrieval.errors import QuestionError, StorageError
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
from retrieval.store.catalogue.library import Library
from retrieval.store.catalogue.new_posts import news_since
from retrieval.store.lexical.suggesting import Suggester
from retrieval.store.memory.sampling import sample
from retrieval.text.wording import clean_question, squeeze, visible

if TYPE_CHECKING:
    from retrieval.answering.answerer import Answerer
    from retrieval.language_model.answer_cache import AnswerCache, AnswerKey
    from retrieval.ranking.hybrid import HybridSearch
    from retrieval.rulings.book import RulingBook
    from retrieval.rulings.records import Ruling
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.catalogue.contents import Located
    from retrieval.store.catalogue.ruled import Ruled
    from retrieval.store.index import PassageIndex
    from retrieval.store.lexical.tantivy_index import LexicalIndex

_SUGGESTION_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Engine:
    """What takes a model and an index to run; opened at the first question."""

    index: PassageIndex
    search: HybridSearch
    answerer: Answerer


class KnowledgeBase:
    """Answers questions from one knowledge base and opens its sources.

    Any thread may call it.  Threads, sources and figures come from the catalogue alone, so
    the model and Chroma are opened no earlier than a question needs them.
    """

    def __init__(  # noqa: PLR0913 - one argument a part that it puts together
        self,
        catalogue: Catalogue,
        name: str,
        data_dir: Path,
        open_engine: Callable[[], Engine],
        *,
        language_model: str | None = None,
        cache: AnswerCache | None = None,
        ruled: Ruled | None = None,
    ) -> None:
        """Read ``name`` from ``catalogue``; ``open_engine`` is called once, if at all.

        Answers that ``language_model`` wrote are given again from ``cache``.  What staff
        ``ruled`` has the last word; None: there is no staff.
        """
        self._ruled = ruled
        self._language_model = language_model
        self._cache = cache
        self._catalogue = catalogue
        self._name = name
        self._data_dir = data_dir
        self._library = Library(catalogue, name, ruled)
        self._suggester = Suggester(catalogue, self._library, name)
        self._open_engine = open_engine
        self._opening = threading.Lock()
        self._engine: Engine | None = None

    def open(self) -> Engine:
        """Open the model and the index now, so that the first question need not wait.

        Raises:
            UnavailableError: if there is nothing to search, or it cannot be searched.
        """
        with self._opening:
            if self._engine is None:
                self._engine = self._open_engine()
            return self._engine

    def answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> Answer:
        """Answer a question; ``history`` holds the earlier ones of the same person, oldest first.

        Nobody else's may be in ``history``: with a language model, the last few go into a prompt.
        ``about`` is a question of somebody else that this one goes on from: it is searched
        with, and no language model sees it.  ``asker`` is any stable id, for what one person
        may cost a day; None counts nobody.

        Raises:
            QuestionError: if the question is empty, blank or too long.
        """
        return self.first_answer(question, history, about=about, asker=asker).finished()

    def first_answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> FirstAnswer:
        """Return what ``answer`` does in two steps: first without the model that writes.

        Raises:
            QuestionError: if the question is empty, blank or too long.
        """
        cleaned, earlier = clean_question(question), tuple(_cleaned(history))
        key = self._key(cleaned, (*earlier, about))
        if key is not None and self._cache is not None and (kept := self._cache.get(key)):
            return FirstAnswer(self._noted(kept))
        first = self.open().answerer.first_answer(cleaned, earlier, about=about, asker=asker)
        answer = self._with_official(self._noted(first.answer))
        if first.write is None or answer.official is not None:  # staff has the last word
            return FirstAnswer(answer)
        return replace(first, answer=answer, write=partial(self._written, first.write, key))

    def _written(self, write: Callable[[], Answer], key: AnswerKey | None) -> Answer:
        answer = write()
        if key is not None and self._cache is not None:
            self._cache.put(key, answer)
        return self._noted(answer)

    def _noted(self, answer: Answer) -> Answer:
        return self._library.in_force().noted(answer)

    def _with_official(self, answer: Answer) -> Answer:
        """Return an answer that is led by the official one, where staff gave one for this."""
        officials = self._library.in_force().officials
        if not officials:
            return answer
        found = self.open().answerer.likeness.official_for(answer.question, officials)
        return answer if found is None else led_by(answer, *found)

    def alike(self, questions: Sequence[str]) -> list[int]:
        """Return for each question the place of the first that asks the same; its own if none."""
        return self.open().answerer.likeness.alike(questions)

    def rulings(self) -> tuple[Ruling, ...]:
        """Return what staff decided, the oldest first."""
        return () if self._ruled is None else self._ruled.rulings()

    def rule(self, ruling: Ruling) -> Ruling:
        """Let a decision of staff hold from now on, in the place of one about the same.

        Raises:
            StorageError: if it cannot be kept.
        """
        return self._rulings_book().add(self._name, ruling)

    def take_back(self, ruling_id: str) -> Ruling | None:
        """Undo a decision of staff and return it; None if there is none of that id."""
        return self._rulings_book().take_back(self._name, ruling_id)

    def find_post(self, name: str) -> Post | None:
        """Return the post with an id, or at an address; None where there is none to be shown."""
        is_address = "://" in name and self._ruled is not None
        id_ = self._ruled.post_at(name) if is_address and self._ruled else name
        return None if id_ is None else self._library.posts([id_]).get(id_)

    def _rulings_book(self) -> RulingBook:
        if self._ruled is None:
            raise StorageError("This knowledge base keeps no decisions of staff.")
        return self._ruled.book

    def _key(self, question: str, history: tuple[str, ...]) -> AnswerKey | None:
        """Return what an answer would be kept under, as the threads are before it is made."""
        if self._cache is None or self._language_model is None:
            return None
        live = self._catalogue.generation(self._name)
        if live is None or not self._library.all_is_seen():
            return None  # what one may read in Discord is not written for another
        from retrieval.language_model.answer_cache import AnswerKey

        return AnswerKey(
            *(self._name, question, history, live.number, live.updated_at, self._language_model),
            self._ruled and (self._ruled.book.version()),
        )

    def missing(self, passage_ids: Collection[str]) -> frozenset[str]:
        """Return those of some passages that are not in the threads any more."""
        there = self._catalogue.still_indexed(self._name, passage_ids)
        return frozenset(passage_ids) - (there - self._library.in_force().hidden)

    def search(self, query: str, limit: int = 10) -> tuple[tuple[Hit, ...], Timings]:
        """Return the best ``limit`` passages, best first, and where the time went.

        Raises:
            QuestionError: if the query is empty, blank or too long.
        """
        cleaned = clean_question(query)
        ranking = self.open().search.search(cleaned, limit, strict=True)
        return ranking.hits, ranking.timings_ms

    def search_threads(self, query: str, limit: int = 10) -> tuple[tuple[ThreadHit, ...], Timings]:
        """Return the best ``limit`` threads, best first, and where the time went.

        Raises:
            QuestionError: if the query is empty, blank or too long.
        """
        return self.open().search.search_threads(clean_question(query), limit)

    def source(self, passage_id: str) -> SourceView:
        """Return a passage in its thread; any unambiguous prefix of its id will do."""
        return self._library.source(passage_id)

    def thread(self, name: str) -> tuple[ThreadView, ...]:
        """Return the threads that an id prefix, or a file's path or base name, stands for."""
        return self._library.thread(name)

    def suggest(self, text: str, limit: int = 25) -> tuple[Suggestion, ...]:
        """Return passages to offer while ``text`` is being typed, best first.

        ``text`` may be words, an author, a thread's title or an id; blank offers the newest.
        """
        found = self._suggester.suggest(squeeze(visible(text)), limit, self._lexical)
        return tuple(map(_suggestion, found))

    def updated_at(self) -> datetime | None:
        """Return when it last changed, at the price of one row; None before its first ingest."""
        generation = self._catalogue.generation(self._name)
        return generation.updated_at if generation else None

    def news(self, since: datetime, limit: int = 10) -> News:
        """Return what came since an aware time, with at most ``limit`` threads of it."""
        in_force = self._library.in_force()
        hidden, unseen = in_force.hidden_posts, in_force.hidden_threads
        return news_since(self._catalogue, self._name, since, limit, hidden, unseen)

    def topics(self, limit: int = 8) -> tuple[Topic, ...]:
        """Return what the threads talk about, the largest topic first."""
        from retrieval.ranking.topics import SAMPLE, find_topics

        generation = self._catalogue.generation(self._name)
        if generation is None:
            return ()
        return find_topics(*sample(self._catalogue, self._library, generation, SAMPLE), limit)

    def status(self) -> Status:
        """Return what the knowledge base holds, nothing before its first ingest."""
        generation = self._catalogue.generation(self._name)
        counts = self._catalogue.counts(self._name)
        return Status(
            knowledge_base=self._name,
            files=counts.files,
            threads=counts.threads,
            posts=counts.posts,
            passages=counts.passages,
            quotes_linked=counts.quotes_linked,
            copies=counts.copies,
            embedding=generation.embedding if generation else None,
            generation=generation.number if generation else None,
            updated_at=generation.updated_at if generation else None,
            disk_bytes=_size(self._data_dir),
            newest_post_at=self._library.newest_post_at(),
            language_model=self._language_model,
        )

    def _lexical(self) -> tuple[LexicalIndex, LexicalIndex]:
        index = self.open().index
        index.follow()
        return index.passages, index.exchanges


def _cleaned(history: Sequence[str]) -> Iterator[str]:
    """Yield earlier questions as they were searched; what was refused then is no history."""
    for earlier in history:
        with suppress(QuestionError):
            yield clean_question(earlier)


def _suggestion(entry: Located) -> Suggestion:
    return Suggestion(
        passage_id=entry.passage.id,
        text=squeeze(visible(entry.passage.text))[:_SUGGESTION_CHARACTERS],
        author=entry.post.author,
        thread_title=entry.thread.title or entry.thread.file,
    )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
