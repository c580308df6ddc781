"""Where a language model writes: what there is stands on the screen, and is replaced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.records import Answer, Outcome, Support, Verification
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.factories import make_answer, make_closest
from tests.bot.discord.fakes import FakeLibrarian
from tests.bot.discord.places import Place
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.world import Message

COMING = "some-model is reading the passages"


@pytest.fixture(autouse=True)
def nothing_pings_and_nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """As everywhere."""


def written() -> Answer:
    plain = make_answer("The gate opens at six.")
    statements = tuple(replace(one, support=Support.CONFIRMED) for one in plain.statements)
    return replace(
        plain, mode="some-model", statements=statements, verification=Verification(confirmed=1)
    )


def writing(first: Answer, finally_: Answer) -> FakeLibrarian:
    librarian = FakeLibrarian(finally_)
    librarian.first.append(first)
    librarian.may_write.clear()
    return librarian


FIRST = [make_answer("It opens at six, I think."), make_closest("Gates open in the morning.")]


@pytest.mark.parametrize("first", FIRST, ids=["answered", "closest"])
async def test_a_command_shows_what_there_is_until_the_model_has_written(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, first: Answer
) -> None:
    librarian = writing(first, written())
    async with run_footnote(librarian):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
        early = await discord_server.settled(asked, until=lambda m: COMING in m.text)
        assert (first.citations or first.closest)[0].quote in early.text
        assert not [button for button in early.buttons if "custom_id" in button]
        librarian.may_write.set()
        late = await discord_server.settled(asked, until=lambda m: "Written by" in m.text)
        assert late.id == early.id
        assert "The gate opens at six." in late.text
        assert COMING not in late.text
        assert [button for button in late.buttons if "custom_id" in button]


async def test_a_reply_to_a_message_is_edited(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = writing(FIRST[0], written())
    async with run_footnote(librarian):
        said = f"<@{discord_server.bot.id}> When?"
        message = discord_server.say(place.ada, place.channel, said)
        (early,) = await discord_server.wait_until(lambda: discord_server.replies_to(message))
        assert COMING in early.text
        librarian.may_write.set()

        def final() -> Message | None:
            (reply,) = discord_server.replies_to(message)
            return reply if "Written by" in reply.text else None

        late = await discord_server.wait_until(final)
        assert late is not None
        assert late.id == early.id


async def test_what_the_model_found_wanting_takes_its_answer_back(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    closest = replace(make_closest("Gates open in the morning."), mode="some-model")
    assert closest.outcome is Outcome.CLOSEST
    librarian = writing(FIRST[0], closest)
    librarian.may_write.set()
    async with run_footnote(librarian):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
        said = "some-model read these passages and found no answer in them."
        late = await discord_server.settled(asked, until=lambda m: said in m.text)
    assert "I think" not in late.text
    assert "Not answered" in late.text
