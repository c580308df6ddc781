"""Judged questions and reports for tests that need no index."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from retrieval.domain import (
    Answer,
    Citation,
    Hit,
    Outcome,
    Passage,
    Post,
    ScoreParts,
    Thread,
    Timings,
)
from retrieval.evaluation.collection import CollectionReport, MissedQuery, RankingFigures
from retrieval.evaluation.judging import Judged, judge
from retrieval.evaluation.question_report import QuestionReport, question_report
from retrieval.evaluation.questions import FOLLOW_UP, Question
from retrieval.evaluation.self_test import SelfReport, SelfRun

THREAD = Thread("t" * 16, "oil.json", "jsonl", "Oil")
HOSTILE = '<script>alert(1)</script> & "quoted" \u202egnp\x00 </title> [bold]x[/bold]'


def hit(text: str) -> Hit:
    post = Post("p" * 16, THREAD.id, 0, text)
    passage = Passage("a" * 16, post.id, THREAD.id, 0, 0, 0, len(text), text)
    return Hit(passage, post, THREAD, 1.0, ScoreParts(1.0, 0.0, 0.0))


def cite(text: str) -> Citation:
    whole = hit(text)
    return Citation(1, text, 0, len(text), whole.passage, whole.post, THREAD)


def answer(outcome: Outcome, *quotes: str, confidence: float = 0.5, total_ms: float = 20) -> Answer:
    citations = tuple(map(cite, quotes))
    return Answer(
        "?",
        outcome,
        "…",
        citations=citations if outcome is Outcome.ANSWERED else (),
        closest=citations if outcome is Outcome.CLOSEST else (),
        confidence=confidence,
        timings_ms=Timings(total=total_ms),
    )


ASKED = Question("q", "Which oil?", kind="lexical", gold=("Use sewing machine oil.",))


def judged(
    outcome: Outcome = Outcome.ANSWERED,
    shown: str = "Use sewing machine oil.",
    found: tuple[str, ...] = ("Use sewing machine oil.",),
    confidence: float = 0.5,
    **changes: Any,
) -> Judged:
    question = replace(ASKED, **changes)
    quotes = () if outcome is Outcome.NOT_FOUND else (shown,)
    given = answer(outcome, *quotes, confidence=confidence)
    return judge(question, given, [hit(text) for text in found], 3.0)


NOBODY: dict[str, Any] = {"answerable": False, "gold": ()}


def mixed_report(text: str = "Which oil?") -> QuestionReport:
    """Return a report with every kind of failure, and ``text`` wherever text comes from."""
    return question_report(
        "questions.jsonl",
        "default",
        [
            judged(confidence=0.9),
            judged(shown="Ask someone else.", found=("x", text), id="wrong", text=text),
            judged(Outcome.CLOSEST, id="shy", kind="typo", confidence=0.3),
            judged(found=(), id="deep", kind="typo", confidence=0.8),
            judged(shown=text, id="bold", subkind="near-miss", confidence=0.7, **NOBODY),
            judged(Outcome.NOT_FOUND, id="fine", subkind="off-topic", confidence=0.1, **NOBODY),
            judged(
                Outcome.NOT_FOUND,
                id="then",
                kind=FOLLOW_UP,
                history=(text,),
                gold=(text,),
                found=(),
            ),
        ],
    )


def collection_report(text: str = "which oil") -> CollectionReport:
    figures = RankingFigures("footnote", 0.75, 0.5, 0.625, 0.8125, 12.0, 30.0)
    return CollectionReport(
        name="scifact",
        documents=1200,
        threads=3,
        passages=1300,
        queries=2,
        figures=(figures, replace(figures, ranker="bm25", ndcg_at_10=0.25)),
        ndcg_by_query=(1.0, 0.5),
        durations_ms=(12.0, 30.0),
        missed=(MissedQuery("q1", text, (text,), "another", 17),),
        indexing_seconds=61.2,
    )


def self_report(text: str = "This is what I say.", *, first: bool = False) -> SelfReport:
    now = SelfRun(
        at=datetime(2026, 5, 2, tzinfo=UTC), embedding="m2", passages=9, ranks={"a": 1, "b": None}
    )
    before = SelfRun(
        at=datetime(2026, 5, 1, tzinfo=UTC), embedding="m1", passages=8, ranks={"b": 3, "gone": 1}
    )
    return SelfReport("default", now, None if first else before, {"a": "Oil it.", "b": text})
