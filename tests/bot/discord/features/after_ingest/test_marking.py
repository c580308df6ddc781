"""The bot's own earlier answers, marked when a post that they cite was edited or removed."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.community.community import Community
from bot.community.guild_settings import DEFAULT
from bot.discord.client import FootnoteBot
from bot.discord.features.after_ingest.marking import MarkingStale
from bot.discord.features.after_ingest.rounds import Change
from bot.discord.words import ENGLISH, GERMAN
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.factories import make_answer, make_closest
from tests.bot.discord.fakes import FakeLibrarian, FakeLibrarians
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.loopback.traffic import Fault
from tests.loopback.world import Message

AT = datetime(2026, 3, 2, tzinfo=UTC)
NOTE = ENGLISH.lately.stale.format(when="2026-03-02")
ANSWER = make_answer("It opens at six.", "It closes at nine.")
[FIRST, SECOND] = [citation.passage.id for citation in ANSWER.citations]


class Scene:
    """A server with an answer in it."""

    def __init__(self, server: LoopbackDiscord, community: Community) -> None:
        self.server = server
        self.community = community
        self.ada: User = server.add_user("ada")
        self.guild: Guild = server.add_guild("Lock keepers", [self.ada])
        self.channel: Channel = server.add_channel(self.guild, "talk")
        self.librarian = FakeLibrarian(*[ANSWER] * 4)

    async def asked(self, channel: Channel | None = None, **options: object) -> Message:
        """An answer whose message the bot knows, which is noted after it is shown."""
        channel = channel or self.channel
        sent = self.server.slash(self.ada, channel, "ask", question="When?", **options)  # type: ignore[arg-type]  # options of the command
        message = await self.server.settled(sent)
        await self.server.wait_until(lambda: self.community.answers.behind(int(message.id)))
        return message

    async def ingested(self, bot: FootnoteBot, *removed: str) -> None:
        self.librarian.removed.update(removed)
        marking = MarkingStale(bot, FakeLibrarians(self.librarian), self.community.answers)
        await marking(Change("default", AT, AT))


@pytest.fixture
def scene(discord_server: LoopbackDiscord, community: Community, discord_errors: ErrorLog) -> Scene:
    del discord_errors  # fails the test on anything swallowed
    return Scene(discord_server, community)


async def test_an_answer_whose_source_is_gone_says_so_once_and_keeps_all_else(
    scene: Scene, run_footnote: RunBot
) -> None:
    async with run_footnote(scene.librarian) as bot:
        answer = await scene.asked()
        before, labels = answer.text, list(answer.labels)
        await scene.ingested(bot)
        assert answer.text == before
        await scene.ingested(bot, SECOND)
        assert answer.text == f"{NOTE}\n{before}"
        await scene.ingested(bot, FIRST)
        assert answer.text == f"{NOTE}\n{before}"
        assert answer.labels == labels
        pressed = scene.server.press(scene.ada, answer, label="Why this?")
        assert "came about" in (await scene.server.settled(pressed)).text


async def test_the_bot_itself_notices_after_an_ingest(scene: Scene, run_footnote: RunBot) -> None:
    scene.librarian.changed_at = AT
    async with run_footnote(scene.librarian) as bot:
        answer = await scene.asked()
        for _ in range(2):
            await bot.after_ingest.look()
        scene.librarian.changed_at = AT + timedelta(hours=1)
        scene.librarian.removed.add(FIRST)
        for _ in range(2):
            await bot.after_ingest.look()
    assert answer.text.startswith(NOTE)


async def test_what_only_came_close_is_marked_too_and_a_private_answer_is_not(
    scene: Scene, run_footnote: RunBot
) -> None:
    closest = make_closest("It opens at six.")
    scene.librarian.answers.appendleft(closest)
    async with run_footnote(scene.librarian) as bot:
        near, private = await scene.asked(), await scene.asked(private=True)
        before = private.text
        await scene.ingested(bot, *(c.passage.id for c in closest.closest), FIRST)
    assert near.text.startswith(NOTE)
    assert private.text == before


async def test_the_mark_is_in_the_language_of_the_answer(
    scene: Scene, run_footnote: RunBot
) -> None:
    settings = replace(DEFAULT, language="de")
    scene.community.guilds.save(int(scene.guild.id), settings)
    async with run_footnote(scene.librarian) as bot:
        answer = await scene.asked()
        assert "Warum das?" in answer.labels
        await scene.ingested(bot, FIRST)
    assert answer.text.startswith(GERMAN.lately.stale.format(when="2026-03-02"))


async def test_an_answer_in_plain_text_is_marked_as_well(
    scene: Scene, run_footnote: RunBot
) -> None:
    async with run_footnote(scene.librarian) as bot:
        scene.server.inject(Fault("PATCH", r"/webhooks/.*", status=400))
        answer = await scene.asked()
        assert not answer.components
        await scene.ingested(bot, FIRST)
    assert answer.content.startswith(f"{NOTE}\nAda · 2024-03-01 · Tides\n> It opens at six.")


@pytest.mark.parametrize("what", ["message", "channel", "sight", "guild"])
async def test_what_cannot_be_marked_any_more_is_let_go_and_stops_no_other(
    scene: Scene, run_footnote: RunBot, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    caplog.set_level(logging.INFO, "bot.discord")
    other = scene.server.add_channel(scene.guild, "other")
    elsewhere = scene.server.add_channel(scene.server.add_guild("Others", [scene.ada]), "talk")
    async with run_footnote(scene.librarian) as bot:
        kept, answer = await scene.asked(elsewhere), await scene.asked(other)
        if what == "message":
            scene.server.delete(answer)
        elif what == "channel":
            scene.server.delete_channel(other)
        elif what == "sight":
            scene.server.deny(other, scene.server.bot, Permission.VIEW_CHANNEL)
        else:
            scene.server.remove_bot(scene.guild)
        await scene.ingested(bot, FIRST)
        assert kept.text.startswith(NOTE)
        await scene.ingested(bot, FIRST)
    said = [r.getMessage() for r in caplog.records if "cannot be marked" in r.getMessage()]
    assert len(said) == 1 or (what == "guild" and not said)  # a server that was left is forgotten
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(("status", "code"), [(500, 0), (400, 30046)])
async def test_what_cannot_be_marked_now_is_marked_after_the_next_ingest(
    scene: Scene, run_footnote: RunBot, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    async with run_footnote(scene.librarian) as bot:
        answer = await scene.asked()
        body = {"message": "not now", "code": code}
        fault = Fault("PATCH", rf"/channels/\d+/messages/{answer.id}", status, body)
        fault.abort = status == 500  # discord.py asks again after a 5xx, for half a minute
        fault.times = 9
        scene.server.inject(fault)
        with caplog.at_level(logging.INFO, "bot.discord"):
            await scene.ingested(bot, FIRST)
        assert not answer.text.startswith(NOTE)
        assert len(caplog.records) == 1
        fault.times = 0
        await scene.ingested(bot, FIRST)
    assert answer.text.startswith(NOTE)


@pytest.mark.parametrize("is_plain", [False, True])
async def test_an_answer_that_quoted_who_is_forgotten_is_emptied(
    scene: Scene, run_footnote: RunBot, is_plain: bool
) -> None:
    async with run_footnote(scene.librarian) as bot:
        if is_plain:
            scene.server.inject(Fault("PATCH", r"/webhooks/.*", status=400))
        answer, private = await scene.asked(), await scene.asked(private=True)
        await scene.ingested(bot, FIRST)
        assert answer.text.startswith(NOTE) or answer.content.startswith(NOTE)
        assert scene.community.answers.take_back(lambda cited: cited.passage.id == SECOND) == 2
        await scene.ingested(bot)
        assert answer.text == ENGLISH.lately.taken_back
        assert not answer.labels
        assert scene.community.answers.taken_back("default", 9) == ()
        pressed = scene.server.press(scene.ada, private, label="Why this?")
        told = await scene.server.settled(pressed)
        assert "It opens at six" not in told.text
    rows = scene.community.database.path.read_bytes()
    assert b"It opens at six" not in rows
