from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from retrieval.language_model.answer_cache import AnswerCache, AnswerKey
from retrieval.records import Answer, Outcome, Usage

KEY = AnswerKey("default", "How?", (), 1, datetime(2026, 1, 1, tzinfo=UTC), "small")
ANSWER = Answer(
    "How?", Outcome.ANSWERED, "So. [1]", mode="small", usage=Usage(1, 10, 5), trace=("Asked.",)
)


def test_an_answer_is_given_again_at_no_cost_and_says_so() -> None:
    cache = AnswerCache(10)
    cache.put(KEY, ANSWER)
    again = cache.get(KEY)
    assert again is not None
    assert (again.text, again.usage) == (ANSWER.text, None)
    assert again.trace[:-1] == ANSWER.trace
    assert "answered before" in again.trace[-1]


@pytest.mark.parametrize(
    "changed",
    [
        {"knowledge_base": "archive"},
        {"question": "how?"},
        {"history": ("What?",)},
        {"generation": 2},
        {"updated_at": datetime(2026, 1, 2, tzinfo=UTC)},
        {"model": "large"},
    ],
    ids=str,
)
def test_whatever_an_answer_rests_on_makes_it_another_one(changed) -> None:
    cache = AnswerCache(10)
    cache.put(KEY, ANSWER)
    assert cache.get(replace(KEY, **changed)) is None


def test_only_what_the_model_wrote_is_kept() -> None:
    cache = AnswerCache(10)
    cache.put(KEY, replace(ANSWER, mode="extractive"))
    cache.put(KEY, replace(ANSWER, fallback="it was silent"))
    assert cache.get(KEY) is None


def test_the_answer_that_nobody_asked_for_longest_is_forgotten_first() -> None:
    cache = AnswerCache(2)
    keys = [replace(KEY, question=str(n)) for n in range(3)]
    cache.put(keys[0], ANSWER)
    cache.put(keys[1], ANSWER)
    cache.get(keys[0])
    cache.put(keys[2], ANSWER)
    assert [cache.get(key) is not None for key in keys] == [True, False, True]
    AnswerCache(0).put(KEY, ANSWER)
