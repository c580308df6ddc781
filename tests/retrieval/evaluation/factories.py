"""Judged questions and reports for tests that need no index."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from retrieval.evaluation.collections.collection import (
    CollectionReport,
    MissedQuery,
    RankingFigures,
)
from retrieval.evaluation.judging import Judged, judge
from retrieval.evaluation.own_questions import Basis, OwnQuestion
from retrieval.evaluation.own_report import AskedAgain, OwnReport, own_report
from retrieval.evaluation.question_report import QuestionReport, question_report
from retrieval.evaluation.questions import FOLLOW_UP, Question
from retrieval.records import (
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

THREAD = Thread("t" * 16, "oil.json", "jsonl", "Oil")
QUESTION = Post("question", THREAD.id, 0, "Which oil?", author="Ann")
REPLY = Post("reply", THREAD.id, 1, "Use sewing machine oil.", author="Tom")
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


def asked_again(
    *shown: str,
    outcome: Outcome = Outcome.ANSWERED,
    asked: str = "Which oil?",
    answers: tuple[Post, ...] = (REPLY,),
    rank: int | None = 1,
    left_out: bool = False,
    confidence: float = 0.9,
) -> AskedAgain:
    """Return what came of a question of Ann's; ``shown`` are the ids of the posts quoted."""
    posts = {post.id: post for post in (*answers, QUESTION, REPLY)}
    quotes = tuple(replace(cite(posts[id_].text), post=posts[id_]) for id_ in shown)
    given = Answer(
        asked,
        outcome,
        "…",
        citations=quotes if outcome is Outcome.ANSWERED else (),
        closest=quotes if outcome is Outcome.CLOSEST else (),
        confidence=confidence,
    )
    hidden = frozenset({"a"}) if left_out else frozenset()
    question = OwnQuestion("q", asked, "Ann", Basis.REPLIES, answers, hidden)
    return AskedAgain(question, given, None if left_out else rank)


def own_report_of(text: str = "Which oil?") -> OwnReport:
    """Return a report with every kind of failure, and ``text`` wherever text comes from."""
    strange = replace(REPLY, text=text)
    return own_report(
        "default",
        [
            asked_again("reply"),
            asked_again("question", asked=text, answers=(strange,), rank=4, confidence=0.8),
            asked_again("reply", outcome=Outcome.CLOSEST, rank=2, confidence=0.4),
            asked_again(outcome=Outcome.NOT_FOUND, rank=None, confidence=0.1),
            asked_again("question", left_out=True, confidence=0.7),
            asked_again(outcome=Outcome.NOT_FOUND, left_out=True, confidence=0.2),
        ],
    )
