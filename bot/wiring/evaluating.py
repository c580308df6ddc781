"""An evaluation, put together: of questions, of a collection, or of a knowledge base by itself."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import BotSettings
from bot.wiring.answering import open_librarian
from bot.wiring.collection_index import indexed_apart
from bot.wiring.parts import load_embedder, open_minilm

if TYPE_CHECKING:
    from retrieval.evaluation.collections.collection import CollectionReport
    from retrieval.evaluation.own_report import OwnReport
    from retrieval.evaluation.progress import OnProgress
    from retrieval.evaluation.request import EvalRequest, Report


def evaluate(settings: BotSettings, request: EvalRequest, on_progress: OnProgress) -> Report:
    """Measure how well questions are answered.

    Raises:
        UsageError: if there is nothing at the path that could be evaluated.
        UnavailableError: if the model or the index cannot be used.
    """
    from retrieval.evaluation.asking import ask_all
    from retrieval.evaluation.collections.beir import is_collection
    from retrieval.evaluation.question_report import question_report
    from retrieval.evaluation.questions import read_questions

    path, name = request.path, request.knowledge_base
    if path is None:
        return _ask_again(settings, request, on_progress)
    if is_collection(path):
        return _evaluate_collection(settings, path, request, on_progress)
    questions = read_questions(path, request.limit)
    with open_librarian(settings, name) as librarian:
        return question_report(path.name, name, ask_all(librarian.open(), questions, on_progress))


def _ask_again(settings: BotSettings, request: EvalRequest, on_progress: OnProgress) -> OwnReport:
    """Ask a knowledge base the questions of its own threads."""
    from retrieval.evaluation.own_questions import own_questions
    from retrieval.evaluation.own_report import ask_again, own_report

    name = request.knowledge_base
    with open_librarian(settings, name) as librarian:
        engine = librarian.open()
        questions = own_questions(engine.index, request.limit)
        return own_report(name, ask_again(engine, questions, on_progress))


def _evaluate_collection(
    settings: BotSettings, folder: Path, request: EvalRequest, on_progress: OnProgress
) -> CollectionReport:
    """Index a collection in a data folder that is thrown away, and let it be searched there."""
    from retrieval.evaluation.collections.baselines import Baselines
    from retrieval.evaluation.collections.beir import read_collection
    from retrieval.evaluation.collections.collection import (
        FOOTNOTE,
        DocumentSearch,
        Ranker,
        evaluate_collection,
    )

    collection = read_collection(folder, request.limit)
    minilm = open_minilm(settings)
    model = load_embedder(settings, minilm)
    with ExitStack() as stack:
        apart = stack.enter_context(indexed_apart(settings, collection, model, minilm, on_progress))
        ours = DocumentSearch(apart.search, apart.index.library, apart.document_of_post)
        rankers: dict[str, Ranker] = {FOOTNOTE: ours}
        if request.compare:
            whole = {document.id: document.whole_text for document in collection.documents}
            others = Baselines(whole, apart.folder / "baselines", apart.embedder, on_progress)
            stack.callback(others.close)
            rankers |= {"bm25": others.bm25, "dense": others.dense, "rrf": others.rrf}
        return evaluate_collection(collection, rankers, apart.size, on_progress)
