from __future__ import annotations

import pytest

from retrieval.answering.follow_up import StandaloneReading, leans_on, search_in_turn

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
    assert leans_on("and that?", [FIRST, "what would it cost?"]) == f"{FIRST} what would it cost?"


def test_where_nothing_stands_alone_the_last_question_is_meant():
    assert leans_on("and that?", ["why?", "and this?"]) == "and this?"


def test_a_follow_up_is_read_with_the_question_before(engine):
    turn, together = search_in_turn(
        engine.search, "and how long must it wait?", ["How do I free a stuck seatpost?"], 3
    )
    assert turn.context == "How do I free a stuck seatpost?"
    assert "Read together" in turn.told
    assert together.hits[0].thread.title == "Seatpost stuck"


def test_a_change_of_subject_carries_nothing_over(engine):
    question = "and the chain, replace it at which wear?"
    turn, ranking = search_in_turn(engine.search, question, ["How do I free a stuck seatpost?"], 3)
    assert turn.context == ""
    assert "turned away" in turn.told
    assert ranking.searched == question
    assert ranking.hits[0].thread.title == "Chain wear"


def test_the_thread_before_is_preferred(engine):
    history = ["How often should I replace the chain?"]
    turn, together = search_in_turn(engine.search, "and that?", history, 10)
    plain = engine.search.search("and that?", 10, context=turn.context)
    scores = {hit.passage.id: hit.score for hit in plain.hits}
    raised = {h.thread.title for h in together.hits if h.score > scores[h.passage.id]}
    assert raised == {"Chain wear"}


def test_a_question_of_its_own_is_searched_once(engine):
    turn, ranking = search_in_turn(engine.search, "Sand the brake pads lightly?", [FIRST], 3)
    assert turn == StandaloneReading()
    assert ranking.hits


def test_an_emoji_is_a_reaction_and_leans_on_nothing():
    assert leans_on("🤔", ["How often should I replace the chain?"]) is None
