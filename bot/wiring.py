"""The composition root: the one place where settings become objects.

Heavy packages are imported inside the functions that need them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from bot.settings import BotSettings
from retrieval.errors import ConfigurationError, EmptyIndexError
from retrieval.index.catalogue import Catalogue
from retrieval.knowledge import Engine, KnowledgeBase

if TYPE_CHECKING:
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
    settings: BotSettings,
    knowledge_base: str,
    paths: tuple[Path, ...],
    *,
    dry_run: bool = False,
    encoding: str | None = None,
    allow_empty: bool = False,
    listener: Callable[[Progress], None] = lambda _: None,
) -> IngestReport:
    """Bring a knowledge base in line with files and folders.

    Raises:
        FootnoteError: if nothing could be done; refused files are in the report.
    """
    from ingest.pipeline import Ingest, Request

    with ExitStack() as stack:
        catalogue = Catalogue(settings.data_dir / _CATALOGUE)
        stack.callback(catalogue.close)
        model: list[MiniLM] = []

        def embedder() -> MiniLM:
            if not model:
                model.append(_embedder(settings))
            return model[0]

        def open_index() -> PassageIndex:
            index = _open_index(
                settings, catalogue, knowledge_base, embedder(), stack, "ingesting", create=True
            )
            index.recover()
            return index

        request = Request(
            knowledge_base=knowledge_base,
            paths=paths or (settings.corpus_dir,),
            corpus_dir=settings.corpus_dir,
            encoding=encoding,
            allow_empty=allow_empty,
            dry_run=dry_run,
        )
        run = Ingest(
            request, catalogue, open_index, lambda text: embedder().token_ends(text), listener
        )
        return run.run()


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


def _open_index(
    settings: BotSettings,
    catalogue: Catalogue,
    knowledge_base: str,
    embedder: MiniLM,
    stack: ExitStack,
    doing: str,
    *,
    create: bool = False,
) -> PassageIndex:
    from retrieval.index.chroma import open_chroma
    from retrieval.index.store import PassageIndex, live_generation

    if create and catalogue.generation(knowledge_base) is None:
        catalogue.begin_generation(knowledge_base, embedder.fingerprint)
    generation = live_generation(catalogue, knowledge_base, embedder)
    client = stack.enter_context(
        open_chroma(settings.data_dir, url=settings.chroma.url, doing=doing)
    )
    return PassageIndex(catalogue, generation, client, settings.data_dir / "lexical", embedder)
