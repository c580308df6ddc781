"""People who want their posts out of the answers, put together."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from bot.librarian import Removed
from bot.settings import BotSettings
from bot.wiring.parts import (
    INGEST_WAIT_SECONDS,
    LazyModels,
    leave_no_residue,
    open_chroma_for,
    own_chroma_folder,
)
from retrieval.store.catalogue.catalogue import CATALOGUE, Catalogue
from retrieval.store.data_folder.ownership import INGEST, alone
from retrieval.store.removal.forgotten import ForgottenPeople

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chromadb.api import ClientAPI

    from retrieval.records import Citation
    from retrieval.store.removal.expelling import Traces


class ForgettingPosts:
    """A ``ForgettingPeople``: keeps the list, and takes posts out of every knowledge base.

    Only for commands: it writes to Chroma in its own process.
    """

    def __init__(self, settings: BotSettings) -> None:
        """Open nothing yet."""
        self._settings = settings
        self._people = ForgottenPeople(settings.data_dir)

    def forget(self, author_id: str, name: str | None = None) -> Removed:
        """Remember somebody first, and then take out what they wrote."""
        self._people.remember(author_id, name=name)
        if not (self._settings.data_dir / CATALOGUE).is_file():
            self._take_back(author_id, frozenset())
            return Removed(0)
        with ExitStack() as stack:
            catalogue = self._alone(stack, doing="forgetting")
            removed = self._take_out(catalogue, author_id, stack)
        if removed.posts:
            leave_no_residue(self._settings)
        return removed

    def allow(self, author_id: str) -> bool:
        """Take somebody off the list; the next ingest reads every file again, and so theirs."""
        if not self._people.allow(author_id):
            return False
        if (self._settings.data_dir / CATALOGUE).is_file():
            with ExitStack() as stack:
                self._alone(stack, doing="allowing").read_all_again()
        return True

    def is_forgotten(self, author_id: str) -> bool:
        """Tell whether somebody is on the list."""
        return self._people.is_forgotten(author_id)

    def count(self) -> int:
        """Return how many are on the list."""
        return self._people.count()

    def _alone(self, stack: ExitStack, *, doing: str) -> Catalogue:
        """Wait until nobody else changes the index: an ingest may know the list of before."""
        folder = self._settings.data_dir
        stack.enter_context(alone(folder, INGEST, doing=doing, wait_seconds=INGEST_WAIT_SECONDS))
        catalogue = Catalogue(folder / CATALOGUE)
        stack.callback(catalogue.close)
        return catalogue

    def _take_out(self, catalogue: Catalogue, author_id: str, stack: ExitStack) -> Removed:
        from retrieval.store.removal.expelling import traces

        forgotten = self._people.read(author_id)
        found = {
            kb: each
            for kb in catalogue.knowledge_bases()
            if (each := traces(catalogue, kb, forgotten)) is not None
        }
        # While the catalogue still knows which passages are theirs.
        self._take_back(author_id, _passages(catalogue, found.values()))
        if not found:
            return Removed(0)
        called = {name for each in found.values() for name in each.names}
        repeated_in = {id_ for each in found.values() for id_ in each.passages}
        self._people.remember_traces(author_id, called, repeated_in)
        chroma = stack.enter_context(
            open_chroma_for(self._settings, doing="forgetting", wait_seconds=INGEST_WAIT_SECONDS)
        )
        models = LazyModels(self._settings)
        posts: Counter[str] = Counter()
        for kb, each in found.items():
            self._expel(catalogue, chroma, models, kb, each)
            posts.update(each.posts_by_kind)
        catalogue.compact()
        return Removed(posts.total(), tuple(sorted(posts.items())))

    def _take_back(self, author_id: str, passages: frozenset[str]) -> None:
        """Keep nothing of earlier answers that quote somebody."""
        from bot.community.community import COMMUNITY, open_community

        if not (self._settings.data_dir / COMMUNITY).is_file():
            return
        forgotten = self._people.read(author_id)

        def is_theirs(citation: Citation) -> bool:
            kind = citation.thread.source_kind
            shown = (citation.post, citation.asked)
            return citation.passage.id in passages or any(
                post is not None and forgotten.wrote(post.author_id, post.author, kind)
                for post in shown
            )

        with open_community(self._settings.data_dir) as community:
            community.answers.take_back(is_theirs)

    def _expel(
        self, catalogue: Catalogue, chroma: ClientAPI, models: LazyModels, kb: str, found: Traces
    ) -> None:
        from ingest.understand.linking import link_across_threads
        from retrieval.store.live_generation import live_generation
        from retrieval.store.rebuilding import Stores, open_recovered
        from retrieval.store.removal.expelling import expel

        stores = Stores(
            *(catalogue, chroma, self._settings.data_dir / "lexical", models.embedder),
            chroma_folder=own_chroma_folder(self._settings),
        )
        with closing(
            open_recovered(stores, live_generation(catalogue, kb, models.embedder))
        ) as index:
            expel(index, found)
            link_across_threads(index, ())
            index.link_copies()


def _passages(catalogue: Catalogue, found: Iterable[Traces]) -> frozenset[str]:
    """Return the passages in which words of theirs stand, their own and others'."""
    from retrieval.store.removal.expelling import passages_of

    return frozenset(
        id_ for each in found for id_ in each.passages | passages_of(catalogue, each.posts)
    )
