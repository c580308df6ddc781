"""Where the gate's weights come from: questions with and without what answers them.

``python -m benchmarks.gate DATA_DIR:QUESTIONS.jsonl … [--write]`` asks the questions of each
file (``question``, ``answerable``) of the knowledge base in the data folder before it, and every
answerable one once more with its best exchange, of a topic the whole thread, left out.  It fits a
logistic regression over the features of ``retrieval/answering/gate.py``, prints what each part
comes to with weights fitted on the other knowledge bases alone, and writes
``retrieval/answering/gate.json``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from benchmarks.retrieval import ROOT
from bot.settings import load_settings
from bot.wiring.answering import open_librarian
from retrieval.answering.reading import HITS
from retrieval.text.wording import clean_question

if TYPE_CHECKING:
    from retrieval.records import Hit

MODEL: Final = ROOT / "retrieval" / "answering" / "gate.json"
_SEARCHED: Final = 40
_SHRINKAGE: Final = 4.0
"""The L2 penalty on standardised weights."""
_STEPS: Final = 30
_LEANING: Final = 0.7
"""Added to the logit: of the answerable at least .85 are to be answered, in other words too."""
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of one file, asked."""

    data: Path
    name: str
    features: Matrix
    """One row for each question, and one for each that was asked again."""
    answerable: npt.NDArray[np.bool_]
    left_out: npt.NDArray[np.bool_]
    """Whether what answers was left out."""

    def importance(self) -> Matrix:
        """Return weights by which both outcomes count the same, and files by their size's root."""
        weights = np.zeros(len(self.answerable))
        real, made = ~self.answerable & ~self.left_out, self.left_out
        kinds = [kind for kind in (real, made) if kind.any()]
        for kind in kinds:
            weights[kind] = 0.5 / len(kinds) / kind.sum()
        weights[self.answerable] = 0.5 / max(1, self.answerable.sum())
        return weights * 15 * float(np.sqrt(self.answerable.sum()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the fit from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", help="DATA_DIR:QUESTIONS.jsonl")
    parser.add_argument("--write", action="store_true", help="write gate.json")
    options = parser.parse_args(arguments)
    parts = [_ask(*map(Path, part.split(":", 1))) for part in options.parts]
    names = _names()
    for part in parts:
        others = [other for other in parts if other.data != part.data]
        if others:
            print(_told(part, *fit(others)))
    bias, weights = fit(parts)
    model = {
        "made_by": "python -m benchmarks.gate",
        "questions": int(sum(len(part.answerable) for part in parts)),
        "bias": round(bias, 3),
        "weights": {name: round(w, 3) for name, w in zip(names, weights, strict=True)},
    }
    print(json.dumps(model, indent=2))
    if options.write:
        MODEL.write_text(json.dumps(model, indent=2) + "\n", "utf-8")


def fit(parts: Sequence[Asked]) -> tuple[float, list[float]]:
    """Return the bias and weights of a logistic regression with an L2 penalty, by Newton."""
    features = np.vstack([part.features for part in parts])
    answerable = np.concatenate([part.answerable for part in parts])
    importance = np.concatenate([part.importance() for part in parts])
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    penalty = _SHRINKAGE * np.eye(design.shape[1])
    penalty[-1, -1] = 1e-6
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (importance * (answerable - likely)) - penalty @ found
        curve = (design * (importance * likely * (1 - likely))[:, None]).T @ design + penalty
        found += np.linalg.solve(curve, slope)
    weights = found[:-1] / spread
    return float(found[-1] - weights @ mean) + _LEANING, weights.tolist()


def _ask(data: Path, questions: Path) -> Asked:
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines() if line.strip()]
    found: list[tuple[list[float], bool, bool]] = []
    with open_librarian(load_settings(data_dir=data), "default") as knowledge_base:
        engine = knowledge_base.open()
        reader = engine.answerer.reader
        for row in rows:
            if "question" not in row:
                continue
            ranking = engine.search.search(clean_question(row["question"]), _SEARCHED)
            is_answerable = bool(row.get("answerable", True))
            variants = [(list(ranking.hits), False)]
            if is_answerable and ranking.hits and ranking.hits[0].post.exchange_id:
                variants.append((list(_elsewhere(ranking.hits)), True))
            for hits, is_left_out in variants:
                if hits:
                    signs = reader.signs(ranking, hits[:HITS])
                    values = list(signs.features().values())
                    found.append((values, is_answerable and not is_left_out, is_left_out))
    features, answerable, left_out = zip(*found, strict=True)
    return Asked(data, questions.stem, np.array(features), np.array(answerable), np.array(left_out))


def _elsewhere(hits: Sequence[Hit]) -> Iterator[Hit]:
    best = hits[0]
    for hit in hits:
        is_same = hit.post.exchange_id == best.post.exchange_id
        if not is_same and (best.thread.is_channel or hit.thread.id != best.thread.id):
            yield hit


def _names() -> list[str]:
    from retrieval.answering.gate import Signs

    return list(Signs(0, 0, 0, 0, in_exchange=False, unknown_names=(), words=0).features())


def _told(part: Asked, bias: float, weights: Sequence[float]) -> str:
    is_given = part.features @ np.array(weights) + bias >= 0
    real = ~part.answerable & ~part.left_out
    figures = {
        "answered": is_given[part.answerable],
        "refused": ~is_given[real],
        "refused where left out": ~is_given[part.left_out],
    }
    told = ", ".join(f"{name} {of.mean():.2f}" for name, of in figures.items() if len(of))
    return f"{part.data.name}/{part.name}, fitted on the others: {told}"


if __name__ == "__main__":
    main()
