"""What ``footnote eval --json`` prints: the figures that people see, and the failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.evaluation.own_report import OwnReport
from retrieval.evaluation.question_report import DEPTHS, QuestionReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.terminal.printing.json_shapes import Shape
    from retrieval.evaluation.collections.collection import (
        CollectionReport,
        MissedQuery,
        RankingFigures,
    )
    from retrieval.evaluation.metrics import RiskPoint
    from retrieval.evaluation.question_report import (
        Abstention,
        Failure,
        Latency,
        RecallFigures,
    )
    from retrieval.evaluation.request import Report


def report_shape(report: Report) -> Shape:
    """Return the document of ``footnote eval``."""
    if isinstance(report, QuestionReport):
        return _questions(report)
    return _own(report) if isinstance(report, OwnReport) else _collection(report)


def _questions(report: QuestionReport) -> Shape:
    asked = sum(row.questions for row in report.unanswerable.values())
    answered = sum(row.answered for row in report.unanswerable.values())
    return {
        "name": report.name,
        "knowledge_base": report.knowledge_base,
        **_recall(report.alone),
        "questions": report.questions,
        "answerable": report.alone.questions,
        "wrong_among_answered": _rounded(report.wrong_among_answered),
        "abstained": _rounded(1 - answered / asked) if asked else None,
        "by_kind": {kind: _recall(row) for kind, row in report.by_kind.items()},
        "follow_ups": _recall(report.follow_ups),
        "unanswerable": {kind: _abstention(row) for kind, row in report.unanswerable.items()},
        "calibration": {
            "error": _rounded(report.calibration_error),
            "bins": [
                {
                    "from": each.low,
                    "to": each.high,
                    "questions": each.count,
                    "confidence": _rounded(each.confidence),
                    "answerable": _rounded(each.frequency),
                }
                for each in report.calibration
            ],
        },
        "risk_coverage": _risk_coverage(report.risk_coverage),
        "latency_ms": {
            "answer": _latency(report.answer_latency),
            "search": _latency(report.search_latency),
        },
        "failures": [_failure(failure) for failure in report.failures],
    }


def _recall(row: RecallFigures) -> Shape:
    return {
        "questions": row.questions,
        **_at(row, row.at, "recall@{}"),
        **_at(row, row.any_at, "any@{}"),
        "answered": _rounded(row.answered) if row.questions else None,
        "gold_shown": _rounded(row.shown) if row.questions else None,
    }


def _at(row: RecallFigures, shares: tuple[float, ...], name: str) -> Shape:
    """Return a figure for each depth, null where there was no question to measure it on."""
    return {
        name.format(k): _rounded(share) if row.questions else None
        for k, share in zip(DEPTHS, shares, strict=True)
    }


def _abstention(row: Abstention) -> Shape:
    return {
        "questions": row.questions,
        "answered": row.answered,
        "closest": row.closest,
        "not_found": row.not_found,
    }


def _failure(failure: Failure) -> Shape:
    return {
        "id": failure.id,
        "kind": failure.kind,
        "question": failure.question,
        "history": list(failure.history),
        "failing": str(failure.failing),
        "rank": failure.rank,
        "expected": list(failure.expected),
        "came": list(failure.came),
        "outcome": str(failure.outcome),
        "confidence": _rounded(failure.confidence),
    }


def _collection(report: CollectionReport) -> Shape:
    return {
        "name": report.name,
        "documents": report.documents,
        "threads": report.threads,
        "passages": report.passages,
        "queries": report.queries,
        **_ranking(report.figures[0]),
        "rankers": {row.ranker: _ranking(row) for row in report.figures},
        "indexing_seconds": round(report.indexing_seconds, 1),
        "missed": [_missed(query) for query in report.missed],
    }


def _ranking(row: RankingFigures) -> Shape:
    return {
        "nDCG@10": _rounded(row.ndcg_at_10),
        "Recall@10": _rounded(row.recall_at_10),
        "Recall@100": _rounded(row.recall_at_100),
        "MRR@10": _rounded(row.mrr_at_10),
        "latency_ms": {"p50": round(row.p50_ms, 3), "p95": round(row.p95_ms, 3)},
    }


def _missed(query: MissedQuery) -> Shape:
    return {
        "id": query.id,
        "query": query.text,
        "rank": query.rank,
        "expected": list(query.expected),
        "first": query.first,
    }


def _own(report: OwnReport) -> Shape:
    return {
        "knowledge_base": report.name,
        "questions": report.answerable + report.left_out,
        "answerable": report.answerable,
        "left_out": report.left_out,
        "answers_known_by": {basis.name.lower(): n for basis, n in report.by_basis.items()},
        **{f"reply@{k}": _rounded(at) for k, at in zip(DEPTHS, report.reply_at, strict=True)},
        "answered": _rounded(report.answered),
        "shown": _rounded(report.shown),
        "only_asker": _rounded(report.only_asker),
        "refused": _rounded(report.refused) if report.left_out else None,
        "wrong_among_answered": _rounded(report.wrong),
        "risk_coverage": _risk_coverage(report.risk_coverage),
        "latency_ms": _latency(report.latency),
        "failures": [
            {
                "question": failure.question,
                "left_out": failure.is_left_out,
                "rank": failure.rank,
                "expected": list(failure.expected),
                "came": list(failure.came),
                "confidence": _rounded(failure.confidence),
            }
            for failure in report.failures
        ],
    }


def _risk_coverage(points: Iterable[RiskPoint]) -> list[Shape]:
    return [
        {
            "confidence": _rounded(point.confidence),
            "coverage": _rounded(point.coverage),
            "risk": _rounded(point.risk),
        }
        for point in points
    ]


def _latency(latency: Latency) -> Shape:
    return {"p50": round(latency.p50_ms, 3), "p95": round(latency.p95_ms, 3)}


def _rounded(share: float) -> float:
    return round(float(share), 4)
