from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.answering.calibration import Calibration
from retrieval.answering.gate import Signs, agreement, judge
from retrieval.domain import Outcome

PRIOR = Calibration()
CLEAR = Signs(
    cosine=0.8,
    coverage=0.9,
    unknown_names=(),
    unknown_terms=(),
    margin=4.0,
    agreement=1.0,
)
NOTHING = Signs(
    cosine=0.1,
    coverage=0.0,
    unknown_names=(),
    unknown_terms=(),
    margin=0.3,
    agreement=0.0,
)


def test_clear_signs_are_answered():
    verdict = judge(CLEAR, PRIOR)
    assert verdict.outcome is Outcome.ANSWERED
    assert verdict.confidence > 0.9


def test_no_signs_are_not_found():
    verdict = judge(NOTHING, PRIOR)
    assert verdict.outcome is Outcome.NOT_FOUND
    assert verdict.confidence < 0.3


def test_something_near_is_shown_as_closest():
    assert judge(replace(NOTHING, cosine=0.32), PRIOR).outcome is Outcome.CLOSEST


@pytest.mark.parametrize(
    "more",
    [
        replace(NOTHING, cosine=1.0),
        replace(NOTHING, coverage=1.0),
        replace(NOTHING, margin=1.0),
        replace(NOTHING, agreement=1.0),
    ],
)
def test_each_sign_raises_the_confidence(more):
    assert judge(more, PRIOR).confidence > judge(NOTHING, PRIOR).confidence


def test_an_unknown_name_speaks_against_an_answer():
    fair = replace(CLEAR, cosine=0.5, coverage=0.4, margin=1.0)
    named = replace(fair, unknown_names=("Mortimer",))
    assert judge(named, PRIOR).confidence < judge(fair, PRIOR).confidence - 0.1


def test_a_word_of_no_everyday_language_that_the_threads_never_use_does_so_too():
    fair = replace(CLEAR, cosine=0.5, coverage=0.4, margin=1.0)
    strange = replace(fair, unknown_terms=("kubernetes",))
    assert judge(strange, PRIOR).confidence < judge(fair, PRIOR).confidence - 0.1


def test_words_of_somebody_who_is_not_here_are_never_answered():
    verdict = judge(replace(CLEAR, unheard=("Mortimer",)), PRIOR)
    assert verdict.outcome is Outcome.CLOSEST
    assert verdict.confidence <= 0.1


def test_a_calibration_moves_the_confidence_and_never_the_order():
    strict = Calibration(slope=0.8, intercept=-3.0)
    assert judge(CLEAR, strict).confidence < judge(CLEAR, PRIOR).confidence
    assert judge(NOTHING, strict).confidence < judge(CLEAR, strict).confidence


def test_rankers_that_agree(engine):
    hits = engine.search.search("replace the chain at wear, measured with a chain gauge", 10).hits
    assert agreement(hits, [True] * len(hits)) > 0.3
    assert agreement(hits, [False] * len(hits)) == 0
    assert agreement((), ()) == 0
