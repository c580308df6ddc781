"""Asking a knowledge base the questions of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retrieval.evaluation.judging import Judged, judge
from retrieval.evaluation.question_report import DEPTHS

if TYPE_CHECKING:
    from retrieval.evaluation.progress import OnProgress
    from retrieval.evaluation.questions import Question
    from retrieval.knowledge import Engine


def ask_all(
    engine: Engine, questions: Sequence[Question], on_progress: OnProgress
) -> tuple[Judged, ...]:
    """Ask every question as a person would, and judge what came of each.

    The passages judged are those of a search of its own with the answerer's reading of the
    question, since an answer tells only which of them it shows.
    """
    engine.answerer.answer(questions[0].text)  # pays for opening and filling caches
    judged = []
    for number, question in enumerate(questions, 1):
        judged.append(_ask(engine, question))
        on_progress("Asking", number, len(questions))
    return tuple(judged)


def _ask(engine: Engine, question: Question) -> Judged:
    _, ranking = engine.answerer.find(question.text, question.history, max(DEPTHS))
    answer = engine.answerer.answer(question.text, question.history)
    return judge(question, answer, ranking.hits, ranking.timings_ms.total)
