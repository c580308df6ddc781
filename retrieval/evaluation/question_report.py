"""Judged questions as figures: what ``footnote eval`` says about a file of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from retrieval.evaluation.judging import Judged
from retrieval.evaluation.metrics import (
    Bin,
    RiskPoint,
    calibration_bins,
    calibration_error,
    mean,
    percentile,
    risk_coverage,
)
from retrieval.records import Outcome

DEPTHS: Final = (1, 3, 5, 10)
"""The k of recall@k."""
_WITHOUT_KIND: Final = "(no kind)"
_EXPECTED_AMONG: Final = 3


@dataclass(frozen=True, slots=True)
class RecallFigures:
    """Answerable questions of which the first k passages hold what answers them."""

    questions: int
    at: tuple[float, ...]
    """Shares, one for each of ``DEPTHS``; where a question needs all its gold passages, all."""
    any_at: tuple[float, ...]
    """The same where one gold passage is enough for every question."""
    answered: float
    """Share that was answered."""
    shown: float
    """Share that was answered with a gold or acceptable quote among the citations."""


@dataclass(frozen=True, slots=True)
class Abstention:
    """Questions that nothing answers, by what became of them."""

    questions: int
    answered: int
    closest: int
    not_found: int


class Failing(StrEnum):
    """How a question failed."""

    ANSWERED_WRONGLY = "answered without a passage that answers it"
    NOT_ANSWERED = "not answered, though the threads answer it"
    ANSWERED_UNANSWERABLE = "answered, though the threads do not answer it"
    NOT_AMONG_THREE = "answered, but what answers it is not among the first three passages"


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that failed, with all it takes to see why."""

    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    failing: Failing
    rank: int | None
    """Where what answers it stands among the passages found, from 1; None: not among them."""
    expected: tuple[str, ...]
    """Gold quotes."""
    came: tuple[str, ...]
    """Quotes that were shown, else the first passages that were found."""
    outcome: Outcome
    confidence: float


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of what a question took, in milliseconds."""

    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """What came of a file of questions."""

    name: str
    knowledge_base: str
    questions: int
    alone: RecallFigures
    """Answerable questions that are no follow-ups."""
    by_kind: dict[str, RecallFigures]
    follow_ups: RecallFigures
    wrong_among_answered: float
    """Share of the answered answerable questions whose citations hold nothing acceptable."""
    unanswerable: dict[str, Abstention]
    """By subkind, or kind where there is none."""
    calibration: tuple[Bin, ...]
    calibration_error: float
    risk_coverage: tuple[RiskPoint, ...]
    answer_latency: Latency
    search_latency: Latency
    durations_ms: tuple[float, ...]
    """Of all answers, in the file's order."""
    failures: tuple[Failure, ...]


def question_report(name: str, knowledge_base: str, judged: Sequence[Judged]) -> QuestionReport:
    """Sum up what came of the questions of a file."""
    answerable = [each for each in judged if each.question.answerable]
    alone = [each for each in answerable if not each.question.history]
    answered = [each for each in answerable if each.answered]
    confidences = [each.answer.confidence for each in judged]
    bins = calibration_bins(confidences, [each.question.answerable for each in judged])
    durations = tuple(each.answer.timings_ms.total for each in judged)
    return QuestionReport(
        name=name,
        knowledge_base=knowledge_base,
        questions=len(judged),
        alone=_recall(alone),
        by_kind={kind: _recall(among) for kind, among in _grouped(alone, _kind).items()},
        follow_ups=_recall([each for each in answerable if each.question.history]),
        wrong_among_answered=_share(answered, lambda each: not each.shown),
        unanswerable=_abstentions(judged),
        calibration=bins,
        calibration_error=calibration_error(bins),
        risk_coverage=risk_coverage(confidences, [each.right for each in judged]),
        answer_latency=latency(durations),
        search_latency=latency([each.search_ms for each in judged]),
        durations_ms=durations,
        failures=tuple(_failures(judged)),
    )


def _recall(judged: Sequence[Judged]) -> RecallFigures:
    return RecallFigures(
        questions=len(judged),
        at=at_depths([each.rank for each in judged]),
        any_at=at_depths([each.any_rank for each in judged]),
        answered=_share(judged, lambda each: each.answered),
        shown=_share(judged, lambda each: each.answered and each.shown),
    )


def at_depths(ranks: Sequence[int | None]) -> tuple[float, ...]:
    """Return the shares of ranks that are among the first k, for each k of ``DEPTHS``."""
    return tuple(mean([float(_within(rank, k)) for rank in ranks]) for k in DEPTHS)


def _within(rank: int | None, k: int) -> bool:
    return rank is not None and rank <= k


def _share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> float:
    return mean([float(holds(each)) for each in judged])


def _grouped(judged: Iterable[Judged], group: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = {}
    for each in judged:
        groups.setdefault(group(each), []).append(each)
    return groups


def _kind(judged: Judged) -> str:
    return judged.question.kind or _WITHOUT_KIND


def _abstentions(judged: Sequence[Judged]) -> dict[str, Abstention]:
    unanswerable = [each for each in judged if not each.question.answerable]
    return {
        kind: Abstention(
            questions=len(among),
            answered=sum(each.answer.outcome is Outcome.ANSWERED for each in among),
            closest=sum(each.answer.outcome is Outcome.CLOSEST for each in among),
            not_found=sum(each.answer.outcome is Outcome.NOT_FOUND for each in among),
        )
        for kind, among in _grouped(
            unanswerable, lambda each: each.question.subkind or _kind(each)
        ).items()
    }


def latency(durations_ms: Sequence[float]) -> Latency:
    """Return the percentiles of what questions took."""
    return Latency(percentile(durations_ms, 0.5), percentile(durations_ms, 0.95))


def _failures(judged: Sequence[Judged]) -> Iterable[Failure]:
    for each in judged:
        failing = _failing(each)
        if failing is None:
            continue
        answer = each.answer
        shown = tuple(citation.quote for citation in (*answer.citations, *answer.closest))
        yield Failure(
            id=each.question.id,
            kind=_kind(each),
            question=each.question.text,
            history=each.question.history,
            failing=failing,
            rank=each.rank,
            expected=each.question.gold,
            came=shown or each.found[:_EXPECTED_AMONG],
            outcome=answer.outcome,
            confidence=answer.confidence,
        )


def _failing(judged: Judged) -> Failing | None:
    if not judged.question.answerable:
        return Failing.ANSWERED_UNANSWERABLE if judged.answered else None
    if not judged.answered:
        return Failing.NOT_ANSWERED
    if not judged.shown:
        return Failing.ANSWERED_WRONGLY
    return None if _within(judged.rank, _EXPECTED_AMONG) else Failing.NOT_AMONG_THREE
