"""What people hold against answers, in the channel that a server chose for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from bot.access.rules import Grant
from bot.community.community import Community
from bot.community.feedback import Rating
from bot.community.guild_settings import DEFAULT
from bot.discord.words import ENGLISH, GERMAN
from tests.bot.discord.conftest import EVERYWHERE, RunBot
from tests.bot.discord.factories import make_answer
from tests.bot.discord.fakes import FakeLibrarian
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.loopback.world import Message

QUESTION = "When does the gate open?"  # what the fake's answers name as their question


@dataclass
class Scene:
    """A server whose moderators chose a channel for feedback."""

    server: LoopbackDiscord
    community: Community
    guild: Guild
    channel: Channel
    moderators: Channel
    ada: User

    async def asked(self, **options: object) -> Message:
        sent = self.server.slash(self.ada, self.channel, "ask", question="When?", **options)  # type: ignore[arg-type]  # options of the command
        message = await self.server.settled(sent)
        await self.server.wait_until(lambda: self.community.answers.behind(int(message.id)))
        return message

    async def hold_against(self, answer: Message, verdict: str, reason: str) -> str:
        """Press 👎 and fill the form; what the bot says to it."""
        [bad] = [b for b in answer.buttons if (b.get("emoji") or {}).get("name") == "👎"]
        opened = self.server.press(self.ada, answer, custom_id=bad["custom_id"])
        await self.server.acknowledged(opened)
        sent = self.server.submit(self.ada, opened, {"verdict": [verdict], "text": reason})
        return (await self.server.settled(sent)).content

    def choose(self, **settings: object) -> None:
        chosen = replace(DEFAULT, feedback_channel=int(self.moderators.id), **settings)  # type: ignore[arg-type]  # settings
        self.community.guilds.save(int(self.guild.id), chosen)


@pytest.fixture
def scene(discord_server: LoopbackDiscord, community: Community, discord_errors: ErrorLog) -> Scene:
    del discord_errors  # fails the test on anything swallowed
    ada = discord_server.add_user("ada")
    guild = discord_server.add_guild("Lock keepers", [ada])
    talk = discord_server.add_channel(guild, "talk")
    moderators = discord_server.add_channel(guild, "moderators")
    made = Scene(discord_server, community, guild, talk, moderators, ada)
    made.choose()
    return made


def librarian() -> FakeLibrarian:
    return FakeLibrarian(*[make_answer("At six.")] * 3)


async def test_moderators_hear_who_holds_what_against_which_answer(
    scene: Scene, run_footnote: RunBot
) -> None:
    async with run_footnote(librarian()):
        answer = await scene.asked()
        said = await scene.hold_against(answer, "Outdated", "It closed in May, @everyone.")
        assert said == ENGLISH.talk.noted
        [told] = await scene.server.wait_until(lambda: scene.server.messages(scene.moderators))
    assert told.text.startswith(
        "**Ada says of an answer: Outdated**\n> It closed in May, \\@\u200beveryone."
    )
    assert f"-# Asked: {QUESTION}" in told.text
    [link] = [button["url"] for button in told.buttons]
    assert link.endswith(f"/{scene.guild.id}/{scene.channel.id}/{answer.id}")
    [kept] = scene.community.feedback.of_guild(int(scene.guild.id))
    assert kept.verdict is Rating.OUTDATED


async def test_a_private_question_is_not_repeated(scene: Scene, run_footnote: RunBot) -> None:
    async with run_footnote(librarian()):
        answer = await scene.asked(private=True)
        await scene.hold_against(answer, "Wrong", "No.")
        [told] = await scene.server.wait_until(lambda: scene.server.messages(scene.moderators))
    assert ENGLISH.talk.feedback_private in told.text
    assert QUESTION not in told.text
    assert told.buttons == []


async def test_a_question_to_what_the_moderators_channel_may_not_see_is_not_repeated(
    scene: Scene, run_footnote: RunBot
) -> None:
    grant = Grant("default", int(scene.guild.id), int(scene.channel.id))
    scene.community.grants.revoke(EVERYWHERE)
    scene.community.grants.grant(grant)
    async with run_footnote(librarian()):
        await scene.hold_against(await scene.asked(), "Wrong", "No.")
        [told] = await scene.server.wait_until(lambda: scene.server.messages(scene.moderators))
    assert QUESTION not in told.text


async def test_moderators_read_it_in_the_language_of_the_server(
    scene: Scene, run_footnote: RunBot
) -> None:
    scene.choose(language="de")
    async with run_footnote(librarian()):
        assert await scene.hold_against(await scene.asked(), "wrong", "") == ENGLISH.talk.noted
        [told] = await scene.server.wait_until(lambda: scene.server.messages(scene.moderators))
    assert told.text.startswith("**Ada sagt zu einer Antwort: Falsch**")
    assert GERMAN.room.jump in told.labels


@pytest.mark.parametrize("what", ["nothing chosen", "deleted", "no right", "another server"])
async def test_where_nobody_can_be_told_the_verdict_is_kept_all_the_same(
    scene: Scene, run_footnote: RunBot, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    if what == "nothing chosen":
        scene.community.guilds.save(int(scene.guild.id), DEFAULT)
    elif what == "no right":
        scene.server.deny(scene.moderators, scene.server.bot, Permission.SEND_MESSAGES)
    elif what == "another server":
        elsewhere = scene.server.add_guild("Strangers", [scene.ada])
        scene.moderators = scene.server.add_channel(elsewhere, "talk")
        scene.choose()
    async with run_footnote(librarian()):
        answer = await scene.asked()
        if what == "deleted":
            scene.server.delete_channel(scene.moderators)
        assert await scene.hold_against(answer, "Wrong", "No.") == ENGLISH.talk.noted
        await scene.asked()  # whatever followed has been done by now
    assert scene.server.messages(scene.moderators) == []
    assert len(scene.community.feedback.of_guild(int(scene.guild.id))) == 1
    assert caplog.text.count("could not pass on feedback") == (1 if what == "no right" else 0)


async def test_the_form_says_who_will_read_it(scene: Scene, run_footnote: RunBot) -> None:
    described = []
    async with run_footnote(librarian()):
        for settings in (DEFAULT, replace(DEFAULT, feedback_channel=int(scene.moderators.id))):
            scene.community.guilds.save(int(scene.guild.id), settings)
            answer = await scene.asked()
            [bad] = [b for b in answer.buttons if (b.get("emoji") or {}).get("name") == "👎"]
            opened = scene.server.press(scene.ada, answer, custom_id=bad["custom_id"])
            await scene.server.acknowledged(opened)
            assert opened.modal is not None
            described.append([part.get("description") for part in opened.modal["components"]])
    assert described == [[None, None], [None, ENGLISH.talk.reason_told_on]]
