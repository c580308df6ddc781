"""What somebody asks ``footnote eval`` to do, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from retrieval.evaluation.collection import CollectionReport
from retrieval.evaluation.question_report import QuestionReport
from retrieval.evaluation.self_test import SelfReport


@dataclass(frozen=True, slots=True)
class EvalRequest:
    """One evaluation."""

    path: Path | None
    """A file of questions, or the folder of a collection in BEIR layout; None: questions made
    of the knowledge base's own quotes."""
    knowledge_base: str = "default"
    """Which one answers; a collection is indexed apart from all."""
    limit: int | None = None
    """How many questions or queries at most; None: all of them."""
    compare: bool = False
    """Whether simpler rankers answer a collection's queries as well."""


Report = CollectionReport | QuestionReport | SelfReport
