"""Times that a question asks for."""

from datetime import UTC, datetime

import pytest

from retrieval.question.times import Span, asked_time

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)  # a Wednesday


def day(month: int, number: int, year: int = 2026) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "rest", "span"),
    [
        (
            "What changed last week in brakes?",
            "What changed  in brakes?",
            Span(day(3, 9), day(3, 16)),
        ),
        ("what was discussed this week", "what was discussed ", Span(day(3, 16))),
        ("news of last month", "news of ", Span(day(2, 1), day(3, 1))),
        ("What's new this year?", "What's new ?", Span(day(1, 1))),
        ("posts about oil since 2024", "posts about oil ", Span(day(1, 1, 2024))),
        ("posts about oil since 2024-11", "posts about oil ", Span(day(11, 1, 2024))),
        ("What was said since last month?", "What was said ?", Span(day(2, 1))),
        ("Yesterday's posts about oil", " posts about oil", Span(day(3, 17), day(3, 18))),
        ("what was said since yesterday", "what was said ", Span(day(3, 17))),
        ("What did you discuss today?", "What did you discuss ?", Span(day(3, 18))),
        ("What was said in the last 30 days?", "What was said ?", Span(day(2, 16))),
        ("topics of the past 2 weeks", "topics of ", Span(day(3, 4))),
        ("Was wurde letzte Woche gesagt?", "Was wurde  gesagt?", Span(day(3, 9), day(3, 16))),
    ],
)
def test_a_time_that_posts_are_asked_of_is_a_condition(question, rest, span):
    assert asked_time(question, NOW) == (rest, span)


@pytest.mark.parametrize(
    "question",
    [
        "Since last week my brake squeaks, why?",
        "How do I oil a chain that I bought this year?",
        "What was said about brakes?",
        "posts about oil since 2024-13",
        "posts about version 2024",
        "What was said about it? " + "I rode to the lake and back again last week. " * 3,
    ],
)
def test_a_time_in_a_story_is_none(question):
    assert asked_time(question, NOW) == (question, None)
