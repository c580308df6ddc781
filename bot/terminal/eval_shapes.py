"""What ``footnote eval --json`` prints: the figures that people see, and the failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.evaluation.question_report import DEPTHS, QuestionReport

if TYPE_CHECKING:
    from bot.terminal.shapes import Shape
    from retrieval.evaluation.collection import CollectionReport, MissedQuery, RankingFigures
    from retrieval.evaluation.question_report import (
        Abstention,
        Failure,
        Latency,
        RecallFigures,
    )
    from retrieval.evaluation.request import Report


def report_shape(report: Report) -> Shape:
    """Return the document of ``footnote eval``."""
    return _questions(report) if isinstance(report, QuestionReport) else _collection(report)


def _questions(report: QuestionReport) -> Shape:
    asked = sum(row.questions for row in report.unanswerable.values())
    answered = sum(row.answered for row in report.unanswerable.values())
    return {
        "name": report.name,
        "knowledge_base": report.knowledge_base,
        "questions": report.questions,
        "answerable": _recall(report.alone),
        **_at(report.alone.at, "recall@{}"),
        "answered": _rounded(report.alone.answered),
        "gold_shown": _rounded(report.alone.shown),
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
        "risk_coverage": [
            {
                "confidence": _rounded(point.confidence),
                "coverage": _rounded(point.coverage),
                "risk": _rounded(point.risk),
            }
            for point in report.risk_coverage
        ],
        "latency_ms": {
            "answer": _latency(report.answer_latency),
            "search": _latency(report.search_latency),
        },
        "failures": [_failure(failure) for failure in report.failures],
    }


def _recall(row: RecallFigures) -> Shape:
    return {
        "questions": row.questions,
        **_at(row.at, "recall@{}"),
        **_at(row.any_at, "any@{}"),
        "answered": _rounded(row.answered),
        "gold_shown": _rounded(row.shown),
    }


def _at(shares: tuple[float, ...], name: str) -> Shape:
    return {name.format(k): _rounded(share) for k, share in zip(DEPTHS, shares, strict=True)}


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


def _latency(latency: Latency) -> Shape:
    return {"p50": round(latency.p50_ms, 3), "p95": round(latency.p95_ms, 3)}


def _rounded(share: float) -> float:
    return round(float(share), 4)
