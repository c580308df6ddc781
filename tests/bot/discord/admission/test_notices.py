"""What everybody would read of a refusal: little, and not again and again."""

from __future__ import annotations

from bot.access.rules import Grant
from bot.community.community import Community
from bot.discord.words import ENGLISH
from tests.bot.discord.conftest import EVERYWHERE, RunBot
from tests.bot.discord.factories import make_answer
from tests.bot.discord.fakes import FakeLibrarian
from tests.bot.discord.places import Place
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.payloads import Permission, User
from tests.loopback.traffic import Fault
from tests.loopback.world import Message


def mention(server: LoopbackDiscord, user: User, place: Place, text: str = "when?") -> Message:
    return server.say(user, place.channel, f"<@{server.bot.id}> {text}")


def reactions(server: LoopbackDiscord) -> list[str]:
    return [request.path for request in server.requests if "/reactions/" in request.path]


async def test_who_asks_too_fast_gets_one_sign_a_minute_and_no_message(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian(*[make_answer("At six.")] * 3)
    async with run_footnote(librarian, limits={"burst": 3, "burst_seconds": 3_600}):
        mentions = [mention(discord_server, place.ada, place) for _ in range(25)]
        await discord_server.wait_until(lambda: reactions(discord_server))
        await discord_server.wait_until(
            lambda: sum(bool(discord_server.replies_to(each)) for each in mentions) == 3
        )
        # Commands keep their order: once this is answered all mentions were seen.
        last = discord_server.slash(place.ada, place.channel, "ask", question="when?")
        refused = await discord_server.settled(last)
    assert refused.is_ephemeral
    assert "please wait" in refused.text
    assert len(reactions(discord_server)) == 1
    assert sum(len(discord_server.replies_to(each)) for each in mentions) == 3


async def test_where_the_bot_may_not_react_it_says_so_once(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    everyone = place.guild.roles[place.guild.id]
    discord_server.deny(place.channel, everyone, Permission.ADD_REACTIONS)
    librarian = FakeLibrarian(make_answer("At six."))
    async with run_footnote(librarian, limits={"burst": 1, "burst_seconds": 3_600}):
        mentions = [mention(discord_server, place.ada, place) for _ in range(5)]
        await discord_server.wait_until(
            lambda: sum(bool(discord_server.replies_to(each)) for each in mentions) == 2
        )
        last = discord_server.slash(place.ada, place.channel, "ask", question="when?")
        await discord_server.settled(last)
    said = [reply.text for each in mentions for reply in discord_server.replies_to(each)]
    assert sum("please wait" in text for text in said) == 1


async def test_a_server_that_nothing_is_granted_to_hears_one_sentence_for_who_manages_it(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.grants.revoke(EVERYWHERE)
    boss = discord_server.add_user("boss")
    discord_server.join(place.guild, boss)
    role = discord_server.add_role(place.guild, "boss", Permission.MANAGE_GUILD)
    discord_server.give_role(place.guild, boss, role)
    async with run_footnote():
        for user in (place.ada, boss, boss, place.ada, boss):
            mention(discord_server, user, place)
            mention(discord_server, user, place, text="")
        asked = discord_server.slash(place.ada, place.channel, "ask", question="when?")
        refused = await discord_server.settled(asked)
        assert refused.is_ephemeral
        assert refused.text == ENGLISH.desk.nothing_visible
        said = [m for m in discord_server.messages(place.channel) if m.reply_to]
    [sentence] = said
    assert f"footnote kb grant default --guild {place.guild.id}" in sentence.text


async def test_a_strangers_direct_message_gets_one_sentence_a_minute_and_a_members_an_answer(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.grants.revoke(EVERYWHERE)
    community.grants.grant(Grant("default", int(place.guild.id)))
    stranger = discord_server.add_user("stranger")
    outside = discord_server.direct_message_channel(stranger)
    inside = discord_server.direct_message_channel(place.ada)
    librarian = FakeLibrarian(make_answer("At six."))
    async with run_footnote(librarian):
        messages = [discord_server.say(stranger, outside, "When?") for _ in range(4)]
        asked = discord_server.say(place.ada, inside, "When?")
        [answer] = await discord_server.wait_until(lambda: discord_server.replies_to(asked))
        assert "At six." in answer.text
        said = [reply for each in messages for reply in discord_server.replies_to(each)]
        assert [reply.text for reply in said] == [ENGLISH.desk.members_only]
    looked_up = [r.path for r in discord_server.requests if "/members/" in r.path]
    assert len(looked_up) <= 2 + 3  # the stranger's four messages may come before the first reply
    assert librarian.questions == ["When?"]


async def test_when_discord_does_not_say_who_is_a_member_nothing_is_shown(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    community.grants.revoke(EVERYWHERE)
    community.grants.grant(Grant("default", int(place.guild.id)))
    private = discord_server.direct_message_channel(place.ada)
    refusal = {"message": "Invalid request", "code": 0}
    discord_server.inject(Fault("GET", r"/guilds/\d+/members/\d+", status=400, body=refusal))
    librarian = FakeLibrarian(make_answer("At six."))
    async with run_footnote(librarian):
        first = discord_server.slash(place.ada, private, "ask", question="When?")
        assert "Discord did not say" in (await discord_server.settled(first)).text
        again = discord_server.slash(place.ada, private, "ask", question="When?")
        assert "At six." in (await discord_server.settled(again)).text


async def test_with_one_server_set_no_other_is_answered_whatever_is_granted(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    other = discord_server.add_guild("Strangers", [place.ada])
    elsewhere = discord_server.add_channel(other, "talk")
    private = discord_server.direct_message_channel(place.ada)
    outsider = discord_server.add_user("outsider")
    discord_server.join(other, outsider)
    librarian = FakeLibrarian(*[make_answer("At six.")] * 2)
    async with run_footnote(librarian, guild_id=int(place.guild.id)):
        ignored = discord_server.say(place.ada, elsewhere, f"<@{discord_server.bot.id}> When?")
        refused = discord_server.say(
            outsider, discord_server.direct_message_channel(outsider), "When?"
        )
        answered = [mention(discord_server, place.ada, place)]
        answered.append(discord_server.say(place.ada, private, "When?"))
        for each in answered:
            [reply] = await discord_server.wait_until(lambda: discord_server.replies_to(each))  # noqa: B023 - waited for at once
            assert "At six." in reply.text
        [sentence] = await discord_server.wait_until(lambda: discord_server.replies_to(refused))
    assert sentence.text == ENGLISH.desk.members_only
    assert discord_server.replies_to(ignored) == []
    assert [question.lower() for question in librarian.questions] == ["when?"] * 2
