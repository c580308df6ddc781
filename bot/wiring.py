"""The composition root: the one place where settings become objects.

Heavy packages are imported inside the functions that need them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from bot.settings import BotSettings
from retrieval.errors import ConfigurationError, EmptyIndexError, IndexBusyError
from retrieval.index.catalogue import Catalogue
from retrieval.index.ownership import INGEST, alone
from retrieval.knowledge import Engine, KnowledgeBase

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from bot.ports import IngestRequest
    from ingest.report import IngestReport, Progress
    from retrieval.embedding import Embedder
    from retrieval.embedding.minilm import MiniLM
    from retrieval.evaluation.collection import CollectionReport
    from retrieval.evaluation.progress import OnProgress
    from retrieval.evaluation.request import EvalRequest, Report
    from retrieval.evaluation.self_test import SelfReport
    from retrieval.index.examination import Examination
    from retrieval.index.store import PassageIndex
    from retrieval.search import HybridSearch

_log = logging.getLogger(__name__)

_CATALOGUE: Final = "catalogue.sqlite3"
_INGEST_WAIT_SECONDS: Final = 3_600.0


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
            catalogue = Catalogue(settings.data_dir / _CATALOGUE)
        else:
            catalogue = _existing_catalogue(settings, knowledge_base)
        stack.callback(catalogue.close)

        def open_engine() -> Engine:
            from retrieval.answering.answerer import Answerer
            from retrieval.index.store import live_generation

            embedder = _embedder(settings)
            live_generation(catalogue, knowledge_base, embedder)  # before Chroma is opened
            chroma = stack.enter_context(
                _open_chroma(settings, doing="answering", wait_seconds=60, serve=serve)
            )
            index = _open_index(settings, catalogue, knowledge_base, embedder, chroma)
            _recover_unless_busy(settings, index)
            search = _search(settings, index, embedder, embedder)
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
    from retrieval.index.rebuilding import Stores, open_recovered
    from retrieval.index.store import live_generation

    wait_seconds = _INGEST_WAIT_SECONDS if request.wait else 0
    with ExitStack() as stack:
        if not request.dry_run:
            stack.enter_context(
                alone(settings.data_dir, INGEST, doing="ingesting", wait_seconds=wait_seconds)
            )
        catalogue = Catalogue(settings.data_dir / _CATALOGUE)
        stack.callback(catalogue.close)
        embedder = _LazyEmbedder(settings)

        def open_index() -> PassageIndex:
            kb = request.knowledge_base
            if catalogue.generation(kb) is None:
                catalogue.begin_generation(kb, embedder.model.fingerprint)
            chroma = stack.enter_context(
                _open_chroma(settings, doing="ingesting", wait_seconds=wait_seconds)
            )
            stores = Stores(catalogue, chroma, settings.data_dir / "lexical", embedder.model)
            return open_recovered(stores, live_generation(catalogue, kb, embedder.model))

        job = Request(
            knowledge_base=request.knowledge_base,
            paths=request.paths or (settings.corpus_dir,),
            corpus_dir=settings.corpus_dir,
            encoding=request.encoding,
            allow_empty=request.allow_empty,
            dry_run=request.dry_run,
        )
        return Ingest(job, catalogue, open_index, embedder.token_ends, listener).run()


def evaluate(settings: BotSettings, request: EvalRequest, on_progress: OnProgress) -> Report:
    """Measure how well questions are answered.

    Raises:
        UsageError: if there is nothing at the path that could be evaluated.
        UnavailableError: if the model or the index cannot be used.
    """
    from retrieval.evaluation.asking import ask_all
    from retrieval.evaluation.beir import is_collection
    from retrieval.evaluation.question_report import question_report
    from retrieval.evaluation.questions import read_questions

    path, name = request.path, request.knowledge_base
    if path is None:
        return _evaluate_itself(settings, request, on_progress)
    if is_collection(path):
        return _evaluate_collection(settings, path, request, on_progress)
    questions = read_questions(path, request.limit)
    with open_librarian(settings, name) as librarian:
        return question_report(path.name, name, ask_all(librarian.open(), questions, on_progress))


def _evaluate_itself(
    settings: BotSettings, request: EvalRequest, on_progress: OnProgress
) -> SelfReport:
    """Ask a knowledge base about its own quotes, and compare with the last time."""
    from datetime import UTC, datetime

    from retrieval.evaluation.self_test import (
        SelfReport,
        SelfRun,
        ask_itself,
        keep_run,
        last_run,
        self_questions,
    )

    name = request.knowledge_base
    with open_librarian(settings, name) as librarian:
        engine = librarian.open()
        questions = self_questions(engine.index, request.limit)
        run = SelfRun(
            at=datetime.now(UTC),
            embedding=engine.index.generation.embedding,
            passages=engine.index.vectors.count(),
            ranks=ask_itself(engine.search, questions, on_progress),
        )
    path = settings.data_dir / "eval" / f"self-{name}.json"
    before = last_run(path)
    if request.limit is None:
        keep_run(path, run)
    return SelfReport(name, run, before, {question.id: question.text for question in questions})


def _evaluate_collection(
    settings: BotSettings, folder: Path, request: EvalRequest, on_progress: OnProgress
) -> CollectionReport:
    """Index a collection in a data folder that is thrown away, and let it be searched there.

    Only the vectors stay, in ``eval`` in the data folder.
    """
    from tempfile import TemporaryDirectory

    from ingest.beir import beir_contents
    from retrieval.evaluation.baselines import Baselines
    from retrieval.evaluation.beir import read_collection
    from retrieval.evaluation.cached_embedder import CachedEmbedder
    from retrieval.evaluation.collection import (
        FOOTNOTE,
        DocumentSearch,
        Ranker,
        evaluate_collection,
        index_collection,
    )
    from retrieval.index.chroma import open_chroma
    from retrieval.index.store import PassageIndex
    from retrieval.settings import ChromaSettings

    collection = read_collection(folder, request.limit)
    model = _embedder(settings)
    contents = beir_contents(collection.documents, model.token_ends)
    with ExitStack() as stack:
        vectors = Catalogue(settings.data_dir / "eval" / _CATALOGUE)
        stack.callback(vectors.close)
        embedder = CachedEmbedder(model, vectors)
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="footnote-eval-")))
        catalogue = Catalogue(scratch / _CATALOGUE)
        stack.callback(catalogue.close)
        chroma = stack.enter_context(open_chroma(scratch, ChromaSettings(), doing="evaluating"))
        generation = catalogue.begin_generation("collection", embedder.fingerprint)
        index = PassageIndex(catalogue, generation, chroma, scratch / "lexical", embedder)
        stack.callback(index.close)
        size = index_collection(index, contents.files, on_progress)
        search = _search(settings, index, embedder, model)
        rankers: dict[str, Ranker] = {FOOTNOTE: DocumentSearch(search, contents.document_of_post)}
        if request.compare:
            whole = {document.id: document.whole_text for document in collection.documents}
            others = Baselines(whole, scratch / "baselines", embedder, on_progress)
            stack.callback(others.close)
            rankers |= {"bm25": others.bm25, "dense": others.dense, "rrf": others.rrf}
        return evaluate_collection(collection, rankers, size, on_progress)


def examine(
    settings: BotSettings,
    knowledge_base: str,
    on_step: Callable[[str, int, int], None],
    *,
    anew: bool,
) -> Examination:
    """Check and mend a knowledge base's index, or make it anew.

    Raises:
        FootnoteError: if it cannot be examined, or not be mended.
    """
    from retrieval.index.chroma_client import ServerClient
    from retrieval.index.examination import examine as examine_stores
    from retrieval.index.rebuilding import Stores

    with ExitStack() as stack:
        catalogue = _existing_catalogue(settings, knowledge_base)
        stack.callback(catalogue.close)
        stack.enter_context(
            alone(settings.data_dir, INGEST, doing="examining", wait_seconds=_INGEST_WAIT_SECONDS)
        )
        chroma = stack.enter_context(_open_chroma(settings, doing="examining", wait_seconds=60))
        lexical_folder = settings.data_dir / "lexical"
        return examine_stores(
            Stores(catalogue, chroma, lexical_folder, _embedder(settings)),
            knowledge_base,
            anew=anew,
            # Behind a server the folder is the server's.
            chroma_folder=(
                None if isinstance(chroma, ServerClient) else settings.data_dir / "chroma"
            ),
            on_step=on_step,
        )


def run_bot(settings: BotSettings) -> None:
    """Run the Discord bot until it is stopped.

    Raises:
        ConfigurationError: without a token, or with one that Discord refuses.
        UnavailableError: if the index or the model cannot be used.
    """
    from bot.child_ingest import ChildIngest
    from bot.discord_app.run import check_token, run_bot
    from bot.discord_app.watch import CorpusWatch

    check_token(settings.discord)
    command = [sys.executable, "-m", "bot.terminal.main"]
    command += ["--data-dir", str(settings.data_dir), "--corpus-dir", str(settings.corpus_dir)]
    reingester = ChildIngest(
        [*command, "ingest", "--events", "--no-wait", "--kb", settings.knowledge_base]
    )
    corpus = None
    if settings.discord.watch:
        corpus = CorpusWatch(settings.corpus_dir, reingester, ignored=[settings.data_dir])
    with open_librarian(settings, settings.knowledge_base, serve=True) as librarian:
        try:
            librarian.open()
        except EmptyIndexError as error:
            _log.warning("%s Until then the bot has nothing to answer from.", error)
        run_bot(settings.discord, librarian, reingester, corpus)


def _recover_unless_busy(settings: BotSettings, index: PassageIndex) -> None:
    """Finish what a crash interrupted, unless what looks like it is an ingest under way."""
    if index.needs_recovery():
        lock = alone(settings.data_dir, INGEST, doing="recovering", wait_seconds=0)
        with suppress(IndexBusyError), lock:
            index.recover()
            index.close()


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


def _search(
    settings: BotSettings, index: PassageIndex, embedder: Embedder, vocabulary: MiniLM
) -> HybridSearch:
    from retrieval.search import HybridSearch
    from retrieval.spelling import Speller

    speller = Speller(index.passages, index.library, vocabulary.is_word)
    return HybridSearch(index, embedder, settings.search, speller)


def _open_index(
    settings: BotSettings,
    catalogue: Catalogue,
    knowledge_base: str,
    embedder: MiniLM,
    chroma: ClientAPI,
) -> PassageIndex:
    from retrieval.index.store import PassageIndex, live_generation

    generation = live_generation(catalogue, knowledge_base, embedder)
    return PassageIndex(catalogue, generation, chroma, settings.data_dir / "lexical", embedder)


def _open_chroma(
    settings: BotSettings, *, doing: str, wait_seconds: float, serve: bool = False
) -> AbstractContextManager[ClientAPI]:
    from retrieval.index.chroma import open_chroma

    return open_chroma(
        settings.data_dir, settings.chroma, doing=doing, wait_seconds=wait_seconds, serve=serve
    )
