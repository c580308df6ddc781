"""What is new: told when somebody asks, and announced after an ingest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.access.rules import Grant
from bot.community.community import Community
from bot.community.guild_settings import DEFAULT
from bot.community.unanswered import WaitingQuestion
from bot.discord.words import ENGLISH
from retrieval.records import News, ThreadNews, Topic
from tests.bot.discord.conftest import EVERYWHERE, RunBot
from tests.bot.discord.factories import (
    make_answer,
    make_citation,
    make_closest,
    make_post,
    make_thread,
)
from tests.bot.discord.fakes import FakeLibrarian
from tests.bot.discord.places import Place
from tests.bot.discord.strategies import ATTACKS
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, Guild, User
from tests.loopback.world import Message

BEFORE = datetime(2026, 3, 1, tzinfo=UTC)
URL = "https://forum.example/t/1"
AFTER = BEFORE + timedelta(hours=1)
ASKED = datetime.now(UTC) - timedelta(days=1)
"""What waits for longer than the retention time is deleted."""
REMEMBERS = replace(DEFAULT, remembers_questions=True)


@pytest.fixture(autouse=True)
def nothing_pings_and_nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The server fixture fails on any message that could ping, this one on swallowed errors."""


def news(*titles: str, text: str = "The gate opens at six.") -> News:
    threads = tuple(
        ThreadNews(
            make_thread(title=title, url="https://forum.example/t/1"), 2, True, make_post(text)
        )
        for title in titles
    )
    return News(BEFORE, threads, len(threads), 0, 2 * len(threads))


def knowing(found: News, *answers: object) -> FakeLibrarian:
    librarian = FakeLibrarian(*answers)  # type: ignore[arg-type]  # answers
    librarian.changed_at, librarian.news_found = BEFORE, found
    return librarian


def announced_in(community: Community, guild: Guild, channel: Channel) -> None:
    settings = replace(DEFAULT, announcement_channel=int(channel.id))
    community.guilds.save(int(guild.id), settings)


async def ingested(bot, librarian: FakeLibrarian, at: datetime = AFTER) -> None:
    """Let the bot see what was before, then a change that stands still."""
    for _ in range(2):
        await bot.after_ingest.look()
    librarian.changed_at = at
    for _ in range(2):
        await bot.after_ingest.look()


async def test_a_digest_names_the_threads_that_are_new(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote(knowing(news("Tides", "Locks"))):
        asked = discord_server.slash(place.ada, place.channel, "digest", days=1)
        shown = await discord_server.settled(asked)
    assert shown.is_ephemeral
    assert "2 threads are new, 4 new posts in all** since" in shown.text
    assert "**Tides**\n> The gate opens at six.\n-# by Ada" in shown.text


async def test_a_digest_of_nothing_says_so_in_the_readers_language(
    discord_server: LoopbackDiscord, run_footnote: RunBot
) -> None:
    bert = discord_server.add_user("bert", locale="de")
    discord_server.add_guild("Schleusen", [bert])
    async with run_footnote():
        channel = discord_server.direct_message_channel(bert)
        shown = await discord_server.settled(discord_server.slash(bert, channel, "digest"))
    assert "ist nichts Neues gekommen" in shown.text


async def test_topics_show_their_words_and_the_passage_at_their_heart(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian()
    librarian.topics_found = (Topic(("tide", "gate"), 0.25, (make_citation(1, "At six."),)),)
    async with run_footnote(librarian):
        asked = discord_server.slash(place.ada, place.channel, "topics", private=False)
        shown = await discord_server.settled(asked)
    assert not shown.is_ephemeral
    assert "**tide, gate** · 25% of all passages\n> At six.\n-# Ada" in shown.text


async def test_new_threads_are_announced_once_in_the_chosen_channel(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    librarian = knowing(news("Tides"))
    announced_in(community, place.guild, place.channel)
    async with run_footnote(librarian) as bot:
        await ingested(bot, librarian)
        await bot.after_ingest.look()
    [message] = discord_server.messages(place.channel)
    assert message.text.startswith("**1 thread is new, 2 new posts in all**")
    assert librarian.news_since == [BEFORE + timedelta(microseconds=1)]


async def test_a_restart_neither_repeats_nor_skips_news(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    librarian = knowing(news("Tides"))
    announced_in(community, place.guild, place.channel)
    async with run_footnote(librarian) as bot:
        await ingested(bot, librarian)
    librarian.changed_at = AFTER + timedelta(hours=1)  # while the bot is away
    async with run_footnote(librarian) as bot:
        for _ in range(3):
            await bot.after_ingest.look()
        # It looks by itself, too, and may be the one that tells.
        await discord_server.wait_until(lambda: len(discord_server.messages(place.channel)) > 1)
    assert len(discord_server.messages(place.channel)) == 2
    assert librarian.news_since[-1] == AFTER + timedelta(microseconds=1)


@pytest.mark.parametrize("before", [None, BEFORE])
async def test_what_comes_right_after_the_very_first_start_is_followed_up(
    place: Place,
    run_footnote: RunBot,
    community: Community,
    discord_server: LoopbackDiscord,
    before: datetime | None,
) -> None:
    announced_in(community, place.guild, place.channel)
    librarian = knowing(news("Tides"))
    librarian.changed_at = before
    async with run_footnote(librarian) as bot:
        await bot.after_ingest.look()
        librarian.changed_at = datetime.now(UTC)
        for _ in range(2):
            await bot.after_ingest.look()
        [message] = await discord_server.wait_until(lambda: discord_server.messages(place.channel))
    assert "1 thread is new" in message.text


async def test_what_a_server_may_not_see_is_not_announced_there(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    other = discord_server.add_guild("Strangers", [place.ada])
    elsewhere = discord_server.add_channel(other, "talk")
    for guild, channel in ((place.guild, place.channel), (other, elsewhere)):
        announced_in(community, guild, channel)
    community.grants.revoke(EVERYWHERE)
    community.grants.grant(Grant("default", int(place.guild.id)))
    librarian = knowing(news("Tides"))
    async with run_footnote(librarian) as bot:
        await ingested(bot, librarian)
    assert len(discord_server.messages(place.channel)) == 1
    assert discord_server.messages(elsewhere) == []


async def test_a_deleted_announcement_channel_stops_nobody_else(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    other = discord_server.add_guild("Zealous", [place.ada])
    gone = discord_server.add_channel(other, "news")
    announced_in(community, other, gone)
    announced_in(community, place.guild, place.channel)
    librarian = knowing(news("Tides"))
    async with run_footnote(librarian) as bot:
        discord_server.delete_channel(gone)
        await ingested(bot, librarian)
    assert len(discord_server.messages(place.channel)) == 1


@pytest.mark.parametrize("attack", ATTACKS[:6])
async def test_a_hostile_thread_is_announced_as_harmless_text(
    attack: str,
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
) -> None:
    librarian = knowing(news(attack, text=attack))
    announced_in(community, place.guild, place.channel)
    async with run_footnote(librarian) as bot:
        await ingested(bot, librarian)
    [message] = discord_server.messages(place.channel)
    assert message.text  # the server fixture fails on anything that could ping


def waiting(place: Place, question: str = "When does the gate open?") -> WaitingQuestion:
    return WaitingQuestion(
        user_id=int(place.ada.id),
        guild_id=int(place.guild.id),
        channel_id=int(place.channel.id),
        knowledge_base="default",
        question=question,
        asked_at=ASKED,
    )


async def direct_messages(server: LoopbackDiscord, user: User) -> list[Message]:
    return server.messages(server.direct_message_channel(user))


async def test_who_asked_hears_when_the_threads_answer_now(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.guilds.save(int(place.guild.id), REMEMBERS)
    community.unanswered.keep(waiting(place))
    librarian = knowing(news(), make_closest("At noon."), make_answer("It opens at six."))
    async with run_footnote(librarian) as bot:
        await ingested(bot, librarian)  # still not answered
        assert await direct_messages(discord_server, place.ada) == []
        await ingested(bot, librarian, AFTER + timedelta(hours=1))
        [message] = await direct_messages(discord_server, place.ada)
    assert message.text.startswith(
        f"**You asked this on {ASKED.date()}, and the threads answer it now.**"
    )
    assert "> It opens at six." in message.text
    assert community.unanswered.waiting("default", 10) == ()


async def test_who_has_left_the_server_hears_nothing_of_it(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.guilds.save(int(place.guild.id), REMEMBERS)
    stranger = discord_server.add_user("stranger")
    community.unanswered.keep(replace(waiting(place), user_id=int(stranger.id)))
    librarian = knowing(news(), make_answer("It opens at six."))
    async with run_footnote(librarian) as bot:
        await ingested(bot, librarian)
    assert librarian.questions == []
    assert community.unanswered.waiting("default", 10) == ()


async def test_a_question_to_what_may_not_be_seen_any_more_is_dropped(
    place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.guilds.save(int(place.guild.id), REMEMBERS)
    community.unanswered.keep(waiting(place))
    community.grants.revoke(EVERYWHERE)
    community.grants.grant(Grant("default", 1))
    librarian = knowing(news(), make_answer("It opens at six."))
    async with run_footnote(librarian) as bot:
        await ingested(bot, librarian)
    assert librarian.questions == []
    assert community.unanswered.waiting("default", 10) == ()


async def test_a_question_asked_privately_waits_without_any_servers_consent(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    private = discord_server.direct_message_channel(place.ada)
    librarian = knowing(news(), make_closest("At noon."), make_answer("It opens at six."))
    async with run_footnote(librarian) as bot:
        said = discord_server.say(place.ada, private, "When does the gate open?")
        [answer] = await discord_server.wait_until(lambda: discord_server.replies_to(said))
        pressed = discord_server.press(place.ada, answer, label="Tell me when it is answered")
        told = await discord_server.settled(pressed)
        assert "90 days at most; `/forget-me` deletes it" in told.content
        await ingested(bot, librarian)
        messages = await direct_messages(discord_server, place.ada)
    assert "and the threads answer it now" in messages[-1].text
    assert community.unanswered.waiting("default", 10) == ()


async def test_forget_me_deletes_a_question_that_waits(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.guilds.save(int(place.guild.id), REMEMBERS)
    community.unanswered.keep(waiting(place))
    librarian = knowing(news(), make_answer("It opens at six."))
    async with run_footnote(librarian) as bot:
        sent = discord_server.slash(place.ada, place.channel, "forget-me")
        card = await discord_server.settled(sent)
        pressed = discord_server.press(place.ada, card, label=ENGLISH.privacy.delete_kept)
        assert "1 questions that waited" in (await discord_server.settled(pressed)).text
        await ingested(bot, librarian)
    assert librarian.questions == []


async def test_a_server_that_takes_its_consent_back_has_its_questions_dropped(
    place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.unanswered.keep(waiting(place))
    librarian = knowing(news(), make_answer("It opens at six."))
    async with run_footnote(librarian) as bot:
        await ingested(bot, librarian)
    assert librarian.questions == []
    assert community.unanswered.waiting("default", 10) == ()


async def test_who_takes_no_messages_from_the_bot_is_tried_once_and_logged_once(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "bot.discord")
    community.guilds.save(int(place.guild.id), REMEMBERS)
    community.unanswered.keep(waiting(place))
    discord_server.block(place.ada)
    librarian = knowing(news(), make_answer("It opens at six."))
    async with run_footnote(librarian) as bot:
        await ingested(bot, librarian)
    assert caplog.text.count("its asker cannot be told") == 1
    assert community.unanswered.waiting("default", 10) == ()
