from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def speller(engine):
    return engine.search._speller


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("where does the aluminum seatpsot go", "seatpost"),
        ("is sealent dry", "sealant"),
        ("disolves corosion", "corrosion"),
        ("use gloevs", "gloves"),
    ],
)
def test_slips_are_mended_with_words_of_the_threads(speller, typed, read):
    assert read in speller.mend(typed).question.split()


def test_every_change_is_told(speller):
    mended = speller.mend("corosion and sealent")
    assert mended.changes == (("corosion", "corrosion"), ("sealent", "sealant"))


@pytest.mark.parametrize(
    "question",
    [
        "Replace the chain",  # known as it is
        "a loaf of bread",  # real words that the threads never use
        "xyzzyplugh",  # like nothing in the threads
        "gag",  # too short to guess
        "",
    ],
)
def test_nothing_else_is_touched(speller, question):
    mended = speller.mend(question)
    assert mended.question == question
    assert mended.changes == ()


def test_what_nobody_can_make_anything_of_is_told(speller):
    assert speller.mend("Replace the chain and the seatpost of a xyzzyplugh").unknown == (
        "xyzzyplugh",
    )
    assert speller.mend("Replace a loaf of bread and the sealent").unknown == ()


def test_a_question_in_another_language_is_no_heap_of_unknown_words(speller):
    assert speller.mend("Wodurch quietscht bei Regen dauernd jene Bremsscheibe?").unknown == ()


def test_a_pasted_log_is_left_alone(speller):
    log = " ".join(f"corosion{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200))
    assert speller.mend(log).changes == ()
