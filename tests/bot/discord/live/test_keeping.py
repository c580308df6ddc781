"""The real bot reads channels of the loopback Discord into its journals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.community.community import Community
from tests.bot.discord.conftest import RunBot
from tests.bot.discord.live.conftest import Corpus
from tests.bot.discord.places import Place
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.payloads import Channel, Permission
from tests.loopback.traffic import Fault
from tests.loopback.world import Message


@pytest.fixture(autouse=True)
def nothing_is_swallowed(discord_errors: object) -> None:
    """Errors that discord.py only logs fail a test."""


def learn(community: Community, channel: Channel) -> None:
    community.learnt.add(int(channel.guild_id or 0), [int(channel.id)])


def chat(server: LoopbackDiscord, place: Place, count: int, first: int = 0) -> list[Message]:
    return [
        server.say(place.ada, place.channel, f"message {first + number}") for number in range(count)
    ]


def texts(messages: list[Message]) -> list[str]:
    return [message.content for message in messages]


async def test_a_history_is_read_whole_and_each_message_once(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
) -> None:
    said = chat(discord_server, place, 250)
    learn(community, place.channel)
    async with run_footnote(live=corpus.parts):
        await discord_server.wait_until(lambda: corpus.file(place.channel).exists())
        await discord_server.wait_until(lambda: corpus.says(place.channel) == texts(said))
        lines = corpus.lines(place.channel)
    assert lines == 1 + 250 + 3
    async with run_footnote(live=corpus.parts) as bot:
        keeper, id_ = bot.keeper, int(place.channel.id)
        assert keeper is not None
        await discord_server.wait_until(lambda: keeper.is_reading(id_))
        await discord_server.wait_until(lambda: not keeper.is_reading(id_))
    assert corpus.lines(place.channel) == lines


async def test_what_is_said_edited_and_deleted_is_followed_at_once(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
) -> None:
    server = discord_server
    chat(server, place, 2)
    learn(community, place.channel)
    async with run_footnote(live=corpus.parts):
        await server.wait_until(lambda: corpus.file(place.channel).exists())
        three, four, five, six = chat(server, place, 4, first=2)
        await server.wait_until(lambda: len(corpus.says(place.channel)) == 6)
        server.edit(three, "message 2, mended")
        server.delete(four)
        server.delete_all(place.channel, [five, six])
        wanted = ["message 0", "message 1", "message 2, mended"]
        await server.wait_until(lambda: corpus.says(place.channel) == wanted)


async def test_what_happened_while_the_bot_was_away_is_found_by_comparing(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
) -> None:
    server = discord_server
    said = chat(server, place, 230)
    learn(community, place.channel)
    async with run_footnote(live=corpus.parts):
        await server.wait_until(lambda: corpus.file(place.channel).exists())
        await server.wait_until(lambda: len(corpus.says(place.channel)) == 230)
    for message in (said[3], said[120], said[229]):
        server.delete(message)
    server.edit(said[5], "mended")
    late = chat(server, place, 150, first=230)
    left = [m for m in said if m not in (said[3], said[120], said[229])]
    async with run_footnote(live=corpus.parts):
        wanted = texts([*left, *late])
        await server.wait_until(lambda: corpus.says(place.channel) == wanted)


async def test_forums_with_their_archive_their_tags_and_what_becomes_of_their_posts(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
) -> None:
    server = discord_server
    forum = server.tag(server.add_forum(place.guild, "help"), "Locks", "Solved")
    posts = [
        server.start_forum_post(place.ada, forum, f"post {number}", f"question {number}")[0]
        for number in range(5)
    ]
    server.tag(posts[0], "Locks", "Solved")
    for post in posts[:3]:
        server.archive(post)
    learn(community, forum)
    async with run_footnote(live=corpus.parts):
        await server.wait_until(lambda: all(corpus.file(post).exists() for post in posts))
        await server.wait_until(lambda: corpus.says(posts[0]) == ["question 0"])
        head = corpus.file(posts[0]).read_text().splitlines()[0]
        assert '"tags":["Locks"],"solved":true' in head
        server.say(place.ada, posts[4], "an answer")
        await server.wait_until(lambda: corpus.says(posts[4]) == ["question 4", "an answer"])
        server.rename(posts[4], "a better title")
        await server.wait_until(lambda: "a better title" in corpus.file(posts[4]).read_text())
        server.delete_channel(posts[3])
        await server.wait_until(lambda: not corpus.file(posts[3]).exists())
    server.delete_channel(posts[0])
    server.delete_channel(posts[4])
    async with run_footnote(live=corpus.parts):
        await server.wait_until(lambda: not corpus.file(posts[0]).exists())
        await server.wait_until(lambda: not corpus.file(posts[4]).exists())
        assert corpus.says(posts[1]) == ["question 1"]
        server.delete_channel(forum)
        await server.wait_until(lambda: not corpus.file(posts[1]).parent.exists())
    assert community.learnt.all() == ()


async def test_private_threads_and_other_channels_are_not_read(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
) -> None:
    server = discord_server
    other = server.add_channel(place.guild, "elsewhere")
    learn(community, place.channel)
    async with run_footnote(live=corpus.parts):
        server.say(place.ada, other, "not for the bot")
        server.say(place.ada, place.channel, "for the bot")
        await server.wait_until(lambda: corpus.file(place.channel).exists())
        await server.wait_until(lambda: corpus.says(place.channel) == ["for the bot"])
    assert not corpus.file(other).exists()


async def test_who_opted_out_is_never_written_and_is_taken_out_where_they_were(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
) -> None:
    server = discord_server
    bea = server.add_user("bea")
    server.join(place.guild, bea)
    server.say(bea, place.channel, "zyzzogeton")
    server.say(place.ada, place.channel, "stays")
    learn(community, place.channel)
    async with run_footnote(live=corpus.parts):
        await server.wait_until(lambda: corpus.file(place.channel).exists())
        await server.wait_until(lambda: corpus.says(place.channel) == ["zyzzogeton", "stays"])
    corpus.outs.add(bea.id)
    async with run_footnote(live=corpus.parts):
        await server.wait_until(lambda: corpus.says(place.channel) == ["stays"])
        server.say(bea, place.channel, "zyzzogeton again")
        server.say(place.ada, place.channel, "stays, too")
        await server.wait_until(lambda: corpus.says(place.channel) == ["stays", "stays, too"])
    assert "zyzzogeton" not in corpus.file(place.channel).read_text()


async def test_only_those_who_agreed_are_read_where_a_role_says_so(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
) -> None:
    server = discord_server
    bea = server.add_user("bea")
    server.join(place.guild, bea)
    agreed = server.add_role(place.guild, "read me")
    server.give_role(place.guild, place.ada, agreed)
    server.say(bea, place.channel, "no")
    server.say(place.ada, place.channel, "yes")
    [learnt] = community.learnt.add(int(place.guild.id), [int(place.channel.id)])
    community.learnt.save(replace(learnt, consent_role=int(agreed.id)))
    async with run_footnote(live=corpus.parts):
        await server.wait_until(lambda: corpus.file(place.channel).exists())
        await server.wait_until(lambda: corpus.says(place.channel) == ["yes"])
        server.say(bea, place.channel, "no, still")
        server.say(place.ada, place.channel, "yes, still")
        await server.wait_until(lambda: corpus.says(place.channel) == ["yes", "yes, still"])


async def test_a_failing_discord_and_a_lost_permission_are_survived(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    community: Community,
    corpus: Corpus,
) -> None:
    server = discord_server
    said = chat(server, place, 120)
    closed = server.add_channel(place.guild, "closed")
    server.say(place.ada, closed, "behind a door")
    server.deny(closed, server.bot, Permission.VIEW_CHANNEL)
    learn(community, closed)
    learn(community, place.channel)
    path = rf"/channels/{place.channel.id}/messages"
    server.inject(Fault(method="GET", path=path, status=502, times=2))
    async with run_footnote(live=corpus.parts):
        await server.wait_until(lambda: corpus.file(place.channel).exists())
        await server.wait_until(lambda: corpus.says(place.channel) == texts(said))
    assert not corpus.file(closed).exists() or corpus.says(closed) == []
