"""Posts that are questions: one answer each, none where somebody has replied, and no loops."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace

import pytest

from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.discord.words import ENGLISH
from retrieval.records import Answer
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.factories import make_answer, make_closest, make_thread_hit
from tests.bot.discord.fakes import FakeLibrarian
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.loopback.world import Message

FORUM = ENGLISH.forum


class AlwaysAnswering(FakeLibrarian):
    """Has one answer to everything."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.always = answer

    def answer(self, question: str, *args: object, **kwargs: object) -> Answer:
        del args, kwargs
        self.questions.append(question)
        return replace(self.always, question=question)


@dataclass
class Scene:
    server: LoopbackDiscord
    guild: Guild
    forum: Channel
    office: Channel
    ada: User
    mo: User
    """Has a role that is chosen as staff."""
    community: Community
    settings: GuildSettings

    def set(self, **settings: object) -> None:
        changed = replace(self.settings, **settings)  # type: ignore[arg-type]  # its own fields
        self.community.guilds.save(int(self.guild.id), changed)

    def post(self, user: User | None = None, title: str = "When does it open?") -> Channel:
        body = "I stand before the gate."
        return self.server.start_forum_post(user or self.ada, self.forum, title, body)[0]

    def from_bot(self, channel: Channel) -> list[Message]:
        messages = self.server.messages(channel)
        return [m for m in messages if m.payload["author"]["id"] == self.server.bot.id]

    async def answered(self, channel: Channel) -> Message:
        [message] = await self.server.wait_until(lambda: self.from_bot(channel))
        return message


@pytest.fixture
def scene(discord_server: LoopbackDiscord, community: Community, discord_errors: ErrorLog) -> Scene:
    del discord_errors  # fails the test on anything swallowed
    ada, mo = discord_server.add_user("ada"), discord_server.add_user("mo")
    guild = discord_server.add_guild("Lock keepers", [ada, mo])
    role = discord_server.add_role(guild, "staff", Permission.MANAGE_MESSAGES)
    discord_server.give_role(guild, mo, role)
    forum, office = discord_server.add_forum(guild, "help"), discord_server.add_channel(guild, "o")
    settings = GuildSettings(
        asking_channels=(int(forum.id),),
        staff_roles=(int(role.id),),
        staff_channel=int(office.id),
    )
    made = Scene(discord_server, guild, forum, office, ada, mo, community, settings)
    made.set()
    return made


async def test_a_post_is_answered_by_its_title_and_body(scene: Scene, run_footnote: RunBot) -> None:
    librarian = AlwaysAnswering(make_answer("At six."))
    async with run_footnote(librarian, forum_delay_seconds=0):
        answer = await scene.answered(scene.post())
    assert librarian.questions == ["When does it open?\nI stand before the gate."]
    assert "At six." in answer.text
    assert "Why this?" in answer.labels


async def test_nothing_is_answered_unless_the_forum_is_chosen(
    scene: Scene, run_footnote: RunBot
) -> None:
    other = scene.server.add_forum(scene.guild, "off topic")
    librarian = AlwaysAnswering(make_answer("At six."))
    async with run_footnote(librarian, forum_delay_seconds=0):
        post, _ = scene.server.start_forum_post(scene.ada, other, "When?", "Does it open?")
        await scene.answered(scene.post(title="The second"))
    assert not scene.from_bot(post)


async def test_whoever_replies_in_time_is_not_spoken_over(
    scene: Scene, run_footnote: RunBot
) -> None:
    librarian = AlwaysAnswering(make_answer("At six."))
    async with run_footnote(librarian, forum_delay_seconds=0.3):
        quick, slow = scene.post(title="Quick"), scene.post(title="Slow")
        scene.server.say(scene.mo, quick, "At seven today.")
        scene.server.say(scene.ada, slow, "I mean the small gate.")  # the asker's own words
        await scene.answered(slow)
    assert not scene.from_bot(quick)
    assert librarian.questions == ["Slow\nI stand before the gate."]


async def test_a_post_is_answered_once_also_after_a_restart(
    scene: Scene, run_footnote: RunBot, community: Community
) -> None:
    librarian = AlwaysAnswering(make_answer("At six."))
    async with run_footnote(librarian, forum_delay_seconds=0):
        post = scene.post()
        await scene.answered(post)
        scene.server.say(scene.ada, post, "And on Sundays?")
    async with run_footnote(librarian, forum_delay_seconds=0):
        await scene.answered(scene.post(title="Another"))
    assert len(scene.from_bot(post)) == 1
    assert not community.open_questions.claim(int(post.id), int(scene.guild.id))


async def test_under_a_post_without_an_answer_stand_similar_threads(
    scene: Scene, run_footnote: RunBot
) -> None:
    librarian = AlwaysAnswering(make_closest("At six."))
    librarian.threads_found = (make_thread_hit(),)
    async with run_footnote(librarian, forum_delay_seconds=0):
        shown = await scene.answered(scene.post())
    assert shown.text == f"**{FORUM.similar}**\nTides"
    assert shown.labels == ["Jump"]


async def test_a_channel_for_questions_is_answered_where_nobody_else_is_spoken_to(
    scene: Scene, run_footnote: RunBot
) -> None:
    ask = scene.server.add_channel(scene.guild, "ask")
    scene.set(asking_channels=(int(ask.id),))
    librarian = AlwaysAnswering(make_answer("At six."))
    async with run_footnote(librarian, forum_delay_seconds=0.2):
        first = scene.server.say(scene.ada, ask, "When does it open?")
        answer = await scene.answered(ask)
        scene.server.say(scene.ada, ask, "Thanks!", reply_to=answer)
        scene.server.say(scene.ada, ask, f"<@{scene.mo.id}> what do you say?")
        await asyncio.sleep(0.5)
    assert [m.reply_to for m in scene.from_bot(ask) if m.reply_to == first.id] == [first.id]
    assert [q for q in librarian.questions if "what do you say" in q] == []


async def test_staff_post_a_draft_and_only_once(scene: Scene, run_footnote: RunBot) -> None:
    scene.set(drafts_only=True)
    librarian = AlwaysAnswering(make_answer("At six."))
    async with run_footnote(librarian, forum_delay_seconds=0):
        post = scene.post()
        draft = await scene.answered(scene.office)
        assert "At six." in draft.text
        assert not scene.from_bot(post)
        refused = await scene.server.settled(
            scene.server.press(scene.ada, draft, label=FORUM.post_it)
        )
        assert refused.content == ENGLISH.staff.staff_only
        await scene.server.acknowledged(scene.server.press(scene.mo, draft, label=FORUM.post_it))
        answer = await scene.answered(post)
        await scene.server.wait_until(lambda: FORUM.posted.format(name="Mo") in draft.text)
    assert "At six." in answer.text
    assert not draft.labels or FORUM.post_it not in draft.labels


async def test_staff_edit_or_dismiss_a_draft_after_a_restart_too(
    scene: Scene, run_footnote: RunBot
) -> None:
    scene.set(drafts_only=True)
    librarian = AlwaysAnswering(make_answer("At six."))
    async with run_footnote(librarian, forum_delay_seconds=0):
        first = scene.post(title="First")
        draft = await scene.answered(scene.office)
    async with run_footnote(librarian, forum_delay_seconds=0):
        form = scene.server.press(scene.mo, draft, label=FORUM.edit)
        await scene.server.acknowledged(form)
        sent = scene.server.submit(scene.mo, form, {"text": "At **seven** @everyone today."})
        await scene.server.acknowledged(sent)
        answer = await scene.answered(first)
        second = scene.post(title="Second")
        await scene.server.wait_until(lambda: len(scene.from_bot(scene.office)) == 2)
        other = scene.from_bot(scene.office)[-1]
        press = scene.server.press(scene.mo, other, label=FORUM.dismiss)
        await scene.server.acknowledged(press)
        await scene.server.wait_until(lambda: FORUM.dismissed.format(name="Mo") in other.text)
    assert "At **seven**" in answer.text
    assert "Mo" in answer.text
    assert not scene.from_bot(second)


async def test_a_bare_mention_takes_the_message_or_the_post_as_the_question(
    scene: Scene, run_footnote: RunBot
) -> None:
    scene.set(asking_channels=())
    librarian = AlwaysAnswering(make_answer("At six."))
    mention = f"<@{scene.server.bot.id}>"
    talk = scene.server.add_channel(scene.guild, "talk")
    async with run_footnote(librarian):
        asked = scene.server.say(scene.ada, talk, "When does the lock open?")
        scene.server.say(scene.mo, talk, mention, reply_to=asked)
        await scene.answered(talk)
        post = scene.post()
        scene.server.say(scene.mo, post, mention)
        await scene.answered(post)
    assert librarian.questions == [
        "When does the lock open?",
        "When does it open?\nI stand before the gate.",
    ]


async def many_posts(scene: Scene, run_footnote: RunBot, count: int) -> None:
    """Posts of people and bots, replied to at random by staff, by members and by ten bots."""
    server, chance = scene.server, random.Random(18)
    bots = [server.add_user(f"bot{n}", is_bot=True) for n in range(10)]
    for bot in bots:
        server.join(scene.guild, bot)
    librarian = AlwaysAnswering(make_answer("At six."))
    posts: list[Channel] = []
    replied_first: set[str] = set()
    by_bots: set[str] = set()
    generous = {"burst": 10**6, "person_per_day": 10**6, "guild_per_day": 10**6}
    async with run_footnote(librarian, forum_delay_seconds=0.4, limits=generous):
        for n in range(count):
            author = chance.choice(bots) if n % 10 == 0 else scene.ada
            post = scene.post(author, title=f"Question {n}")
            posts.append(post)
            if author is not scene.ada:
                by_bots.add(post.id)
            elif chance.random() < 0.4:
                replied_first.add(post.id)
                server.say(scene.mo, post, "I know that one.")
            for bot in chance.sample(bots, 2):
                server.say(bot, post, f"Beep <@{server.bot.id}>?")
            await asyncio.sleep(0.01)
        wanted = [post for post in posts if post.id not in replied_first | by_bots]
        await server.wait_until(
            lambda: all(scene.from_bot(post) for post in wanted), 60 + count / 10
        )
        for post in wanted:  # the bots go on: nothing that follows may set off another answer
            server.say(chance.choice(bots), post, f"<@{server.bot.id}> are you sure?")
        await asyncio.sleep(1.0)
    counts = {post.id: len(scene.from_bot(post)) for post in posts}
    assert all(counts[post.id] == 1 for post in wanted)
    assert not any(counts[id_] for id_ in replied_first | by_bots)


async def test_ten_bots_set_off_nothing(scene: Scene, run_footnote: RunBot) -> None:
    await many_posts(scene, run_footnote, 60)


@pytest.mark.soak
async def test_two_thousand_posts_with_ten_bots(scene: Scene, run_footnote: RunBot) -> None:
    await many_posts(scene, run_footnote, 2_000)
