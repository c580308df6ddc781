"""What is made of a knowledge base asked its own questions."""

from dataclasses import replace

from retrieval.evaluation.own_report import own_report
from retrieval.records import Outcome
from tests.retrieval.evaluation.factories import QUESTION, REPLY, asked_again


def test_an_answer_that_quotes_a_post_that_answers_is_shown():
    report = own_report("kb", [asked_again("question", "reply"), asked_again("question", rank=3)])
    assert (report.answered, report.shown, report.only_asker, report.wrong) == (1, 0.5, 0.5, 0.5)
    assert report.reply_at == (0.5, 1.0, 1.0, 1.0)


def test_the_askers_own_solution_is_no_echo_of_the_asker():
    solution = replace(REPLY, author="Ann")
    report = own_report("kb", [asked_again("reply", answers=(solution,))])
    assert (report.shown, report.only_asker) == (1.0, 0.0)


def test_what_is_shown_as_closest_only_is_neither_shown_nor_wrong():
    report = own_report("kb", [asked_again("reply", outcome=Outcome.CLOSEST)])
    assert (report.answered, report.shown, report.wrong) == (0, 0, 0)
    assert [point.risk for point in report.risk_coverage] == [0.0]


def test_an_answer_to_a_question_without_its_thread_is_wrong():
    asked = [asked_again("reply"), asked_again("question", answers=(REPLY,), left_out=True)]
    report = own_report("kb", asked)
    assert (report.answerable, report.left_out) == (1, 1)
    assert (report.refused, report.wrong) == (0.0, 0.5)
    (failure,) = report.failures
    assert failure.is_left_out
    assert failure.expected == ()
    assert failure.came == (QUESTION.text,)


def test_nothing_is_answered_by_nothing():
    report = own_report("kb", [asked_again(outcome=Outcome.NOT_FOUND, left_out=True)])
    assert (report.answerable, report.answered, report.refused, report.wrong) == (0, 0, 1.0, 0)
