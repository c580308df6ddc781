"""Many people at once, and many answers one after another."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Sequence

import pytest

from bot.discord.settings import LimitSettings
from retrieval.records import Answer
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.factories import make_answer
from tests.bot.discord.fakes import FakeLibrarian
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, User

UNLIMITED = LimitSettings(
    burst=1_000_000, burst_seconds=1.0, person_per_day=1_000_000, guild_per_day=1_000_000
)


class Endless(FakeLibrarian):
    """Never runs out of answers, and keeps them back until it may give them."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = threading.Event()

    def answer(self, question: str, history: Sequence[str] = (), **_: object) -> Answer:
        del history
        self.may_answer.wait(60)
        return make_answer(f"{question} At six.", "It closes at nine.")


def crowd(server: LoopbackDiscord, size: int) -> tuple[Channel, list[User]]:
    people = [server.add_user(f"user{n}") for n in range(size)]
    guild = server.add_guild("Lock keepers", people)
    return server.add_channel(guild, "talk"), people


@pytest.mark.slow
async def test_fifty_people_at_once_are_acknowledged_and_answered(
    discord_server: LoopbackDiscord, run_footnote: RunBot, discord_errors: ErrorLog
) -> None:
    del discord_errors
    channel, people = crowd(discord_server, 50)
    librarian = Endless()
    async with run_footnote(librarian, limits=UNLIMITED):
        asked = [discord_server.slash(user, channel, "ask", question="When?") for user in people]
        for interaction in asked:
            await discord_server.acknowledged(interaction)
        # Nobody's acknowledgement waited for anybody's answer: there was none.
        librarian.may_answer.set()
        for interaction in asked:
            await discord_server.settled(
                interaction, 30, until=lambda message: "At six." in message.text
            )


@pytest.mark.soak
async def test_memory_is_flat_over_thousands_of_answers_and_presses(
    discord_server: LoopbackDiscord, run_footnote: RunBot, discord_errors: ErrorLog
) -> None:
    del discord_errors
    channel, [user] = crowd(discord_server, 1)

    async def round_of(count: int) -> None:
        for _ in range(count):
            asked = discord_server.slash(user, channel, "ask", question="When?")
            answer = await discord_server.settled(asked)
            await discord_server.settled(discord_server.press(user, answer, label="Why this?"))
            opened = discord_server.press(user, answer, label="Ask a follow-up")
            await discord_server.acknowledged(opened)
            # The record is the fake's, not the bot's.
            discord_server.forget_the_past()

    librarian = Endless()
    librarian.may_answer.set()
    async with run_footnote(librarian, limits=UNLIMITED):
        tracemalloc.start()
        await round_of(300)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        await round_of(1_000)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    grown = after - before
    assert grown < 300_000, f"{grown:,} bytes more after 3,000 interactions"
