from __future__ import annotations

import pytest

from retrieval.answering.follow_up import leans_on

FIRST = "How do I free a stuck aluminium seatpost?"


@pytest.mark.parametrize(
    "question",
    ["and what would it cost?", "why?", "how long does that take?", "what about the other one?"],
)
def test_a_question_that_cannot_stand_alone_leans_on_the_one_before(question):
    assert leans_on(question, [FIRST]) == FIRST


@pytest.mark.parametrize(
    "question",
    [
        "How often should I replace the chain in winter?",
        "Which sealant lasts longest in tubeless tyres on gravel roads in summer?",
    ],
)
def test_a_question_of_its_own_leans_on_nothing(question):
    assert leans_on(question, [FIRST]) is None


def test_without_history_nothing_can_be_leaned_on():
    assert leans_on("and that?", []) is None


def test_a_chain_of_follow_ups_leads_back_to_what_stands_alone():
    assert leans_on("and that?", [FIRST, "what would it cost?"]) == FIRST
