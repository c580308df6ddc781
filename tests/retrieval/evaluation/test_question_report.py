"""The figures of a file of questions, worked out by hand."""

import pytest

from retrieval.evaluation.judging import Judged
from retrieval.evaluation.question_report import Failing, QuestionReport, question_report
from retrieval.records import Outcome
from tests.retrieval.evaluation.factories import NOBODY, judged, mixed_report

OIL = "Use sewing machine oil."


def report_on(*each: Judged) -> QuestionReport:
    return question_report("q.jsonl", "default", each)


def test_recall_is_the_share_of_answerable_questions_found_by_then():
    found = [(OIL,), ("x", "y", OIL), ("x",) * 6 + (OIL,), ()]
    report = report_on(*(judged(found=texts) for texts in found), judged(**NOBODY))
    assert report.alone.questions == 4
    assert list(report.alone.at) == [0.25, 0.5, 0.5, 0.75]


def test_questions_that_need_all_their_passages_are_counted_both_ways():
    each = judged(gold=(OIL, "And a rag."), needs_all=True, found=(OIL,), kind="multi")
    report = report_on(each)
    assert list(report.by_kind["multi"].at) == [0, 0, 0, 0]
    assert list(report.by_kind["multi"].any_at) == [1, 1, 1, 1]


def test_follow_ups_are_counted_by_themselves():
    report = report_on(judged(), judged(history=("Which chain?",), found=()))
    assert (report.alone.questions, report.alone.at[0]) == (1, 1.0)
    assert (report.follow_ups.questions, report.follow_ups.at[-1]) == (1, 0.0)


def test_wrong_are_answers_to_answerable_questions_that_show_nothing_acceptable():
    wrong = judged(shown="Ask someone else.")
    report = report_on(judged(), judged(), wrong, judged(Outcome.CLOSEST), judged(**NOBODY))
    assert report.wrong_among_answered == pytest.approx(1 / 3)
    assert (report.alone.answered, report.alone.shown) == (0.75, 0.5)


def test_questions_that_nothing_answers_are_told_apart_by_subkind():
    report = report_on(
        judged(subkind="near-miss", **NOBODY),
        judged(Outcome.CLOSEST, subkind="near-miss", **NOBODY),
        judged(Outcome.NOT_FOUND, kind="other", **NOBODY),
    )
    near, other = report.unanswerable["near-miss"], report.unanswerable["other"]
    assert (near.questions, near.answered, near.closest, near.not_found) == (2, 1, 1, 0)
    assert (other.questions, other.not_found) == (1, 1)


def test_calibration_asks_whether_the_threads_answer_not_whether_we_did():
    report = report_on(judged(Outcome.NOT_FOUND, confidence=0.9), judged(confidence=0.5, **NOBODY))
    assert report.calibration_error == pytest.approx((0.1 + 0.5) / 2)


def test_risk_is_of_what_was_shown_unanswerable_questions_included():
    report = report_on(
        judged(confidence=0.9),
        judged(confidence=0.8, **NOBODY),
        judged(confidence=0.2, shown="Ask."),
    )
    assert [point.risk for point in report.risk_coverage] == pytest.approx([0, 1 / 2, 2 / 3])


def test_every_failure_says_how_and_what_came_instead():
    failures = {failure.id: failure for failure in mixed_report().failures}
    assert {id_: failure.failing for id_, failure in failures.items()} == {
        "wrong": Failing.ANSWERED_WRONGLY,
        "shy": Failing.NOT_ANSWERED,
        "deep": Failing.NOT_AMONG_THREE,
        "bold": Failing.ANSWERED_UNANSWERABLE,
        "then": Failing.NOT_ANSWERED,
    }
    assert failures["wrong"].expected == (OIL,)
    assert failures["wrong"].came == ("Ask someone else.",)
    assert failures["then"].history == ("Which oil?",)


def test_where_nothing_was_shown_the_passages_found_are():
    report = report_on(judged(Outcome.NOT_FOUND, found=("a", "b", "c", "d")))
    assert report.failures[0].came == ("a", "b", "c")


def test_nothing_but_unanswerable_questions_is_no_division_by_zero():
    report = report_on(judged(Outcome.NOT_FOUND, **NOBODY))
    assert list(report.alone.at) == [0, 0, 0, 0]
    assert report.wrong_among_answered == 0
    assert not report.failures
