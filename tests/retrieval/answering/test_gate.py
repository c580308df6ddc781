from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.answering.gate import Signs, judge, logit, share_of_best
from retrieval.records import Outcome

CLEAR = Signs(
    nearness=0.85,
    coverage=0.95,
    lead=3.0,
    share=0.6,
    in_exchange=True,
    unknown_names=(),
    words=10,
)
NOTHING = Signs(
    nearness=0.1,
    coverage=0.0,
    lead=0.3,
    share=0.1,
    in_exchange=True,
    unknown_names=(),
    words=6,
)


def test_clear_signs_are_answered():
    verdict = judge(CLEAR)
    assert verdict.outcome is Outcome.ANSWERED
    assert verdict.confidence > 0.9


def test_no_signs_are_not_found():
    verdict = judge(NOTHING)
    assert verdict.outcome is Outcome.NOT_FOUND
    assert verdict.confidence < 0.1


def test_something_near_is_shown_as_closest():
    assert judge(replace(NOTHING, nearness=0.36)).outcome is Outcome.CLOSEST


@pytest.mark.parametrize(
    "more",
    [
        replace(NOTHING, nearness=1.0),
        replace(NOTHING, coverage=1.0),
        replace(NOTHING, lead=1.0),
        replace(NOTHING, share=0.5),
    ],
)
def test_each_sign_raises_the_confidence(more):
    assert judge(more).confidence > judge(NOTHING).confidence


def test_what_is_off_every_topic_is_never_answered():
    assert judge(replace(CLEAR, nearness=0.15)).outcome is Outcome.CLOSEST


def test_an_unknown_name_speaks_against_an_answer():
    named = replace(CLEAR, unknown_names=("Mortimer",))
    assert logit(named.features()) < logit(CLEAR.features()) - 1


def test_words_of_somebody_who_is_not_here_are_never_answered():
    verdict = judge(replace(CLEAR, unheard=("Mortimer",)))
    assert verdict.outcome is Outcome.CLOSEST
    assert verdict.confidence <= 0.1


def test_what_was_asked_and_never_answered_is_not_answered():
    assert judge(replace(CLEAR, is_unanswered=True)).outcome is Outcome.CLOSEST


def test_the_share_of_the_best_exchange(engine):
    hits = engine.search.search("replace the chain at wear, measured with a chain gauge", 4).hits
    of_best = [hit.post.exchange_id == hits[0].post.exchange_id for hit in hits]
    assert share_of_best(hits) == sum(of_best) / len(of_best)
