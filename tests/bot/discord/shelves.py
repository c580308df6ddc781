"""Real knowledge bases on real stores, for tests of what a face can be made to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from retrieval.answering.answerer import Answerer
from retrieval.knowledge import Engine, KnowledgeBase
from retrieval.ranking.hybrid import HybridSearch
from retrieval.ranking.spelling import Speller
from retrieval.rulings.book import RulingBook
from retrieval.settings import SearchSettings
from retrieval.store.catalogue.contents import FileContents
from retrieval.store.catalogue.library import Library
from retrieval.store.catalogue.ruled import Ruled
from retrieval.store.index import PassageIndex
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import Folder, client_at


class Shelves:
    """Several knowledge bases in one data folder; ``default`` is always among them."""

    default = "default"

    def __init__(
        self,
        indexes: Mapping[str, PassageIndex],
        path: Path,
        engine_on: Callable[[PassageIndex], Engine],
    ) -> None:
        self.indexes = indexes
        self._bases: dict[str, KnowledgeBase] = {}
        book = RulingBook(path)
        for name, index in indexes.items():
            ruled = Ruled(index.catalogue, name, book)
            index.library = Library(index.catalogue, name, ruled)
            self._bases[name] = KnowledgeBase(
                index.catalogue, name, path, partial(engine_on, index), ruled=ruled
            )

    def names(self) -> tuple[str, ...]:
        return tuple(self._bases)

    def of(self, name: str) -> KnowledgeBase:
        return self._bases[name]


def hashing_engine(index: PassageIndex) -> Engine:
    embedder = HashingEmbedder()
    speller = Speller(index.passages, index.library, lambda _: True)
    search = HybridSearch(index, embedder, SearchSettings(), speller)
    return Engine(index, search, Answerer(index, search, embedder))


@contextmanager
def shelves(
    path: Path,
    files: Mapping[str, Sequence[FileContents]],
    engine_on: Callable[[PassageIndex], Engine] = hashing_engine,
) -> Iterator[Shelves]:
    """Yield knowledge bases that hold ``files``, by name; others may write to them as well."""
    folder = Folder(path, client_at(path))
    with ExitStack() as stack:
        indexes = {name: stack.enter_context(folder.index(name)) for name in files}
        for name, contents in files.items():
            indexes[name].write(contents)
            indexes[name].close()
        yield Shelves(indexes, path, engine_on)
