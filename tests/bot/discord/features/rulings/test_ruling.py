"""The menus of staff, their forms and buttons, and what cards then say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.access.rules import Grant
from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.community.unanswered import WaitingQuestion
from bot.discord.features.ask.card import render_answer
from bot.discord.words import ENGLISH
from retrieval.records import Answer, OfficialAnswer, RulingKind, StaffNote
from retrieval.rulings.records import Ruling, Subject
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.factories import (
    make_answer,
    make_closest,
    make_not_found,
    make_post,
    make_source,
)
from tests.bot.discord.fakes import FakeLibrarian
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.errors import CommandHidden
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.loopback.world import Message

STAFF = ENGLISH.staff
MENUS = STAFF.menus
WHEN = datetime(2026, 5, 4, tzinfo=UTC)
MEMBER = int(Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS)


@dataclass
class Scene:
    server: LoopbackDiscord
    guild: Guild
    channel: Channel
    ada: User
    mo: User
    """Has the role that is chosen as staff."""
    librarian: FakeLibrarian

    def known(self, text: str = "Turn the wheel.", **changes: object) -> Message:
        """A message of Ada's that stands in the threads."""
        message = self.server.say(self.ada, self.channel, text)
        url = f"https://discord.com/channels/{self.guild.id}/{self.channel.id}/{message.id}"
        post = make_post(text, url=url, author="ada", author_id=self.ada.id, **changes)
        self.librarian.posts |= {url: post, post.id: post}
        return message

    async def menu(self, message: Message, kind: RulingKind) -> Message:
        chosen = self.server.context_menu(self.mo, message, MENUS[kind.value])
        return await self.server.settled(chosen)

    async def pressed(self, message: Message, label: str) -> Message:
        return await self.server.settled(self.server.press(self.mo, message, label=label))

    async def asked(self) -> Message:
        asked = self.server.slash(self.ada, self.channel, "ask", question="When?")
        return await self.server.settled(asked)

    @property
    def ruling(self) -> Ruling:
        [ruling] = self.librarian.ruled
        return ruling


@pytest.fixture
def scene(discord_server: LoopbackDiscord, community: Community, discord_errors: ErrorLog) -> Scene:
    del discord_errors  # fails the test on anything swallowed
    ada, mo = discord_server.add_user("ada"), discord_server.add_user("mo")
    guild = discord_server.add_guild("Lock keepers", [ada, mo])
    role = discord_server.add_role(guild, "staff", Permission.MANAGE_MESSAGES)
    discord_server.give_role(guild, mo, role)
    community.grants.grant(Grant("default", int(guild.id), may_add=True))
    community.guilds.save(
        int(guild.id), GuildSettings(staff_roles=(int(role.id),), remembers_questions=True)
    )
    channel = discord_server.add_channel(guild, "talk")
    return Scene(discord_server, guild, channel, ada, mo, FakeLibrarian())


async def test_a_message_is_marked_as_the_answer(scene: Scene, run_footnote: RunBot) -> None:
    async with run_footnote(scene.librarian):
        message = scene.known()
        shown = await scene.menu(message, RulingKind.ANSWER)
    assert shown.is_ephemeral
    assert STAFF.done["answer"] in shown.text
    ruling = scene.ruling
    assert (ruling.kind, ruling.subject, ruling.key) == (RulingKind.ANSWER, Subject.POST, "a" * 16)
    assert (ruling.about, ruling.by, ruling.by_id) == ("Turn the wheel.", "Mo", int(scene.mo.id))
    assert ruling.guild_id == int(scene.guild.id)


async def test_of_an_answer_that_cites_several_the_one_that_is_meant_is_asked_for(
    scene: Scene, run_footnote: RunBot
) -> None:
    answer = make_answer("At six.", "At noon.")
    scene.librarian.answers.append(answer)
    scene.librarian.posts |= {c.post.id: c.post for c in answer.citations}
    async with run_footnote(scene.librarian):
        choice = await scene.menu(await scene.asked(), RulingKind.ANSWER)
        assert STAFF.which in choice.text
        assert not scene.librarian.ruled
        await scene.pressed(choice, "2: Ada")
    assert scene.ruling.key == answer.citations[1].post.id


async def test_a_message_that_is_in_no_thread_is_refused(
    scene: Scene, run_footnote: RunBot
) -> None:
    async with run_footnote(scene.librarian):
        message = scene.server.say(scene.ada, scene.channel, "Just arrived.")
        shown = await scene.menu(message, RulingKind.ANSWER)
    assert shown.content == STAFF.unknown_message
    assert not scene.librarian.ruled


async def test_others_are_not_offered_it_and_refused_if_they_do_it_all_the_same(
    scene: Scene, run_footnote: RunBot, community: Community
) -> None:
    everything = int(Permission.ADMINISTRATOR | Permission.MANAGE_MESSAGES) | MEMBER
    async with run_footnote(scene.librarian):
        message = scene.known()
        with pytest.raises(CommandHidden):
            scene.server.context_menu(scene.ada, message, MENUS["hidden"])
        community.guilds.save(int(scene.guild.id), GuildSettings())  # Mo is staff no more
        refused = await scene.menu(message, RulingKind.HIDDEN)
        assert refused.content == STAFF.may_not_rule
        community.grants.revoke(Grant("default", int(scene.guild.id)))
        boss = scene.server.context_menu(scene.mo, message, MENUS["hidden"], permissions=everything)
        told = await scene.server.settled(boss)
    assert f"footnote kb grant default --guild {scene.guild.id} --maintain" in told.content
    assert not scene.librarian.ruled


@pytest.mark.parametrize(
    ("label", "subject"),
    [
        ("This passage", Subject.PASSAGE),
        ("This post", Subject.POST),
        ("Everything by Ada", Subject.AUTHOR),
    ],
)
async def test_a_passage_a_post_or_an_author_is_hidden_and_quoting_answers_are_marked(
    label: str, subject: Subject, scene: Scene, run_footnote: RunBot
) -> None:
    answer = make_answer("At six.")
    [citation] = answer.citations
    scene.librarian.answers.append(answer)
    scene.librarian.posts[citation.post.id] = citation.post
    scene.librarian.sources[citation.passage.id] = make_source(
        citation.quote, passage=citation.passage
    )
    keys = {
        Subject.PASSAGE: citation.passage.id,
        Subject.POST: citation.post.id,
        Subject.AUTHOR: "*:Ada",
    }
    async with run_footnote(scene.librarian):
        asked = await scene.asked()
        choice = await scene.menu(asked, RulingKind.HIDDEN)
        scene.librarian.removed = {citation.passage.id}  # as the real one says once it is hidden
        done = await scene.pressed(choice, label)
        assert STAFF.done["hidden"] in done.text
        await scene.server.wait_until(lambda: "may be out of date" in asked.text)
    assert (scene.ruling.subject, scene.ruling.key) == (subject, keys[subject])


async def test_what_replaces_an_outdated_post_is_a_sentence_or_a_message(
    scene: Scene, run_footnote: RunBot
) -> None:
    async with run_footnote(scene.librarian):
        newer = scene.known("Push the button.", id="b" * 16)
        older = scene.known()
        for written in ("Ask the office.", newer_link(scene, newer)):
            form = scene.server.context_menu(scene.mo, older, MENUS["outdated"])
            await scene.server.acknowledged(form)
            sent = scene.server.submit(scene.mo, form, {"text": written})
            await scene.server.settled(sent)
    first, second = scene.librarian.ruled
    assert (first.key, first.text, first.replaced_by) == ("a" * 16, "Ask the office.", None)
    assert (second.key, second.text, second.replaced_by) == ("a" * 16, "", "b" * 16)


def newer_link(scene: Scene, message: Message) -> str:
    return f"https://discord.com/channels/{scene.guild.id}/{scene.channel.id}/{message.id}"


async def test_an_official_answer_is_given_from_a_form_and_told_to_who_waited(
    scene: Scene, run_footnote: RunBot, community: Community
) -> None:
    official = OfficialAnswer("1a2b", "When does it open?", "At nine.", WHEN, "mo")
    scene.librarian.answers.append(replace(make_answer("At six."), official=official))
    community.unanswered.keep(
        WaitingQuestion(
            *(int(scene.ada.id), int(scene.guild.id), int(scene.channel.id), "default"),
            "When does it open?",
        )
    )
    async with run_footnote(scene.librarian):
        form = scene.server.slash(scene.mo, scene.channel, "official")
        await scene.server.acknowledged(form)
        fields = {
            "questions": "When does it open?\nOpening hours?",
            "text": "At nine.",
            "days": "30",
        }
        done = await scene.server.settled(scene.server.submit(scene.mo, form, fields))
        assert STAFF.done["official"] in done.text
        told = scene.server.direct_message_channel(scene.ada)
        [message] = await scene.server.wait_until(lambda: scene.server.messages(told))
    assert "At nine." in message.text
    ruling = scene.ruling
    assert ruling.questions == ("When does it open?", "Opening hours?")
    assert ruling.expires_at is not None
    assert ruling.expires_at - ruling.at > timedelta(days=29)


async def test_days_that_are_none_are_refused(scene: Scene, run_footnote: RunBot) -> None:
    async with run_footnote(scene.librarian):
        form = scene.server.slash(scene.mo, scene.channel, "official")
        await scene.server.acknowledged(form)
        fields = {"questions": "When?", "text": "At nine.", "days": "soon"}
        refused = await scene.server.settled(scene.server.submit(scene.mo, form, fields))
    assert refused.content == STAFF.wrong_days
    assert not scene.librarian.ruled


async def test_config_lists_what_was_decided_and_undoes_it_after_a_restart_too(
    scene: Scene, run_footnote: RunBot
) -> None:
    for n in range(7):
        scene.librarian.rule(
            Ruling(RulingKind.HIDDEN, Subject.POST, f"{n:016x}", WHEN, f"Words {n}", by="mo")
        )
    manages = int(Permission.MANAGE_GUILD) | MEMBER
    async with run_footnote(scene.librarian):
        panel = await scene.server.settled(
            scene.server.slash(scene.mo, scene.channel, "config", permissions=manages)
        )
        listed = await scene.pressed(panel, STAFF.decided)
        assert "Words 6" in listed.text
        assert "Words 1" not in listed.text
    async with run_footnote(scene.librarian):
        older = await scene.pressed(listed, STAFF.older)
        assert "Words 1" in older.text
        await scene.pressed(older, f"{STAFF.undo} 1")
    assert [ruling.about for ruling in scene.librarian.ruled] == [
        f"Words {n}" for n in (0, 2, 3, 4, 5, 6)
    ]


def _text(answer: Answer) -> str:
    return "\n".join(block.text for block in render_answer(answer).blocks)


@pytest.mark.parametrize("mode", ["extractive", "some-model"])
def test_a_card_says_what_staff_said(mode: str) -> None:
    answer = replace(make_answer("At six.", "At noon.", "At dusk."), mode=mode)
    notes = (
        StaffNote(RulingKind.ANSWER, WHEN, "Mo"),
        StaffNote(RulingKind.OUTDATED, WHEN, "", "Ask *us*."),
        StaffNote(RulingKind.OUTDATED, WHEN, "Mo", is_replacement=True),
    )
    cited = tuple(replace(c, staff=note) for c, note in zip(answer.citations, notes, strict=True))
    shown = _text(replace(answer, citations=cited))
    assert "Marked as the answer by Mo, 2026-05-04" in shown
    assert "Outdated, says staff, 2026-05-04: Ask \\*us\\*." in shown
    assert "Replaces an outdated post, says Mo" in shown


def test_an_official_answer_leads_the_card_and_its_words_do_no_harm() -> None:
    hostile = "See **here** @everyone https://evil.example"
    official = OfficialAnswer("1a2b", "When?", hostile, WHEN, "Mo", WHEN + timedelta(days=3))
    shown = _text(replace(make_answer("At six."), official=official))
    assert shown.startswith("**Official answer**\n> See **here** ")
    assert "@everyone" not in shown
    assert "until 2026-05-07" in shown
    assert shown.index(STAFF.threads_say) < shown.index("At six.")
    alone = replace(make_not_found(), outcome=make_answer().outcome, official=official)
    assert "**Official answer**" in _text(alone)
    assert make_closest("At six.").official is None
