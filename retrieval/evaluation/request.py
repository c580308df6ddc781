"""What somebody asks ``footnote eval`` to do, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from retrieval.evaluation.collections.collection import CollectionReport
from retrieval.evaluation.own_report import OwnReport
from retrieval.evaluation.question_report import QuestionReport


@dataclass(frozen=True, slots=True)
class EvalRequest:
    """One evaluation."""

    path: Path | None
    """A file of questions, or the folder of a collection in BEIR layout; None: the questions
    that were asked in the knowledge base's own threads."""
    knowledge_base: str = "default"
    """Which one answers; a collection is indexed apart from all."""
    limit: int | None = None
    """How many questions or queries at most; None: all of them."""
    compare: bool = False
    """Whether simpler rankers answer a collection's queries as well."""


Report = CollectionReport | QuestionReport | OwnReport
