"""Where the gate's weights and marks come from, and what they are worth elsewhere.

``python -m benchmarks.calibration [--data FOLDER] [COLLECTION …]`` asks
``calibration_questions.jsonl`` of ``sample/threads``, fits the weights of
``retrieval/answering/gate.py`` to what came of them, measures the marks of
``retrieval/answering/calibration.py``, and prints both.  Collections in BEIR layout are for
checking: their queries are asked once as they are and once with the threads that answer held
out, and the calibration is compared with that of the bare weights.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.retrieval import ROOT
from bot import wiring
from bot.ports import IngestRequest
from bot.settings import load_settings
from bot.wiring.collection_index import indexed_apart
from bot.wiring.parts import load_words
from retrieval.answering.calibration import ANSWERABLE_SHARE, Calibration, calibrated
from retrieval.answering.gate import Signs, logit
from retrieval.answering.reading import HITS, Reader
from retrieval.answering.self_asking import measure, own_questions
from retrieval.evaluation.beir import read_collection
from retrieval.evaluation.metrics import calibration_bins, calibration_error
from retrieval.index.store import PassageIndex
from retrieval.search import HybridSearch
from retrieval.wording import clean_question

QUESTIONS: Final = ROOT / "benchmarks" / "calibration_questions.jsonl"
_SHRINKAGE: Final = 2.0
"""The L2 penalty on standardised weights."""
_STEPS: Final = 50
_SEARCHED: Final = 60
_LONGEST_QUERY: Final = 2_000
_NAMES: Final = ("cosine", "coverage", "unknown name", "unknown term", "margin", "agreement")
Matrix = npt.NDArray[np.float64]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the fit from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collections", nargs="*", type=Path, help="folders in BEIR layout")
    parser.add_argument("--data", type=Path, default=Path("data"), help="models and vectors")
    parser.add_argument("--limit", type=int, default=150, help="queries of each collection")
    options = parser.parse_args(arguments)
    with _sample(options.data.resolve()) as (index, search, reader):
        signs, answerable = _asked(search, reader)
        bias, weights = fit(signs, answerable)
        print(f"bias {bias:.2f}")
        for name, weight in zip(_NAMES, weights, strict=True):
            print(f"{name} {weight:.2f}")
        print(f"marks {measure(search, reader, own_questions(index), index.passages.count())}")
    for folder in options.collections:
        _check(folder, options.data.resolve(), options.limit)


def fit(signs: Matrix, answerable: npt.NDArray[np.bool_]) -> tuple[float, list[float]]:
    """Return the bias and weights of a logistic regression, both outcomes weighing the same.

    Newton's method on standardised signs (n × 6) with an L2 penalty.
    """
    mean, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-9
    design = np.column_stack([(signs - mean) / spread, np.ones(len(signs))])
    share = np.where(answerable, answerable.mean(), 1 - answerable.mean())
    importance = 0.5 / share
    penalty = _SHRINKAGE * np.eye(design.shape[1])
    penalty[-1, -1] = 1e-6
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-design @ found))
        gradient = design.T @ (importance * (answerable - likely)) - penalty @ found
        curvature = (design.T * (importance * likely * (1 - likely))) @ design + penalty
        found += np.linalg.solve(curvature, gradient)
    weights = found[:-1] / spread
    return float(found[-1] - weights @ mean), [float(weight) for weight in weights]


def _asked(search: HybridSearch, reader: Reader) -> tuple[Matrix, npt.NDArray[np.bool_]]:
    """Return the signs of the calibration questions, and which of them are answered."""
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    signs = []
    for row in rows:
        ranking = search.search(clean_question(row["question"]), HITS)
        signs.append(_row(reader.signs(ranking, ranking.hits)))
    return np.array(signs), np.array([row["answerable"] for row in rows])


def _row(signs: Signs) -> list[float]:
    unknown = [float(bool(signs.unknown_names)), float(bool(signs.unknown_terms))]
    return [signs.cosine, signs.coverage, *unknown, signs.margin, signs.agreement]


def _check(folder: Path, data: Path, limit: int) -> None:
    """Print how well calibrated the gate is on a collection, with and without its own marks."""
    with _collection(folder, data) as (index, search, reader, asked):
        anchors = measure(search, reader, own_questions(index), index.passages.count())
        logits, held_out = [], []
        for text, document_ids in asked[:limit]:
            ranking = search.search(clean_question(text), _SEARCHED)
            answering = {h.thread.id for h in ranking.hits if h.post.id in document_ids}
            rest = [hit for hit in ranking.hits if hit.thread.id not in answering][:HITS]
            if rest and answering:
                logits.append(logit(reader.signs(ranking, ranking.hits[:HITS])))
                held_out.append(logit(reader.signs(ranking, rest)))
        print(f"{folder.name}: {len(logits)} queries, {anchors}")
        for name, line in (("bare", Calibration()), ("calibrated", calibrated(anchors))):
            print(f"  {name}: {_quality(line, logits, held_out)}")


def _quality(line: Calibration, answered: Sequence[float], held_out: Sequence[float]) -> str:
    """Tell calibration error and log loss where half of the questions are answerable."""
    odds = ANSWERABLE_SHARE / (1 - ANSWERABLE_SHARE)
    likely = [line.probability(each) for each in (*answered, *held_out)]
    even = np.array([p / (p + odds * (1 - p)) for p in likely])
    true = np.array([True] * len(answered) + [False] * len(held_out))
    loss = -float(np.log(np.where(true, even, 1 - even)).mean())
    error = calibration_error(calibration_bins(even.tolist(), true.tolist()))
    return f"calibration error {error:.3f}, log loss {loss:.3f}"


@contextmanager
def _sample(data: Path) -> Iterator[tuple[PassageIndex, HybridSearch, Reader]]:
    """Yield the sample threads, indexed in a folder that is thrown away."""
    (data / "models").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="footnote-calibration-") as scratch:
        (Path(scratch) / "models").symlink_to(data / "models")
        settings = load_settings(data_dir=Path(scratch))
        request = IngestRequest("sample", (ROOT / "sample" / "threads",))
        wiring.ingest(settings, request, lambda _: None)
        with wiring.open_librarian(settings, "sample") as librarian:
            engine = librarian.open()
            reader = Reader(engine.index, load_words(settings))
            yield engine.index, engine.search, reader


@contextmanager
def _collection(
    folder: Path, data: Path
) -> Iterator[tuple[PassageIndex, HybridSearch, Reader, list[tuple[str, set[str]]]]]:
    """Yield a collection, indexed, with its queries and the posts that answer each."""
    settings = load_settings(data_dir=data)
    collection = read_collection(folder, None)
    model = load_words(settings)
    with indexed_apart(settings, collection, model, model, lambda *_: None) as apart:
        posts = {document: post for post, document in apart.document_of_post.items()}
        asked = [
            (
                query.text[:_LONGEST_QUERY],
                {posts[d] for d, gain in collection.relevance[query.id].items() if gain > 0},
            )
            for query in collection.queries
        ]
        yield apart.index, apart.search, Reader(apart.index, apart.embedder), asked


if __name__ == "__main__":
    main()
