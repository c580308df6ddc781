from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answering import calibration
from retrieval.answering.calibration import ANSWERABLE_SHARE, Calibration, calibrated
from retrieval.answering.gate import GATE_VERSION
from retrieval.index.calibrations import Anchors

SHIPPED = Anchors(
    GATE_VERSION,
    answered=calibration._ANSWERED,
    unanswered=calibration._UNANSWERED,
    questions=1_000,
    passages=9_000,
)
finite = st.floats(-20, 20)


def test_nothing_measured_is_the_shipped_line():
    assert calibrated(None) == Calibration(1.0, 0.0, 0)


def test_marks_of_another_gate_are_not_used():
    assert calibrated(replace(SHIPPED, version=GATE_VERSION - 1, answered=9.0)) == Calibration()


def test_threads_like_those_of_the_gate_change_nothing():
    line = calibrated(SHIPPED)
    assert line.slope == pytest.approx(1.0)
    assert line.intercept == pytest.approx(0.0)


def test_where_everything_is_close_the_same_logit_says_less():
    close = replace(SHIPPED, answered=SHIPPED.answered + 2, unanswered=SHIPPED.unanswered + 2)
    assert calibrated(close).probability(1.0) < Calibration().probability(1.0) - 0.1


def test_both_marks_fall_where_they_fall_on_the_gates_threads():
    many = replace(SHIPPED, answered=3.2, unanswered=1.8, questions=10**9)
    line = calibrated(many)
    prior = Calibration()
    assert line.probability(3.2) == pytest.approx(prior.probability(SHIPPED.answered), abs=0.01)
    assert line.probability(1.8) == pytest.approx(prior.probability(SHIPPED.unanswered), abs=0.01)


def test_marks_that_lie_far_apart_squeeze_nothing():
    middle = (SHIPPED.answered + SHIPPED.unanswered) / 2
    wide = replace(SHIPPED, answered=middle + 4, unanswered=middle - 4)
    assert calibrated(wide).slope == 1
    assert calibrated(wide).intercept == pytest.approx(0)


def test_few_questions_move_it_less_than_many():
    few, many = (
        calibrated(replace(SHIPPED, unanswered=2.0, questions=questions)).probability(1.0)
        for questions in (10, 500)
    )
    assert many < few < Calibration().probability(1.0)


def test_an_undecided_logit_has_the_odds_of_what_people_ask():
    assert Calibration().probability(0.0) == pytest.approx(ANSWERABLE_SHARE)


@given(finite, finite, st.integers(0, 500), finite, finite)
def test_a_higher_logit_is_never_less_likely(answered, unanswered, questions, one, other):
    line = calibrated(
        replace(SHIPPED, answered=answered, unanswered=unanswered, questions=questions)
    )
    low, high = sorted((one, other))
    assert 0 <= line.probability(low) <= line.probability(high) <= 1
