from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.answering.gate import Signs, agreement, judge
from retrieval.domain import Outcome

CLEAR = Signs(
    sentence_cosine=0.8,
    passage_cosine=0.8,
    coverage=0.9,
    unknown_names=(),
    margin=4.0,
    agreement=1.0,
)
NOTHING = Signs(
    sentence_cosine=0.1,
    passage_cosine=0.1,
    coverage=0.0,
    unknown_names=(),
    margin=0.3,
    agreement=0.0,
)


def test_clear_signs_are_answered():
    verdict = judge(CLEAR)
    assert verdict.outcome is Outcome.ANSWERED
    assert verdict.confidence > 0.9


def test_no_signs_are_not_found():
    verdict = judge(NOTHING)
    assert verdict.outcome is Outcome.NOT_FOUND
    assert verdict.confidence < 0.3


def test_something_near_is_shown_as_closest():
    assert judge(replace(NOTHING, passage_cosine=0.45)).outcome is Outcome.CLOSEST


@pytest.mark.parametrize(
    "more",
    [
        replace(NOTHING, sentence_cosine=1.0),
        replace(NOTHING, coverage=1.0),
        replace(NOTHING, margin=1.0),
        replace(NOTHING, agreement=1.0),
    ],
)
def test_each_sign_raises_the_confidence(more):
    assert judge(more).confidence > judge(NOTHING).confidence


def test_an_unknown_name_speaks_against_an_answer():
    named = replace(CLEAR, unknown_names=("Mortimer",))
    assert judge(named).confidence < judge(CLEAR).confidence - 0.1


def test_rankers_that_agree(engine):
    hits = engine.search.search("replace the chain at wear, measured with a chain gauge", 10).hits
    assert agreement(hits, [True] * len(hits)) > 0.3
    assert agreement(hits, [False] * len(hits)) == 0
    assert agreement((), ()) == 0
