"""How well passages are found, beside BM25 alone, the model alone and reciprocal ranks.

``python -m benchmarks.retrieval [COLLECTION …]`` asks the questions of ``sample/`` and the
queries of collections in BEIR layout, and writes ``benchmarks/RESULTS.md``.  Vectors of
collections are kept in the data folder, so a second run is quick.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot import wiring
from bot.librarian import IngestRequest
from bot.settings import load_settings
from ingest.report import Progress
from retrieval.embedding.minilm import load_minilm
from retrieval.evaluation.asking import ask_all
from retrieval.evaluation.collections.baselines import Baselines
from retrieval.evaluation.collections.beir import Collection, Document, Query
from retrieval.evaluation.collections.collection import (
    FOOTNOTE,
    CollectionReport,
    Ranker,
    RankingFigures,
    Size,
    evaluate_collection,
)
from retrieval.evaluation.question_report import (
    DEPTHS,
    QuestionReport,
    RecallFigures,
    question_report,
)
from retrieval.evaluation.questions import Question, read_questions
from retrieval.evaluation.request import EvalRequest
from retrieval.knowledge import Engine
from retrieval.text.wording import fold

ROOT: Final = Path(__file__).parents[1]
NAMES: Final[Mapping[str, str]] = {
    FOOTNOTE: "**Footnote**",
    "bm25": "BM25 alone",
    "dense": "MiniLM alone",
    "rrf": "both, reciprocal rank fusion",
}
_SAMPLE_KB: Final = "sample"
_HITS: Final = 100


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collections", nargs="*", type=Path, help="folders in BEIR layout")
    parser.add_argument("--data", type=Path, default=Path("data"), help="models and vectors")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "RESULTS.md")
    options = parser.parse_args(arguments)
    folders = options.collections or _from_environment()
    parts = [_heading(), *_sample(options.data.resolve())]
    for folder in folders:
        report = wiring.evaluate(
            load_settings(data_dir=options.data),
            EvalRequest(folder, compare=True),
            _say,
        )
        assert isinstance(report, CollectionReport)  # noqa: S101  # for the type checker
        parts.append(collection_section(report))
    options.out.write_text("\n".join(parts), "utf-8")
    print(options.out.read_text("utf-8"))


def _from_environment() -> list[Path]:
    """Return the collections in the folder that ``BENCH_COLLECTIONS`` names, for ``make bench``."""
    folder = os.environ.get("BENCH_COLLECTIONS")
    return sorted(path.parent for path in Path(folder).glob("*/corpus.jsonl")) if folder else []


def _sample(data: Path) -> Iterator[str]:
    """Ingest the sample threads into a knowledge base of their own, and ask its questions."""
    with TemporaryDirectory(prefix="footnote-bench-") as scratch:
        (data / "models").mkdir(parents=True, exist_ok=True)
        (Path(scratch) / "models").symlink_to(data / "models")
        settings = load_settings(data_dir=Path(scratch))
        wiring.ingest(settings, IngestRequest(_SAMPLE_KB, (ROOT / "sample" / "threads",)), _quiet)
        with wiring.open_librarian(settings, _SAMPLE_KB) as librarian:
            engine = librarian.open()
            questions = [
                question
                for name in ("questions", "followups")
                for question in read_questions(ROOT / "sample" / f"{name}.jsonl")
            ]
            judged = ask_all(engine, questions, _say)
            yield question_section(question_report("sample", _SAMPLE_KB, judged))
            yield collection_section(_passages(engine, questions, Path(scratch)))


def _passages(engine: Engine, questions: Sequence[Question], scratch: Path) -> CollectionReport:
    """Rank the single passages of the sample, for the questions that stand alone."""
    index = engine.index
    located = index.library.located(index.catalogue.indexed_ids(_SAMPLE_KB))
    texts = {id_: entry.passage.text for id_, entry in located.items()}
    relevance = {
        question.id: {
            id_: 1
            for id_, text in texts.items()
            if any(fold(quote) in fold(text) for quote in question.gold)
        }
        for question in questions
        if question.answerable and not question.history
    }
    collection = Collection(
        "the passages of sample/threads",
        tuple(Document(_id=id_, text=text) for id_, text in texts.items()),
        tuple(
            Query(_id=question.id, text=question.text)
            for question in questions
            if any(relevance.get(question.id, {}).values())
        ),
        relevance,
    )
    baselines = Baselines(texts, scratch / "baselines", load_minilm(scratch / "models"), _say)
    rankers: dict[str, Ranker] = {
        FOOTNOTE: lambda query: [hit.passage.id for hit in engine.search.search(query, _HITS).hits],
        "bm25": baselines.bm25,
        "dense": baselines.dense,
        "rrf": baselines.rrf,
    }
    try:
        return evaluate_collection(collection, rankers, Size(0, len(texts), 0.0), _say)
    finally:
        baselines.close()


def question_section(report: QuestionReport) -> str:
    """Return what came of a file of questions as Markdown."""
    rows = [("answerable", report.alone)]
    rows += [(f"– {kind}", row) for kind, row in report.by_kind.items()]
    rows += [("follow-ups", report.follow_ups)]
    heads = ("", "questions", *(f"recall@{k}" for k in DEPTHS), "answered", "gold shown")
    asked = sum(row.questions for row in report.unanswerable.values())
    answered = sum(row.answered for row in report.unanswerable.values())
    return "\n".join(
        [
            f"## Questions: {report.name}",
            "",
            *_table(heads, [_recall(name, row) for name, row in rows if row.questions]),
            "",
            f"Wrong among the answered: {report.wrong_among_answered:.0%}. Answered although "
            f"the threads do not answer: {answered} of {asked}. Calibration error: "
            f"{report.calibration_error:.3f}. An answer takes {report.answer_latency.p50_ms:.0f} "
            f"ms (median; p95 {report.answer_latency.p95_ms:.0f} ms).",
            "",
        ]
    )


def _recall(name: str, row: RecallFigures) -> list[str]:
    shares = (f"{share:.0%}" for share in (*row.at, row.answered, row.shown))
    return [name, str(row.questions), *shares]


def collection_section(report: CollectionReport) -> str:
    """Return what came of a collection as Markdown."""
    heads = ("", "nDCG@10", "Recall@10", "Recall@100", "MRR@10", "median ms")
    return "\n".join(
        [
            f"## Ranking: {report.name}",
            "",
            f"{report.documents:,} documents, {report.passages:,} passages, {report.queries:,} "
            "queries.",
            "",
            *_table(heads, [_ranking(row) for row in report.figures]),
            "",
        ]
    )


def _ranking(row: RankingFigures) -> list[str]:
    measures = (row.ndcg_at_10, row.recall_at_10, row.recall_at_100, row.mrr_at_10)
    return [
        NAMES.get(row.ranker, row.ranker),
        *(f"{measure:.4f}" for measure in measures),
        f"{row.p50_ms:.1f}",
    ]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _heading() -> str:
    return (
        "# How well passages are found\n\n"
        "Written by `python -m benchmarks.retrieval`; what each figure means is in "
        "[docs/evaluation.md](../docs/evaluation.md).\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{platform.machine()}, {os.cpu_count()} processor cores.\n"
    )


def _say(_doing: str, _done: int, _total: int) -> None:
    """Keep quiet: the table says it all."""


def _quiet(_progress: Progress) -> None:
    """The same for an ingest."""


if __name__ == "__main__":
    main()
