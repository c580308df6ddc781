"""A knowledge base, opened for questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from bot.settings import BotSettings
from bot.wiring.parts import (
    CATALOGUE,
    existing_catalogue,
    load_embedder,
    load_words,
    make_search,
    open_chroma_for,
    open_index,
)
from retrieval.errors import IndexBusyError
from retrieval.index.catalogue import Catalogue
from retrieval.index.ownership import INGEST, alone
from retrieval.knowledge import Engine, KnowledgeBase

if TYPE_CHECKING:
    from retrieval.index.store import PassageIndex


@contextmanager
def open_librarian(
    settings: BotSettings, knowledge_base: str, *, serve: bool = False
) -> Iterator[KnowledgeBase]:
    """Yield a knowledge base, open for questions.

    Args:
        settings: all settings.
        knowledge_base: its name.
        serve: whether it stays open for long, so that others must be let in beside it;
            then it may also be empty at first.

    Raises:
        EmptyIndexError: if nothing has been ingested into it yet; with ``serve`` no earlier
            than a question is asked.
    """
    with ExitStack() as stack:
        if serve:  # the bot may well be there before the first threads are
            catalogue = Catalogue(settings.data_dir / CATALOGUE)
        else:
            catalogue = existing_catalogue(settings, knowledge_base)
        stack.callback(catalogue.close)

        def open_engine() -> Engine:
            from retrieval.answering.answerer import Answerer
            from retrieval.index.store import live_generation

            words = load_words(settings)
            embedder = load_embedder(settings, words)
            live_generation(catalogue, knowledge_base, embedder)  # before Chroma is opened
            chroma = stack.enter_context(
                open_chroma_for(settings, doing="answering", wait_seconds=60, serve=serve)
            )
            index = open_index(settings, catalogue, knowledge_base, embedder, chroma)
            _recover_unless_busy(settings, index)
            search = make_search(settings, index, embedder, words)
            return Engine(index, search, Answerer(index, search, embedder))

        yield KnowledgeBase(catalogue, knowledge_base, settings.data_dir, open_engine)


def _recover_unless_busy(settings: BotSettings, index: PassageIndex) -> None:
    """Finish what a crash interrupted, unless what looks like it is an ingest under way."""
    if index.needs_recovery():
        lock = alone(settings.data_dir, INGEST, doing="recovering", wait_seconds=0)
        with suppress(IndexBusyError), lock:
            index.recover()
            index.close()
