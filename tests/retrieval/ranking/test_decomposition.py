from __future__ import annotations

import pytest

from retrieval.ranking.decomposition import focus, parts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "How often should I oil a chain and how do I free a stuck seatpost?",
            ("How often should I oil a chain", "how do I free a stuck seatpost?"),
        ),
        (
            "Which tyres suit gravel? What pressure do road tyres need?",
            ("Which tyres suit gravel?", "What pressure do road tyres need?"),
        ),
        (
            "1. Who built the bridge? 2. When did the ferry stop running?",
            ("Who built the bridge?", "When did the ferry stop running?"),
        ),
        (
            "Two things: a) best oil for winter chains b) cheapest gravel tyres",
            ("best oil for winter chains", "cheapest gravel tyres"),
        ),
        (
            "What is a rear derailleur, and also where can disc brakes be serviced?",
            ("What is a rear derailleur", "where can disc brakes be serviced?"),
        ),
        (
            "Where is the pump, and how do I free a stuck seatpost?",
            ("Where is the pump", "how do I free a stuck seatpost?"),
        ),
    ],
)
def test_several_questions_in_one_are_taken_apart(question, expected):
    assert parts(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How often should I oil a chain?",
        "Why does my chain squeak and how do I fix it?",  # "it" needs the first part
        "Is oil and grease mixed in winter?",
        "What did Ann and Bob say about chains?",
        "Which is better, wax or oil? Why?",  # "Why?" says nothing by itself
        "My chain squeaks. What kind of oil helps?",  # a story and one question
        "Chain 1.5 mm or 2.5 mm wide?",
        "What are the pros and what are cons?",
        "",
        " ".join(["How often should I oil a chain?"] * 30),
    ],
)
def test_what_is_one_question_stays_one(question):
    assert parts(question) == ()


def test_the_focus_of_a_long_question_is_its_first_sentence_and_what_it_asks():
    question = (
        "Squeaking chain. I ride every day, mostly in rain. Which oil lasts longest? "
        "I have tried two. Should I wax instead? Thanks!"
    )
    assert focus(question) == (
        "Squeaking chain.",
        "Which oil lasts longest?",
        "Should I wax instead?",
    )


def test_a_single_sentence_needs_no_focus():
    assert focus("Which oil lasts longest?") == ()
