from __future__ import annotations

import pytest

from retrieval.answering.asked import Asked, asked_for, says


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Why does the chain slip?", Asked.REASON),
        ("what makes it squeal", Asked.REASON),
        ("How many links does it have?", Asked.AMOUNT),
        ("when does the sealant dry out?", Asked.AMOUNT),
        ("and when should I top it up?", Asked.AMOUNT),
        ("Whose idea was the ammonia?", Asked.PERSON),
        ("how do I free a seatpost?", Asked.METHOD),
        ("What should I do about rust?", Asked.METHOD),
        ("what is a chain gauge", Asked.DEFINITION),
        ("what does 0.75 mean", Asked.DEFINITION),
        ("seatpost", None),
        ("Warum springt die Kette?", None),
        ("It broke when I rode home", None),
    ],
)
def test_what_a_question_asks_for(question, asked):
    assert asked_for(question) is asked


@pytest.mark.parametrize(
    ("asked", "sentence", "said"),
    [
        (Asked.REASON, "It slips because the cog is worn.", True),
        (Asked.REASON, "It slips on the big cog.", False),
        (Asked.AMOUNT, "Twice a year is enough.", True),
        (Asked.AMOUNT, "At 0.75 % wear.", True),
        (Asked.AMOUNT, "Rather often.", False),
        (Asked.PERSON, "I think it was Tom.", True),
        (Asked.PERSON, "Nobody knows.", False),
        (Asked.METHOD, "Clamp it, then turn the frame.", True),
        (Asked.METHOD, "Mine was stuck as well.", False),
        (Asked.METHOD, "You can clamp it in a vice.", True),
        (Asked.METHOD, "By heating the frame it comes loose.", True),
        (Asked.DEFINITION, "A gauge is a piece of steel.", True),
        (None, "Anything at all.", True),
    ],
)
def test_what_a_sentence_says(asked, sentence, said):
    assert says(asked, sentence) is said
