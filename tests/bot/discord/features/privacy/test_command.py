"""``/forget-me``: two offers, what comes of them, and that nobody is forgotten by another."""

from __future__ import annotations

import pytest

from bot.community.community import Community
from bot.community.unanswered import WaitingQuestion
from bot.discord.words import ENGLISH, GERMAN
from retrieval.errors import StorageError
from tests.bot.discord.conftest import EVERYWHERE, RunBot
from tests.bot.discord.fakes import FakeForgettingPeople
from tests.bot.discord.places import Place
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, User
from tests.loopback.world import Message

TEXT = ENGLISH.privacy


@pytest.fixture(autouse=True)
def nothing_pings_and_nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The server fixture fails on any message that could ping, this one on swallowed errors."""


async def offered(server: LoopbackDiscord, user: User, channel: Channel) -> Message:
    card = await server.settled(server.slash(user, channel, "forget-me"))
    assert card.is_ephemeral
    return card


async def pressed(server: LoopbackDiscord, user: User, card: Message, label: str) -> Message:
    return await server.settled(server.press(user, card, label=label))


async def test_what_is_kept_of_one_person_is_deleted_and_counted(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    people = FakeForgettingPeople()
    bob = discord_server.add_user("bob")
    for user in (place.ada, bob):
        community.unanswered.keep(
            WaitingQuestion(int(user.id), int(place.guild.id), 1, "default", "When?")
        )
    async with run_footnote(people=people):
        card = await offered(discord_server, place.ada, place.channel)
        gone = await pressed(discord_server, place.ada, card, TEXT.delete_kept)
        assert gone.text == f"{TEXT.forgotten}\n- 1 {TEXT.kinds['unanswered']}"
        again = await offered(discord_server, place.ada, place.channel)
        nothing = await pressed(discord_server, place.ada, again, TEXT.delete_kept)
        assert nothing.text == TEXT.nothing
    [left] = community.unanswered.waiting("default", 10)
    assert left.user_id == int(bob.id)
    assert people.forgotten == []


async def test_posts_are_left_out_once_that_is_confirmed_and_are_counted(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    people = FakeForgettingPeople({place.ada.id: 12})
    async with run_footnote(people=people):
        card = await offered(discord_server, place.ada, place.channel)
        question = await pressed(discord_server, place.ada, card, TEXT.leave_out_posts)
        assert question.text == TEXT.are_you_sure
        assert people.forgotten == []
        back = await pressed(discord_server, place.ada, question, TEXT.not_sure)
        assert TEXT.leave_out_posts in back.labels
        question = await pressed(discord_server, place.ada, back, TEXT.leave_out_posts)
        sure = discord_server.press(place.ada, question, label=TEXT.sure)
        gone = await discord_server.settled(sure, until=lambda m: m.text != TEXT.posts_going)
        assert gone.text == TEXT.posts_gone.format(n=12)
        assert gone.buttons == []
    assert people.forgotten == [place.ada.id]
    assert people.is_finished


async def test_whoever_is_in_no_server_of_the_bots_is_forgotten_too(
    discord_server: LoopbackDiscord, run_footnote: RunBot, community: Community
) -> None:
    community.grants.revoke(EVERYWHERE)
    eva = discord_server.add_user("eva", locale="de")
    people = FakeForgettingPeople()
    async with run_footnote(people=people):
        card = await offered(discord_server, eva, discord_server.direct_message_channel(eva))
        question = await pressed(discord_server, eva, card, GERMAN.privacy.leave_out_posts)
        sure = discord_server.press(eva, question, label=GERMAN.privacy.sure)
        gone = await discord_server.settled(
            sure, until=lambda m: m.text != GERMAN.privacy.posts_going
        )
        assert gone.text == GERMAN.privacy.posts_none
    assert people.forgotten == [eva.id]


async def test_a_failure_promises_nothing_and_may_be_tried_again(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    people = FakeForgettingPeople({place.ada.id: 1})
    people.error = StorageError("the disk of /srv/secret is full")
    async with run_footnote(people=people):
        card = await offered(discord_server, place.ada, place.channel)
        question = await pressed(discord_server, place.ada, card, TEXT.leave_out_posts)
        sure = discord_server.press(place.ada, question, label=TEXT.sure)
        failed = await discord_server.settled(sure, until=lambda m: m.text != TEXT.posts_going)
        assert failed.text == TEXT.posts_not_gone
        assert people.forgotten == []


async def test_a_report_that_comes_too_late_for_discord_comes_by_direct_message(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    class Slow(FakeForgettingPeople):
        async def forget(self, author_id: str) -> int:
            discord_server.advance_clock(16 * 60)
            return await super().forget(author_id)

    async with run_footnote(people=Slow({place.ada.id: 3})):
        card = await offered(discord_server, place.ada, place.channel)
        question = await pressed(discord_server, place.ada, card, TEXT.leave_out_posts)
        discord_server.press(place.ada, question, label=TEXT.sure)
        private = discord_server.direct_message_channel(place.ada)
        [told] = await discord_server.wait_until(lambda: discord_server.messages(private))
    assert told.text == TEXT.posts_gone.format(n=3)


async def test_where_posts_cannot_be_taken_out_that_is_not_offered(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote():
        card = await offered(discord_server, place.ada, place.channel)
    assert card.labels == [TEXT.delete_kept]
