"""Whole threads, found by what they are about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.discord.cards.cards import CARD_LIMIT, COMPONENT_LIMIT
from bot.discord.features.threads.card import MAX_THREADS, threads_card
from bot.discord.words import ENGLISH, LANGUAGES
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.factories import make_post, make_thread, make_thread_hit
from tests.bot.discord.fakes import FakeLibrarian
from tests.bot.discord.places import Place
from tests.bot.discord.shelves import shelves
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.retrieval.store.builders import Said, file_of


@pytest.fixture(autouse=True)
def nothing_pings_and_nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The server fixture fails on any message that could ping, this one on swallowed errors."""


@pytest.mark.parametrize("is_private", [True, False])
async def test_threads_are_listed_with_their_best_passage(
    is_private: bool, discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian()
    librarian.threads_found = (make_thread_hit(),)
    async with run_footnote(librarian):
        asked = discord_server.slash(
            place.ada, place.channel, "threads", about="*gates*", private=is_private
        )
        shown = await discord_server.settled(asked)
    assert librarian.questions == ["*gates*"]
    assert shown.is_ephemeral == is_private
    assert shown.text.startswith("**Threads about** \\*gates\\*\n**Tides**")
    assert "-# opened by Bea · 2024-03-01 · 12 posts\n> The gate opens at six.\n" in shown.text
    assert "-# Ada · 2024-03-01 · Tides · `/source 0123456789abcdef`" in shown.text
    assert [b["url"] for b in shown.buttons] == ["https://forum.example/t/1"]


async def test_a_search_for_threads_counts_as_a_question(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote(limits={"burst": 1}):
        asked = [
            discord_server.slash(place.ada, place.channel, "threads", about="gates")
            for _ in range(2)
        ]
        shown = [await discord_server.settled(each) for each in asked]
    assert shown[0].text == ENGLISH.lately.no_threads_about
    assert "a lot of questions at once" in shown[1].text


async def test_what_cannot_be_looked_for_is_said(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, tmp_path: Path
) -> None:
    with shelves(tmp_path, {"default": [file_of("a.json", Said("Ida", "Words."))]}) as shelf:
        async with run_footnote(shelf):
            asked = discord_server.slash(place.ada, place.channel, "threads", about="\u200b")
            shown = await discord_server.settled(asked)
    assert "empty" in shown.text


async def test_threads_of_one_author_are_found_in_german(
    discord_server: LoopbackDiscord, run_footnote: RunBot, tmp_path: Path
) -> None:
    bert = discord_server.add_user("bert", locale="de")
    channel = discord_server.add_channel(discord_server.add_guild("Schleusen", [bert]), "talk")
    files = [
        file_of("gate.json", Said("Ida", "When?"), Said("Tom", "The gate opens."), title="Gate"),
        file_of("lamp.json", Said("Vera", "The gate has a lamp."), title="Lamp"),
    ]
    with shelves(tmp_path, {"default": files}) as shelf:
        async with run_footnote(shelf):
            asked = discord_server.slash(bert, channel, "threads", about="gate from:tom")
            shown = await discord_server.settled(asked)
    assert "**Threads über** gate from\\:tom\n**Gate**\n-# eröffnet von Ida" in shown.text
    assert "2 Beiträge\n> The gate opens." in shown.text
    assert "Lamp" not in shown.text


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=lambda words: words.tag)
def test_many_long_threads_keep_discords_limits(words) -> None:
    long = "*long* " * 500
    found = make_thread_hit(long, opening=make_post(long, author=long, created_at=None))
    found = replace(found, thread=make_thread(title=long, url="https://forum.example/t/1"))
    card = threads_card(long, [found] * 30, words)
    assert card.length <= CARD_LIMIT
    assert card.components <= COMPONENT_LIMIT
    assert len(card.blocks) == MAX_THREADS + 2


def test_a_thread_of_nobody_and_no_time_has_its_posts() -> None:
    opening = make_post(author=None, created_at=None)
    card = threads_card("x", [make_thread_hit(opening=opening, posts=1)], ENGLISH)
    assert "\n-# 1 post\n" in card.blocks[-1].text
