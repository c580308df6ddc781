"""What a post of the asker's tells."""

import pytest

from retrieval.threads.standing import tells_solution


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("My chain squeaks. EDIT: I solved it by waxing the chain.", True),
        ("Never mind, the problem was a dry jockey wheel.", True),
        ("It turned out to be the pedal.", True),
        ("The solution is a new cable.", True),
        ("My chain squeaks. Has anybody solved it?", False),
        ("Is there a fix or a solution?", False),
        ("My chain still squeaks.", False),
    ],
)
def test_an_asker_may_tell_the_solution_in_the_same_words(text, does):
    assert tells_solution(text) is does
