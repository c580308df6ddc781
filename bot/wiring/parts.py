"""What several compositions need: the model, the catalogue, Chroma and the index, opened."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.settings import BotSettings
from retrieval.errors import EmptyIndexError
from retrieval.store.catalogue.catalogue import CATALOGUE, Catalogue

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from retrieval.embedding import Embedder
    from retrieval.embedding.minilm import MiniLM
    from retrieval.ranking.hybrid import HybridSearch
    from retrieval.store.index import PassageIndex

INGEST_WAIT_SECONDS: Final = 3_600.0


def existing_catalogue(settings: BotSettings, knowledge_base: str) -> Catalogue:
    """Return the open catalogue that holds ``knowledge_base``; the caller closes it.

    Raises:
        EmptyIndexError: if nothing has been ingested into it.
    """
    path = settings.data_dir / CATALOGUE
    if not settings.data_dir.is_dir():
        raise EmptyIndexError(
            f"There is no data folder {settings.data_dir}. Correct --data-dir or "
            "FOOTNOTE_DATA_DIR, or run `footnote ingest FOLDER` with a folder of threads first."
        )
    if path.is_file():
        catalogue = Catalogue(path)
        if catalogue.generation(knowledge_base) is not None:
            return catalogue
        catalogue.close()
    raise EmptyIndexError(
        f"The knowledge base “{knowledge_base}” in {settings.data_dir} is empty. "
        "Run `footnote ingest FOLDER` with a folder of threads first."
    )


def open_minilm(settings: BotSettings) -> MiniLM:
    """Return MiniLM: its tokens cut passages and its vocabulary knows words, whoever embeds."""
    from retrieval.embedding.minilm import load_minilm

    return load_minilm(settings.data_dir / "models", threads=settings.embedding_threads)


def load_embedder(settings: BotSettings, minilm: MiniLM) -> Embedder:
    """Return the embedding model that is set; ``minilm`` itself, unless another one is."""
    if settings.embedding.provider == "minilm":
        return minilm
    from retrieval.embedding.providers import open_embedder

    return open_embedder(
        settings.embedding, settings.data_dir / "models", threads=settings.embedding_threads
    )


class LazyModels:
    """Loads a model when something has to be cut or embedded, and not before."""

    def __init__(self, settings: BotSettings) -> None:
        self._settings = settings

    @cached_property
    def minilm(self) -> MiniLM:
        """What cuts passages."""
        return open_minilm(self._settings)

    @cached_property
    def embedder(self) -> Embedder:
        """What embeds them."""
        return load_embedder(self._settings, self.minilm)

    def token_ends(self, text: str) -> list[int]:
        """Return where each of MiniLM's tokens ends in ``text``."""
        return self.minilm.token_ends(text)


def make_search(
    settings: BotSettings, index: PassageIndex, embedder: Embedder, minilm: MiniLM
) -> HybridSearch:
    """Return the search over ``index`` that mends slips with the vocabulary of ``minilm``."""
    from retrieval.ranking.hybrid import HybridSearch
    from retrieval.ranking.spelling import Speller

    speller = Speller(index.passages, index.library, minilm.is_word)
    return HybridSearch(index, embedder, settings.search, speller)


def open_index(
    settings: BotSettings,
    catalogue: Catalogue,
    knowledge_base: str,
    embedder: Embedder,
    chroma: ClientAPI,
) -> PassageIndex:
    """Return the live generation of ``knowledge_base``."""
    from retrieval.store.index import PassageIndex
    from retrieval.store.live_generation import live_generation

    generation = live_generation(catalogue, knowledge_base, embedder)
    return PassageIndex(catalogue, generation, chroma, settings.data_dir / "lexical", embedder)


def own_chroma_folder(settings: BotSettings) -> Path | None:
    """Return Chroma's folder, None where it is some server's and not on this machine."""
    return settings.data_dir / "chroma" if settings.chroma.url is None else None


def open_chroma_for(
    settings: BotSettings,
    *,
    doing: str,
    wait_seconds: float,
    serve: bool = False,
    is_new: bool = False,
) -> AbstractContextManager[ClientAPI]:
    """Return Chroma as the settings say where; see ``open_chroma``."""
    from retrieval.store.chroma.opening import open_chroma

    return open_chroma(
        settings.data_dir,
        settings.chroma,
        doing=doing,
        wait_seconds=wait_seconds,
        serve=serve,
        is_new=is_new,
    )


def leave_no_residue(settings: BotSettings) -> None:
    """See to it that Chroma's file keeps nothing of what was removed; call it with Chroma closed.

    Where a bot has it open, that is done as soon as the bot ends.
    """
    from retrieval.store.chroma.folder import leave_no_residue as copied

    folder = own_chroma_folder(settings)
    if folder is not None:
        copied(folder)
