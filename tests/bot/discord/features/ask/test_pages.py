"""What stands behind the buttons: every page within Discord's limits, harmless, and complete."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cards.cards import Card
from bot.discord.features.ask.buttons import Action, Offer, Press, button_rows, page_row
from bot.discord.features.ask.pages import (
    PAGE_LIMIT,
    SOURCES_A_PAGE,
    cited_on,
    render_sources,
    render_whole,
    render_why,
)
from bot.discord.words import ENGLISH
from retrieval.records import Answer, SourceView
from tests.bot.discord.factories import make_answer, make_source
from tests.bot.discord.features.ask.test_card import (
    any_size,
    check_harmless,
    check_limits,
    text_of,
)
from tests.bot.discord.strategies import answers, sources

ID = "abcDEF-_0123"


def press(action: Action, page: int | None = None) -> Press:
    return Press(action, ID, page)


def turned(card: Card) -> Press | None:
    """The press of ``Next page``, where there is one."""
    later = [b for row in card.rows for b in row if b.label == "Next page"]
    return Press.parse(later[0].custom_id) if later else None


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("page", [None, 0, 999])
def test_a_custom_id_says_what_was_pressed_and_fits(action: Action, page: int | None) -> None:
    custom_id = press(action, page).custom_id
    assert Press.parse(custom_id) == press(action, page)
    assert len(custom_id) <= 100


@pytest.mark.parametrize(
    "custom_id",
    ["", "answer:more", "answer:more:short", f"answer:fly:{ID}", f"answer:more:{ID}:-1", ID],
)
def test_a_custom_id_of_somebody_else_is_nothing(custom_id: str) -> None:
    assert Press.parse(custom_id) is None


def test_every_button_has_a_custom_id_of_its_own() -> None:
    offer = Offer(more_sources=True, whole_answer=True, thread=True, tell_me=True)
    rows = button_rows(ID, offer, ENGLISH)
    ids = [button.custom_id for row in rows for button in row]
    assert len(set(ids)) == len(ids) == 8
    assert all(len(row) <= 5 for row in rows)


def test_the_first_page_leads_on_and_the_last_leads_back() -> None:
    here = press(Action.WHY, 0)
    assert [b.label for b in page_row(here, 3, ENGLISH)] == ["Next page"]
    assert [b.label for b in page_row(replace(here, page=1), 3, ENGLISH)] == [
        "Previous page",
        "Next page",
    ]
    assert [b.label for b in page_row(replace(here, page=2), 3, ENGLISH)] == ["Previous page"]


@any_size
@given(answers(), st.integers(0, 9))
def test_every_page_keeps_the_limits_and_shows_nothing_active(answer: Answer, page: int) -> None:
    for card in (
        render_why(answer, press(Action.WHY, page)),
        render_whole(answer, press(Action.WHOLE_ANSWER, page)),
        render_sources(answer, press(Action.MORE_SOURCES, page), {}),
    ):
        check_limits(card)
        check_harmless(card, set())


@any_size
@given(answers(), sources)
def test_sources_keep_the_limits_and_link_only_where_their_posts_stand(
    answer: Answer, view: SourceView
) -> None:
    found = {c.passage.id: view for c in (*answer.citations, *answer.closest)}
    card = render_sources(answer, press(Action.MORE_SOURCES), found)
    check_limits(card)
    check_harmless(card, {view.post.url, view.thread.url})


def test_the_pages_of_an_answer_hold_all_of_it_once_and_in_order() -> None:
    words = [f"{number} " + "tide " * 150 for number in range(30)]
    answer = make_answer(*words)
    step: Press | None = press(Action.WHOLE_ANSWER)
    read = ""
    while step is not None:
        card = render_whole(answer, step)
        assert card.length <= PAGE_LIMIT + 100
        read += text_of(card) + "\n"
        step = turned(card)
    starts = [read.index(f"{word.strip()} [{n}]") for n, word in enumerate(words, 1)]
    assert starts == sorted(starts)
    assert all(read.count(f"[{n}]") == 1 for n in range(1, 31))


def test_the_pages_of_sources_hold_each_source_once() -> None:
    answer = make_answer(*(f"Word {number}." for number in range(2 * SOURCES_A_PAGE + 1)))
    found = {c.passage.id: make_source(c.quote) for c in answer.citations}
    step: Press | None = press(Action.MORE_SOURCES)
    pages = []
    while step is not None:
        card = render_sources(answer, step, found)
        pages.append(text_of(card))
        step = turned(card)
    assert len(pages) == 3
    for number in range(2 * SOURCES_A_PAGE + 1):
        assert "".join(pages).count(f"> Word {number}.") == 1
    assert len(cited_on(answer, 99)) == 1


def test_an_answer_without_steps_says_that_there_are_none() -> None:
    assert ENGLISH.talk.no_trace in text_of(render_why(make_answer("At six."), press(Action.WHY)))


def test_what_was_said_after_a_post_that_is_gone_is_not_repeated() -> None:
    answer = make_answer("At six.", "At noon.")
    first = answer.citations[0].passage.id
    card = render_whole(answer, press(Action.WHOLE_ANSWER), gone={first})
    assert "At six." not in text_of(card)
    assert ENGLISH.talk.gone_source in text_of(card)
    assert "At noon." in text_of(card)
