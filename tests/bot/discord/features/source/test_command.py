from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards.markdown import length
from bot.discord.features.source.command import MAX_CHOICES, choices, suggestion_label
from retrieval.records import Suggestion
from tests.bot.discord.strategies import ids, names, texts


@given(st.lists(st.builds(Suggestion, ids, texts, names, names), max_size=40).map(tuple))
def test_choices_keep_discords_limits(suggestions: tuple[Suggestion, ...]) -> None:
    offered = choices(suggestions)
    assert len(offered) == min(len(suggestions), MAX_CHOICES)
    for choice, suggestion in zip(offered, suggestions, strict=False):
        assert 1 <= length(choice.name) <= 100
        assert choice.value == suggestion.passage_id


def test_a_choice_says_who_and_the_first_words() -> None:
    suggestion = Suggestion("0" * 16, "The *gate*\nopens at six", "Ada", "Tides")
    assert suggestion_label(suggestion) == "Ada: The *gate* opens at six"


def test_without_an_author_the_thread_stands_in() -> None:
    assert suggestion_label(Suggestion("0" * 16, "It opens", None, "Tides")) == "Tides: It opens"


def test_an_id_that_no_choice_can_hold_is_not_offered() -> None:
    assert choices((Suggestion("", "a", None, None), Suggestion("x" * 101, "b", None, None))) == []
