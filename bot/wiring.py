"""The composition root: the one place where settings become objects.

Heavy packages are imported inside the functions that need them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from bot.settings import BotSettings
from retrieval.errors import ConfigurationError, EmptyIndexError
from retrieval.index.catalogue import Catalogue
from retrieval.knowledge import Engine, KnowledgeBase

if TYPE_CHECKING:
    from bot.ports import IngestRequest
    from ingest.report import IngestReport, Progress
    from retrieval.embedding.minilm import MiniLM
    from retrieval.index.store import PassageIndex

_CATALOGUE: Final = "catalogue.sqlite3"


def load_settings(**overrides: Path) -> BotSettings:
    """Return the settings from the environment and ``.env``, ``overrides`` first.

    Raises:
        ConfigurationError: naming the first variable that is wrong.
    """
    try:
        return BotSettings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        first = error.errors()[0]
        name = "FOOTNOTE_" + "__".join(map(str, first["loc"])).upper()
        raise ConfigurationError(f"{name}: {first['msg']}. Correct it and start again.") from error


@contextmanager
def open_librarian(settings: BotSettings, knowledge_base: str) -> Iterator[KnowledgeBase]:
    """Yield a knowledge base, open for questions.

    Raises:
        EmptyIndexError: if nothing has been ingested into it yet.
    """
    with ExitStack() as stack:
        catalogue = _existing_catalogue(settings, knowledge_base)
        stack.callback(catalogue.close)

        def open_engine() -> Engine:
            from retrieval.answering.answerer import Answerer
            from retrieval.search import HybridSearch

            embedder = _embedder(settings)
            index = _open_index(settings, catalogue, knowledge_base, embedder, stack, "answering")
            search = HybridSearch(index, embedder, settings.search)
            return Engine(index, search, Answerer(index, search, embedder))

        yield KnowledgeBase(catalogue, knowledge_base, settings.data_dir, open_engine)


def ingest(
    settings: BotSettings, request: IngestRequest, listener: Callable[[Progress], None]
) -> IngestReport:
    """Bring a knowledge base in line with files and folders.

    Raises:
        FootnoteError: if nothing could be done; refused files are in the report.
    """
    from ingest.pipeline import Ingest, Request

    with ExitStack() as stack:
        catalogue = Catalogue(settings.data_dir / _CATALOGUE)
        stack.callback(catalogue.close)
        embedder = _LazyEmbedder(settings)

        def open_index() -> PassageIndex:
            kb = request.knowledge_base
            if catalogue.generation(kb) is None:
                catalogue.begin_generation(kb, embedder.model.fingerprint)
            index = _open_index(settings, catalogue, kb, embedder.model, stack, "ingesting")
            index.recover()
            return index

        job = Request(
            knowledge_base=request.knowledge_base,
            paths=request.paths or (settings.corpus_dir,),
            corpus_dir=settings.corpus_dir,
            encoding=request.encoding,
            allow_empty=request.allow_empty,
            dry_run=request.dry_run,
        )
        return Ingest(job, catalogue, open_index, embedder.token_ends, listener).run()


def run_bot(settings: BotSettings) -> None:
    """Run the Discord bot until it is stopped.

    Raises:
        ConfigurationError: without a token, or with one that Discord refuses.
        EmptyIndexError: if nothing has been ingested yet.
    """
    from bot.child_ingest import ChildIngest
    from bot.discord_app.run import check_token, run_bot

    check_token(settings.discord)
    command = [sys.executable, "-m", "bot.terminal.main"]
    command += ["--data-dir", str(settings.data_dir), "--corpus-dir", str(settings.corpus_dir)]
    reingester = ChildIngest([*command, "ingest", "--events", "--kb", settings.knowledge_base])
    with open_librarian(settings, settings.knowledge_base) as librarian:
        librarian.open()
        run_bot(settings.discord, librarian, reingester)


def _existing_catalogue(settings: BotSettings, knowledge_base: str) -> Catalogue:
    path = settings.data_dir / _CATALOGUE
    if path.is_file():
        catalogue = Catalogue(path)
        if catalogue.generation(knowledge_base) is not None:
            return catalogue
        catalogue.close()
    raise EmptyIndexError(
        f"The knowledge base “{knowledge_base}” in {settings.data_dir} is empty. "
        "Run `footnote ingest FOLDER` with a folder of threads first."
    )


def _embedder(settings: BotSettings) -> MiniLM:
    from retrieval.embedding.minilm import load_minilm

    return load_minilm(settings.data_dir / "models", threads=settings.embedding_threads)


class _LazyEmbedder:
    """Loads the model when something has to be cut or embedded, and not before."""

    def __init__(self, settings: BotSettings) -> None:
        self._settings = settings

    @cached_property
    def model(self) -> MiniLM:
        return _embedder(self._settings)

    def token_ends(self, text: str) -> list[int]:
        return self.model.token_ends(text)


def _open_index(
    settings: BotSettings,
    catalogue: Catalogue,
    knowledge_base: str,
    embedder: MiniLM,
    stack: ExitStack,
    doing: str,
) -> PassageIndex:
    from retrieval.index.chroma import open_chroma
    from retrieval.index.store import PassageIndex, live_generation

    generation = live_generation(catalogue, knowledge_base, embedder)
    client = stack.enter_context(
        open_chroma(settings.data_dir, url=settings.chroma.url, doing=doing)
    )
    return PassageIndex(catalogue, generation, client, settings.data_dir / "lexical", embedder)
