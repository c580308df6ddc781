from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from retrieval.answering.gate import Signs
from retrieval.answering.reading import ReadPassages
from retrieval.answering.writing import places_that_answer
from retrieval.records import Hit, Thread
from tests.retrieval.answering.builders import hit


def found(score: float, thread: str, post: str) -> Hit:
    elsewhere = Thread(thread, "f", "test")
    return replace(hit("Turn the key.", score, name=post, author="Ann"), thread=elsewhere)


def reading(*hits: Hit, question: str = "") -> ReadPassages:
    signs = Signs(**dict.fromkeys(Signs.__dataclass_fields__, 0.0))  # type: ignore[arg-type]  # none is looked at
    return ReadPassages(hits, (), np.zeros(0), signs, lambda _: 0.0, question=question)


@pytest.mark.parametrize(
    ("second", "shown"),
    [
        (found(0.1, "locks", "2"), [0, 1]),
        (found(0.9, "doors", "2"), [0, 1]),
        (found(0.5, "doors", "2"), [0]),
    ],
    ids=["the same thread", "nearly as good", "about another thing"],
)
def test_an_answer_leaves_out_what_is_about_another_thing(second: Hit, shown: list[int]) -> None:
    assert places_that_answer(reading(found(1.0, "locks", "1"), second)) == shown


def about(text: str, post: str, thread: str) -> Hit:
    one = found(0.9, thread, post)
    return replace(one, post=replace(one.post, text=text), passage=replace(one.passage, text=text))


def test_what_names_another_thing_than_the_question_is_left_out() -> None:
    asked = "Which gasket does the QX-12 take?"
    right, wrong = (
        about("The QX-12 takes 3 mm.", "1", "a"),
        about("The QX-13 takes 5 mm.", "2", "b"),
    )
    assert places_that_answer(reading(right, wrong, question=asked)) == [0]
    assert places_that_answer(reading(wrong, right, question=asked)) == [0, 1]
    assert places_that_answer(reading(right, wrong, question="Which gasket?")) == [0, 1]


def test_an_opening_that_only_repeats_the_question_gives_way_to_its_replies() -> None:
    echo, fix = about("It dies with nil gear pointer", "1", "a"), about("Update it.", "2", "a")
    echo = replace(echo, post=replace(echo.post, exchange_id="1"))
    fix = replace(fix, post=replace(fix.post, exchange_id="1"))
    assert places_that_answer(reading(echo, fix, question="nil gear pointer")) == [1]
    assert places_that_answer(reading(echo, question="nil gear pointer")) == [0]
    assert places_that_answer(reading(echo, fix, question="Who repairs bells?")) == [0, 1]


@pytest.mark.parametrize(
    ("question", "does"),
    [
        ("List all export formats", True),
        ("Give me a list of the tools", True),
        ("What are all the error codes?", True),
        ("How do I read a list of numbers?", False),
        ("Which oil is best?", False),
    ],
)
def test_a_list_of_all_is_asked_for(question: str, does: bool) -> None:
    assert reading(question=question).asks_for_all is does
