"""A knowledge base asked its own questions: how many it answers, and with whose words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.evaluation.metrics import RiskPoint, mean, risk_coverage
from retrieval.evaluation.own_questions import Basis
from retrieval.evaluation.question_report import DEPTHS, Latency, at_depths, latency
from retrieval.records import Outcome
from retrieval.threads.standing import is_by

if TYPE_CHECKING:
    from retrieval.evaluation.own_questions import OwnQuestion
    from retrieval.evaluation.progress import OnProgress
    from retrieval.knowledge import Engine
    from retrieval.records import Answer, Citation, Hit


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What came of one question."""

    question: OwnQuestion
    answer: Answer
    rank: int | None
    """Where the first post that answers stands among the hits, from 1; None: not among them."""

    @property
    def is_answered(self) -> bool:
        """Whether an answer was given."""
        return self.answer.outcome is Outcome.ANSWERED

    @property
    def is_shown(self) -> bool:
        """Whether the answer quotes a post that answers; never where its thread was left out."""
        known = {post.id for post in self.question.answers}
        return self.is_answered and any(each.post.id in known for each in self.answer.citations)

    @property
    def shows_only_asker(self) -> bool:
        """Whether all that the answer quotes are the asker's own words, which answer nothing."""
        quoted = self.answer.citations if self.is_answered else ()
        asker = self.question.asker
        return bool(quoted) and all(is_by(each.post, asker) for each in quoted)


@dataclass(frozen=True, slots=True)
class OwnFailure:
    """A question that failed."""

    question: str
    is_left_out: bool
    """Whether nothing was there to answer it."""
    rank: int | None
    expected: tuple[str, ...]
    came: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class OwnReport:
    """What came of a community's own questions; shares are of the answerable ones, from 0 to 1."""

    name: str
    answerable: int
    left_out: int
    """Questions that were asked without their thread."""
    by_basis: Mapping[Basis, int]
    """How many of the answerable are known to be answered by what."""
    reply_at: tuple[float, ...]
    """With a post that answers among the first k hits, for each k of ``DEPTHS``."""
    answered: float
    shown: float
    """With an answer that quotes a post that answers."""
    only_asker: float
    """With an answer that quotes nobody but the asker; where the asker did not answer."""
    refused: float
    """Of the questions without their thread, those that got no answer."""
    wrong: float
    """Of all answers those that quote no post that answers."""
    risk_coverage: tuple[RiskPoint, ...]
    latency: Latency
    failures: tuple[OwnFailure, ...]


def ask_again(
    engine: Engine, questions: Sequence[OwnQuestion], on_progress: OnProgress
) -> tuple[AskedAgain, ...]:
    """Ask each question of the threads it comes from; no language model is asked."""
    engine.answerer.first_answer(questions[0].text)  # pays for opening and filling caches
    asked = []
    for number, question in enumerate(questions, 1):
        answerer = engine.answerer.without(question.left_out)
        _, ranking = answerer.find(question.text, (), max(DEPTHS))
        answer = answerer.first_answer(question.text).answer
        asked.append(AskedAgain(question, answer, _rank(question, ranking.hits)))
        on_progress("Asking", number, len(questions))
    return tuple(asked)


def _rank(question: OwnQuestion, hits: Sequence[Hit]) -> int | None:
    known = {post.id for post in question.answers}
    return next((rank for rank, hit in enumerate(hits, 1) if hit.post.id in known), None)


def own_report(name: str, asked: Sequence[AskedAgain]) -> OwnReport:
    """Sum up what came of a knowledge base's own questions."""
    present = [each for each in asked if not each.question.left_out]
    absent = [each for each in asked if each.question.left_out]
    answered = [each for each in asked if each.is_answered]
    by_others = [each for each in present if not each.question.answered_by_asker]
    confidences = [each.answer.confidence for each in asked]
    return OwnReport(
        name=name,
        answerable=len(present),
        left_out=len(absent),
        by_basis=Counter(each.question.basis for each in present),
        reply_at=at_depths([each.rank for each in present]),
        answered=_share([each.is_answered for each in present]),
        shown=_share([each.is_shown for each in present]),
        only_asker=_share([each.shows_only_asker for each in by_others]),
        refused=_share([not each.is_answered for each in absent]),
        wrong=_share([not each.is_shown for each in answered]),
        risk_coverage=risk_coverage(confidences, [_would_be_right(each) for each in asked]),
        latency=latency([each.answer.timings_ms.total for each in asked]),
        failures=tuple(_failure(each) for each in asked if _has_failed(each)),
    )


def _share(holds: Sequence[bool]) -> float:
    return mean([float(each) for each in holds])


def _would_be_right(asked: AskedAgain) -> bool:
    """Tell whether what is shown, as an answer or as what comes closest, answers."""
    known = {post.id for post in asked.question.answers}
    return any(each.post.id in known for each in _quoted(asked))


def _quoted(asked: AskedAgain) -> Sequence[Citation]:
    return asked.answer.citations or asked.answer.closest


def _has_failed(asked: AskedAgain) -> bool:
    return asked.is_answered if asked.question.left_out else not asked.is_shown


def _failure(asked: AskedAgain) -> OwnFailure:
    is_left_out = bool(asked.question.left_out)
    return OwnFailure(
        question=asked.question.text,
        is_left_out=is_left_out,
        rank=asked.rank,
        expected=() if is_left_out else tuple(post.text for post in asked.question.answers),
        came=tuple(each.quote for each in _quoted(asked)),
        confidence=asked.answer.confidence,
    )
