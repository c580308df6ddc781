"""A collection in BEIR layout, indexed apart from everybody's knowledge bases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import BotSettings
from bot.wiring.parts import make_search
from retrieval.store.catalogue.catalogue import CATALOGUE, Catalogue

if TYPE_CHECKING:
    from retrieval.embedding import Embedder
    from retrieval.embedding.minilm import MiniLM
    from retrieval.evaluation.collections.beir import Collection
    from retrieval.evaluation.collections.collection import Size
    from retrieval.evaluation.progress import OnProgress
    from retrieval.ranking.hybrid import HybridSearch
    from retrieval.store.index import PassageIndex


@dataclass(frozen=True, slots=True)
class IndexedCollection:
    """A collection that can be searched."""

    index: PassageIndex
    search: HybridSearch
    embedder: Embedder
    """The model, with what it has embedded before."""
    document_of_post: Mapping[str, str]
    """The document's id by that of the post that was made of it."""
    size: Size
    folder: Path
    """Thrown away in the end."""


@contextmanager
def indexed_apart(
    settings: BotSettings,
    collection: Collection,
    model: Embedder,
    minilm: MiniLM,
    on_progress: OnProgress,
) -> Iterator[IndexedCollection]:
    """Yield a collection, indexed by ``model`` in a data folder that is thrown away.

    ``minilm`` cuts its texts into passages.  Only the vectors stay, in ``eval`` in the data folder.
    """
    from tempfile import TemporaryDirectory

    from ingest.beir import beir_contents
    from retrieval.evaluation.collections.cached_embedder import CachedEmbedder
    from retrieval.evaluation.collections.collection import index_collection
    from retrieval.settings import ChromaSettings
    from retrieval.store.chroma.opening import open_chroma
    from retrieval.store.index import PassageIndex

    contents = beir_contents(collection.documents, minilm.token_ends)
    with ExitStack() as stack:
        vectors = Catalogue(settings.data_dir / "eval" / CATALOGUE)
        stack.callback(vectors.close)
        embedder = CachedEmbedder(model, vectors)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="footnote-eval-")))
        catalogue = Catalogue(folder / CATALOGUE)
        stack.callback(catalogue.close)
        chroma = stack.enter_context(open_chroma(folder, ChromaSettings(), doing="evaluating"))
        generation = catalogue.begin_generation("collection", embedder.fingerprint)
        index = PassageIndex(catalogue, generation, chroma, folder / "lexical", embedder)
        stack.callback(index.close)
        size = index_collection(index, contents.files, on_progress)
        search = make_search(settings, index, embedder, minilm)
        stack.callback(search.close)
        yield IndexedCollection(index, search, embedder, contents.document_of_post, size, folder)
