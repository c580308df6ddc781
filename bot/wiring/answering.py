"""Knowledge bases, opened for questions."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING

from bot.settings import BotSettings
from bot.wiring.parts import (
    existing_catalogue,
    load_embedder,
    make_search,
    open_chroma_for,
    open_index,
    open_minilm,
    own_chroma_folder,
)
from bot.wiring.reading_copy import readable
from retrieval.errors import IndexBusyError, NotFoundError
from retrieval.knowledge import Engine, KnowledgeBase
from retrieval.rulings.book import RulingBook
from retrieval.store.catalogue.catalogue import CATALOGUE, Catalogue
from retrieval.store.catalogue.library import Library
from retrieval.store.catalogue.ruled import Ruled, Votes
from retrieval.store.data_folder.ownership import INGEST, alone

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from retrieval.embedding import Embedder
    from retrieval.embedding.minilm import MiniLM
    from retrieval.language_model.answer_cache import AnswerCache
    from retrieval.language_model.limits.limited_model import LimitedModel
    from retrieval.store.index import PassageIndex
    from retrieval.writing.reviewing import Reviewer
    from retrieval.writing.writer import Writer


@contextmanager
def open_librarian(
    settings: BotSettings, knowledge_base: str, *, serve: bool = False
) -> Iterator[KnowledgeBase]:
    """Yield a knowledge base, open for questions.

    Args:
        settings: all settings.
        knowledge_base: its name.
        serve: whether it stays open for long, so that others must be let in beside it.

    Raises:
        EmptyIndexError: if nothing has been ingested into it yet.
    """
    with ExitStack() as stack:
        data_dir = stack.enter_context(readable(settings.data_dir))
        if data_dir != settings.data_dir:
            settings = settings.model_copy(update={"data_dir": data_dir})
        catalogue = existing_catalogue(settings, knowledge_base)
        stack.callback(catalogue.close)
        yield _Shelves(settings, catalogue, stack, serve=serve).knowledge_base(knowledge_base)


@contextmanager
def open_librarians(settings: BotSettings, votes: Votes = lambda _: {}) -> Iterator[KnowledgeBases]:
    """Yield all knowledge bases of the data folder, for as long as a bot runs.

    There may be none yet: the bot may well be there before the first threads are.  ``votes``
    says what people think of passages.
    """
    with ExitStack() as stack:
        catalogue = Catalogue(settings.data_dir / CATALOGUE)
        stack.callback(catalogue.close)
        yield KnowledgeBases(settings, catalogue, stack, votes)


class KnowledgeBases:
    """Every knowledge base on one catalogue, one model and one owner of Chroma."""

    def __init__(
        self,
        settings: BotSettings,
        catalogue: Catalogue,
        stack: ExitStack,
        votes: Votes = lambda _: {},
    ) -> None:
        """Close with ``stack`` what is opened."""
        self._catalogue = catalogue
        self._default = settings.knowledge_base
        self._shelves = _Shelves(settings, catalogue, stack, serve=True, votes=votes)
        self._open: dict[str, KnowledgeBase] = {}

    @property
    def rulings(self) -> RulingBook:
        """What staff decided about any of them."""
        return self._shelves.rulings

    @property
    def default(self) -> str:
        """The knowledge base of the settings; it may be empty yet."""
        return self._default

    def names(self) -> tuple[str, ...]:
        """Return the names of all, the default one always among them."""
        return tuple(sorted({self._default, *self._catalogue.knowledge_bases()}))

    def of(self, name: str) -> KnowledgeBase:
        """Return a knowledge base, opened at its first question.

        Raises:
            NotFoundError: if there is none of that name.
        """
        if name not in self._open:
            if name not in self.names():
                raise NotFoundError(f"There is no knowledge base “{name}”.")
            self._open[name] = self._shelves.knowledge_base(name)
        return self._open[name]


class _Shelves:
    """What the knowledge bases of one data folder share; the heavy parts opened once, late."""

    def __init__(
        self,
        settings: BotSettings,
        catalogue: Catalogue,
        stack: ExitStack,
        *,
        serve: bool,
        votes: Votes = lambda _: {},
    ) -> None:
        self._settings = settings
        self._votes = votes
        self.rulings = RulingBook(settings.data_dir)
        self._catalogue = catalogue
        self._stack = stack
        self._serve = serve
        self._opening = threading.Lock()

    def knowledge_base(self, name: str) -> KnowledgeBase:
        ruled = Ruled(self._catalogue, name, self.rulings, self._votes)
        return KnowledgeBase(
            self._catalogue,
            name,
            self._settings.data_dir,
            lambda: self._engine(name, ruled),
            language_model=self._settings.llm.model if self._cache else None,
            cache=self._cache,
            ruled=ruled,
        )

    def _engine(self, name: str, ruled: Ruled) -> Engine:
        from retrieval.answering.answerer import Answerer
        from retrieval.store.live_generation import live_generation

        with self._opening:  # two first questions may come at once, to two knowledge bases
            embedder = self._embedder
            live_generation(self._catalogue, name, embedder)  # before Chroma is opened
            index = open_index(self._settings, self._catalogue, name, embedder, self._chroma)
            index.check_vectors()
            _recover_unless_busy(self._settings, index, self._replayed(index))
            index.library = Library(self._catalogue, name, ruled)
        search = make_search(self._settings, index, embedder, self._minilm)
        self._stack.callback(search.close)
        answerer = Answerer(index, search, self._minilm, self._writer)
        return Engine(index, search, answerer)

    def _replayed(self, index: PassageIndex) -> list[str]:
        """Return the ids that a server of our own has just put into its graph anew."""
        from retrieval.store.chroma.folder import replayed_ids

        folder = own_chroma_folder(self._settings)
        if not self._serve or folder is None or getattr(self._chroma, "is_shared", False):
            return []
        return replayed_ids(folder, index.generation.collection)

    @cached_property
    def _cache(self) -> AnswerCache | None:
        if self._settings.llm.provider == "none":
            return None
        from retrieval.language_model.answer_cache import AnswerCache

        return AnswerCache(self._settings.llm.cached_answers)

    @cached_property
    def _model(self) -> LimitedModel | None:
        from retrieval.language_model.providers import open_chat_model

        if self._settings.llm.provider == "none":
            return None
        model = open_chat_model(self._settings.llm, self._settings.data_dir)
        if model is not None:
            self._stack.callback(model.close)
        return model

    @cached_property
    def _writer(self) -> Writer | None:
        if self._model is None:
            return None
        from retrieval.writing.writer import CallLimits, Writer

        llm = self._settings.llm
        limits = CallLimits(llm.deadline_seconds, llm.max_output_tokens)
        writing = self._settings.writing
        room = max(llm.context_tokens - llm.max_output_tokens, 0)
        fitting = writing.model_copy(update={"prompt_tokens": min(writing.prompt_tokens, room)})
        return Writer(self._model, fitting, limits, self._reviewer)

    @cached_property
    def _reviewer(self) -> Reviewer | None:
        writing = self._settings.writing
        if writing.checker is not None and writing.checker_hash is not None:
            from retrieval.writing.local_checker import LocalChecker

            return LocalChecker(writing.checker, writing.checker_hash, writing.checker_threshold)
        if self._model is None or not self._settings.llm.review:
            return None
        from retrieval.writing.reviewing import ModelReviewer

        return ModelReviewer(self._model)

    @cached_property
    def _minilm(self) -> MiniLM:
        return open_minilm(self._settings)

    @cached_property
    def _embedder(self) -> Embedder:
        return load_embedder(self._settings, self._minilm)

    @cached_property
    def _chroma(self) -> ClientAPI:
        return self._stack.enter_context(
            open_chroma_for(self._settings, doing="answering", wait_seconds=60, serve=self._serve)
        )


def _recover_unless_busy(
    settings: BotSettings, index: PassageIndex, replayed: Sequence[str]
) -> None:
    """Finish what a crash interrupted, unless what looks like it is an ingest under way.

    What Chroma has ``replayed`` has a new place in its graph: it is searched for.
    """
    if replayed or index.needs_recovery():
        lock = alone(settings.data_dir, INGEST, doing="recovering", wait_seconds=0)
        with suppress(IndexBusyError), lock:
            index.recover()
            index.make_findable(replayed)
            index.close()
