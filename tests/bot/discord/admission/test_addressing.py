from __future__ import annotations

from hypothesis import given

from bot.discord.admission.addressing import question_text
from tests.bot.discord.strategies import texts


def test_mentions_become_names_and_the_bots_own_disappears() -> None:
    read_as = {"@1": "", "@2": "@Ada", "@&3": "@locks", "#4": "#talk"}
    content = "<@1> what did <@!2> of <@&3> say in <#4>, <@9>? <:wave:5>"
    assert (
        question_text(content, read_as) == "what did @Ada of @locks say in #talk, @unknown? :wave:"
    )


def test_a_bare_mention_is_no_question() -> None:
    assert question_text(" <@!1> ", {"@1": ""}) == ""


@given(texts)
def test_a_question_without_mentions_is_passed_on_as_it_is(text: str) -> None:
    if "<" not in text:
        assert question_text(text, {}) == text.strip()
