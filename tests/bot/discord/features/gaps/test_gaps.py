"""What was not answered: listed, answered, told of, passed on; nobody's private questions."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.access.rules import Place
from bot.community.community import Community
from bot.community.feedback import Rating
from bot.community.gaps import Gaps, Missed
from bot.community.guild_settings import GuildSettings
from bot.community.unanswered import WaitingQuestion
from bot.discord.features.gaps.card import as_csv
from bot.discord.features.gaps.grouping import Gap, grouped
from bot.discord.features.gaps.weekly import WeeklyGaps
from bot.discord.words import ENGLISH
from retrieval.records import Answer, RulingKind
from retrieval.rulings.records import Ruling, Subject
from tests.bot.discord.conftest import RunBot, let_add
from tests.bot.discord.factories import make_answer, make_closest, make_not_found
from tests.bot.discord.fakes import FakeLibrarian
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.loopback.world import Message

GAPS = ENGLISH.gaps
WHEN = datetime(2026, 5, 4, tzinfo=UTC)


@dataclass
class Scene:
    server: LoopbackDiscord
    guild: Guild
    channel: Channel
    office: Channel
    ada: User
    boss: User
    community: Community
    librarian: FakeLibrarian

    @property
    def guild_id(self) -> int:
        return int(self.guild.id)

    def set(self, **settings: object) -> None:
        settings = {"staff_channel": int(self.office.id), **settings}
        self.community.guilds.save(self.guild_id, GuildSettings(**settings))  # type: ignore[arg-type]  # its own fields

    def was_shown(self, answer: Answer, question: str, *, is_private: bool = False) -> str:
        shown = self.community.answers.keep(
            replace(answer, question=question),
            asker_id=int(self.ada.id),
            place=Place(self.guild_id, int(self.channel.id)),
            knowledge_base="default",
            is_private=is_private,
        )
        return shown.id

    async def listed(self) -> Message:
        return await self.server.settled(self.server.slash(self.boss, self.channel, "gaps"))

    async def pressed(self, user: User, message: Message, label: str) -> Message:
        return await self.server.settled(self.server.press(user, message, label=label))


@pytest.fixture
def scene(discord_server: LoopbackDiscord, community: Community, discord_errors: ErrorLog) -> Scene:
    del discord_errors  # fails the test on anything swallowed
    ada, boss = discord_server.add_user("ada"), discord_server.add_user("boss")
    guild = discord_server.add_guild("Lock keepers", [ada, boss])
    role = discord_server.add_role(guild, "boss", Permission.ADMINISTRATOR)
    discord_server.give_role(guild, boss, role)
    let_add(community, guild)
    talk, office = (discord_server.add_channel(guild, name) for name in ("talk", "office"))
    made = Scene(discord_server, guild, talk, office, ada, boss, community, FakeLibrarian())
    made.set()
    return made


async def test_what_asks_the_same_stands_together_and_private_questions_do_not_stand_there(
    scene: Scene, run_footnote: RunBot
) -> None:
    scene.was_shown(make_not_found(), "Opening hours?")
    scene.was_shown(make_closest("At six."), "Opening times on Sunday?")
    scene.was_shown(make_not_found(), "Where is my secret?", is_private=True)
    scene.was_shown(make_answer("At six."), "Answered well?")
    bad = scene.was_shown(make_answer("At six."), "Parking for boats?")
    scene.community.feedback.record(
        bad, user_id=1, guild_id=scene.guild_id, verdict=Rating.WRONG, question="Parking?"
    )
    waits = WaitingQuestion(int(scene.ada.id), scene.guild_id, 5, "default", "Winter prices?")
    scene.community.unanswered.keep(waits)
    async with run_footnote(scene.librarian):
        shown = await scene.listed()
    assert shown.is_ephemeral
    assert "**Opening times on Sunday?**" in shown.text
    assert "asked 2 times" in shown.text
    assert "also: Opening hours?" in shown.text
    assert "**Parking for boats?**" in shown.text
    assert "**Winter prices?**" in shown.text
    assert "secret" not in shown.text
    assert "Answered well" not in shown.text


async def test_a_gap_is_answered_officially_and_gone_from_the_list(
    scene: Scene, run_footnote: RunBot
) -> None:
    scene.was_shown(make_not_found(), "Opening hours?")
    async with run_footnote(scene.librarian):
        shown = await scene.listed()
        form = scene.server.press(scene.boss, shown, label=GAPS.answer_it.format(n=1))
        await scene.server.acknowledged(form)
        fields = {"questions": "Opening hours?", "text": "At nine."}
        await scene.server.settled(scene.server.submit(scene.boss, form, fields))
        again = await scene.listed()
    [ruling] = scene.librarian.ruled
    assert (ruling.kind, ruling.key, ruling.text) == (
        *(RulingKind.OFFICIAL, "Opening hours?"),
        "At nine.",
    )
    assert GAPS.none in again.text


async def test_all_gaps_can_be_had_as_a_table(scene: Scene, run_footnote: RunBot) -> None:
    for n in range(7):
        scene.was_shown(make_not_found(), f"{n}ths of what?")
    async with run_footnote(scene.librarian):
        shown = await scene.listed()
        assert GAPS.answer_it.format(n=5) in shown.labels
        page = await scene.pressed(scene.boss, shown, "Next page")
        assert GAPS.answer_it.format(n=3) not in page.labels
        table = await scene.pressed(scene.boss, shown, GAPS.as_csv)
    [upload] = table.uploads
    rows = list(csv.DictReader(io.StringIO(upload.content.decode("utf-8-sig"))))
    assert [row["question"] for row in rows] == [f"{n}ths of what?" for n in reversed(range(7))]


async def test_members_are_refused(scene: Scene, run_footnote: RunBot) -> None:
    scene.was_shown(make_not_found(), "Opening hours?")
    async with run_footnote(scene.librarian):
        asked = scene.server.slash(scene.ada, scene.channel, "gaps", force=True)
        refused = await scene.server.settled(asked)
    assert refused.content == ENGLISH.staff.staff_only


async def test_a_question_is_passed_on_once_and_pings_nobody(
    scene: Scene, run_footnote: RunBot
) -> None:
    scene.librarian.answers.append(replace(make_closest("At six."), question="@everyone, when?"))
    async with run_footnote(scene.librarian):
        asked = scene.server.slash(scene.ada, scene.channel, "ask", question="When?")
        answer = await scene.server.settled(asked)
        first = await scene.pressed(scene.ada, answer, GAPS.ask_person)
        again = await scene.pressed(scene.boss, answer, GAPS.ask_person)
        [passed] = scene.server.messages(scene.office)
    assert first.content == GAPS.passed_on
    assert again.content == GAPS.passed_before
    assert passed.text.startswith("**Ada asks for a person:**")
    assert "everyone" in passed.text
    assert "At six." in passed.text
    assert f"<#{scene.channel.id}>" in passed.text
    assert ENGLISH.staff.official in passed.labels


async def test_what_could_not_be_passed_on_can_be_tried_again(
    scene: Scene, run_footnote: RunBot
) -> None:
    scene.librarian.answers.append(make_closest("At six."))
    everyone = scene.guild.roles[scene.guild.id]
    async with run_footnote(scene.librarian):
        asked = scene.server.slash(scene.ada, scene.channel, "ask", question="When?")
        answer = await scene.server.settled(asked)
        scene.server.deny(scene.office, everyone, Permission.SEND_MESSAGES)
        refused = await scene.pressed(scene.ada, answer, GAPS.ask_person)
        assert refused.content == GAPS.not_passed
        scene.server.allow(scene.office, everyone, Permission.SEND_MESSAGES)
        passed = await scene.pressed(scene.ada, answer, GAPS.ask_person)
    assert passed.content == GAPS.passed_on


async def test_without_a_channel_of_staff_nobody_is_offered(
    scene: Scene, run_footnote: RunBot
) -> None:
    scene.set(staff_channel=None)
    scene.librarian.answers.append(make_closest("At six."))
    async with run_footnote(scene.librarian):
        asked = scene.server.slash(scene.ada, scene.channel, "ask", question="When?")
        answer = await scene.server.settled(asked)
    assert GAPS.ask_person not in answer.labels


async def test_staff_are_told_once_a_week_of_what_came_since(
    scene: Scene, run_footnote: RunBot
) -> None:
    now = datetime.now(UTC)
    times = [now]
    community = replace(scene.community, gaps=Gaps(scene.community.database, lambda: times[-1]))
    community.gaps.digest_told(scene.guild_id)
    told: dict[int, int] = {}
    async with run_footnote(scene.librarian) as bot:
        weekly = WeeklyGaps(bot, bot.desk, community)
        scene.was_shown(make_not_found(), "Opening hours?")
        for days in (1, 6, 8, 9, 14, 16):
            times.append(now + timedelta(days=days))
            await weekly.look()
            told[days] = len(scene.server.messages(scene.office))
        [digest] = scene.server.messages(scene.office)
        turned = await scene.pressed(scene.boss, digest, GAPS.as_csv)
    assert told == {1: 0, 6: 0, 8: 1, 9: 1, 14: 1, 16: 1}
    assert digest.text.startswith(f"**{GAPS.weekly}**")
    assert "Opening hours?" in digest.text
    assert turned.is_ephemeral


def test_groups_that_have_an_official_answer_are_left_out() -> None:
    missed = [Missed(str(n), text, WHEN) for n, text in enumerate(("A?", "B?", "A again?"))]
    [gap] = grouped(missed, [1, 0, 1], answered=1)
    assert (gap.questions, gap.count, gap.id) == (("A?", "A again?"), 2, "0")


def test_a_table_holds_no_formulas() -> None:
    table = as_csv([Gap("1", ("=HYPERLINK(1)", "@SUM(1)"), 2, WHEN)]).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(table))
    assert row["question"] == "'=HYPERLINK(1)"
    assert row["other_wordings"] == "'@SUM(1)"


def test_an_official_ruling_has_its_questions_line_by_line() -> None:
    ruling = Ruling(RulingKind.OFFICIAL, Subject.QUESTION, " A?\n\nB? ", WHEN)
    assert ruling.questions == ("A?", "B?")
