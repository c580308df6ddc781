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


def reading(*hits: Hit) -> ReadPassages:
    signs = Signs(**dict.fromkeys(Signs.__dataclass_fields__, 0.0))  # type: ignore[arg-type]  # none is looked at
    return ReadPassages(hits, (), np.zeros(0), signs, lambda _: 0.0)


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
