"""Reading rooms as cards: within Discord's limits, harmless, and saying what stands where."""

from __future__ import annotations

import pytest
from discord import ui
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.discord.cards.cards import CARD_LIMIT, COMPONENT_LIMIT, Card, plain_text
from bot.discord.cards.markdown import length
from bot.discord.features.source.card import (
    Room,
    passage_room,
    replies_on,
    replies_room,
    reply_pages,
    shared,
    thread_room,
)
from bot.discord.features.source.pages import thread_pages
from bot.discord.features.source.places import Action, Show, Spot
from bot.discord.features.source.view import room_view
from bot.discord.words import ENGLISH, GERMAN, Words
from retrieval.records import Occurrence, SourceView, TextKind, ThreadView
from tests.bot.discord.active import INVISIBLE, active_in, unescaped
from tests.bot.discord.factories import make_passage, make_post, make_source, make_thread
from tests.bot.discord.features.source.test_pages import view_of
from tests.bot.discord.strategies import GOOD_URLS, sources, texts

SPOT = Spot("default", "0" * 16, "1" * 16)
any_size = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
both = pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=lambda words: words.tag)


def text_of(card: Card) -> str:
    return "\n".join(block.text for block in card.blocks)


def check(room: Room) -> None:
    """Everything that Discord would refuse, or act on without having been asked to."""
    view = room_view(room)
    assert view.total_children_count <= COMPONENT_LIMIT
    assert room.card.length <= CARD_LIMIT
    assert length(plain_text(room.card)) > 0
    text = text_of(room.card)
    assert not INVISIBLE.search(text.replace("@\u200b", "@").replace("\n", " "))
    assert not [a for a in active_in(text) if a not in {"**", "`"}]
    buttons = [item for item in view.walk_children() if isinstance(item, ui.Button)]
    assert {button.url for button in buttons if button.url} <= set(GOOD_URLS)
    assert all(0 < len(button.label or "") <= 80 for button in buttons)
    ids = [button.custom_id for button in buttons if button.custom_id]
    assert len(set(ids)) == len(ids)


def rooms_of(view: SourceView, words: Words) -> list[Room]:
    replies = replies_on(view, 1)
    spot = SPOT.showing(Show.REPLIES, 1)
    return [
        passage_room(view, SPOT, words),
        replies_room(view, [reply.id for reply in replies], spot, words),
    ]


@both
@any_size
@given(view=sources, name=texts)
def test_any_room_keeps_every_limit_and_is_harmless(view, name, words) -> None:
    for room in rooms_of(view, words):
        check(room)
        check(shared(room, SPOT, name, words))


@any_size
@given(st.lists(texts, max_size=6), st.sampled_from(TextKind))
def test_any_thread_keeps_every_limit_and_is_harmless(paragraphs, kind) -> None:
    view = view_of(*paragraphs, kind=kind)
    pages = thread_pages(view, ENGLISH)
    for number in range(1, len(pages) + 1):
        spot = SPOT.showing(Show.THREAD, number)
        room = thread_room(view.thread, pages, spot, ENGLISH, has_passage=True)
        check(room)
        for piece in pages[number - 1]:
            assert piece.text in text_of(room.card)


def test_a_passage_shows_its_surroundings() -> None:
    view = make_source(
        before=(make_passage("far before"), make_passage("just before it")),
        after=(make_passage("just after it"), make_passage("far after")),
        in_reply_to=make_post("When does it open?", author="Bob"),
        replies=(make_post("Thanks!", author="Cyd"),),
        also_in=(
            Occurrence(
                "f" * 16, TextKind.QUOTE, make_post(author="Dee"), make_thread(title="Locks")
            ),
        ),
    )
    text = text_of(passage_room(view, SPOT, ENGLISH).card)
    assert "-# Just before\njust before it\n> The gate opens at six.\n-# Just after" in text
    assert "far before" not in text
    assert "-# In reply to Bob\n> When does it open?" in text
    assert "Replies: 1" not in text
    assert "-# quoted by Dee · 2024-03-01 · Locks · `/source ffffffffffffffff`" in text
    german = text_of(passage_room(view, SPOT, GERMAN).card)
    assert "-# Antwort auf Bob\n> When does it open?" in german


def test_a_way_that_leads_nowhere_is_closed() -> None:
    room = passage_room(make_source(), SPOT, ENGLISH)
    assert {button.action: button.is_enabled for button in room.rows[0]} == {
        Action.EARLIER: False,
        Action.LATER: False,
        Action.PARENT: False,
        Action.GO: True,  # the whole thread, which comes last
    }


def test_replies_come_a_few_at_a_time_and_each_can_be_opened() -> None:
    replies = tuple(make_post(f"Reply {n}.", id=f"{n:016x}", author=f"A{n}") for n in range(9))
    view = make_source(replies=replies)
    assert reply_pages(view) == 3
    last = replies_room(view, ["e" * 16], SPOT.showing(Show.REPLIES, 3), ENGLISH)
    assert "Reply 8." in text_of(last.card)
    assert "Reply 7." not in text_of(last.card)
    assert "Page 3 of 3" in text_of(last.card)
    [opens], (previous, following), _ = last.rows
    assert opens.spot.passage_id == "e" * 16
    assert (previous.is_enabled, following.is_enabled) == (True, False)


def test_a_long_passage_is_cut_between_words() -> None:
    view = make_source("paragraph " * 400)
    assert "paragraph…" in unescaped(text_of(passage_room(view, SPOT, ENGLISH).card))


def test_an_empty_thread_is_a_page_all_the_same() -> None:
    view = ThreadView(make_thread(), ())
    pages = thread_pages(view, ENGLISH)
    check(thread_room(view.thread, pages, SPOT.showing(Show.THREAD, 1), ENGLISH, has_passage=False))
