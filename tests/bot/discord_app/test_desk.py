"""Who is let in, with which knowledge base, and what the others are told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.community.access import Grant, Place
from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.community.limits import Limit
from bot.discord_app.desk import Asker, Desk, Use
from bot.discord_app.errors import RefusedError
from bot.discord_app.settings import DiscordSettings
from bot.discord_app.words import ENGLISH, GERMAN
from retrieval.domain import SourceView
from tests.bot.discord_app.factories import make_source
from tests.bot.discord_app.fakes import FakeLibrarian, FakeLibrarians

LOCKS, BAKERS, HELP, TALK = 1, 2, 10, 11
ADA = Asker(100, Place(LOCKS, HELP), "en-GB", "en-US")
EVA = Asker(101, Place(LOCKS, TALK), "de", "en-US")
BAKER = Asker(102, Place(BAKERS, 20))

OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(community: Community, executor: ThreadPoolExecutor) -> OpenDesk:
    def make(**settings: Any) -> Desk:
        librarians = FakeLibrarians(FakeLibrarian(), locks=FakeLibrarian(), bread=FakeLibrarian())
        return Desk(librarians, community, executor, DiscordSettings(**settings))

    return make


def refusal(desk: Desk, asker: Asker, **how: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        desk.admit(asker, **how)
    return str(caught.value)


def test_everybody_is_let_in_to_the_default_base(open_desk: OpenDesk) -> None:
    admission = open_desk().admit(ADA)
    assert (admission.knowledge_base, admission.is_private) == ("default", False)


def test_a_base_that_is_not_granted_is_the_same_as_none(open_desk, community) -> None:
    community.grants.grant(Grant("locks", LOCKS))
    desk = open_desk()
    assert desk.admit(ADA, knowledge_base="locks").knowledge_base == "locks"
    refused = refusal(desk, BAKER, knowledge_base="locks")
    assert refused == refusal(desk, BAKER, knowledge_base="never was")
    assert "locks" not in refused


def test_the_channels_base_is_asked_then_the_servers_then_the_default(open_desk, community) -> None:
    desk = open_desk()
    chosen = GuildSettings(knowledge_base="bread", channel_knowledge_bases=((HELP, "locks"),))
    community.guilds.save(LOCKS, chosen)
    assert desk.admit(ADA).knowledge_base == "default"  # neither is granted
    community.grants.grant(Grant("bread", LOCKS))
    assert desk.admit(ADA).knowledge_base == "bread"
    community.grants.grant(Grant("locks", LOCKS))
    assert desk.admit(ADA).knowledge_base == "locks"
    assert desk.admit(EVA).knowledge_base == "bread"


def test_where_nothing_may_be_seen_the_refusal_says_so(open_desk) -> None:
    desk = open_desk(strict_access=True)
    assert refusal(desk, ADA) == ENGLISH.desk.nothing_visible
    assert refusal(desk, EVA) == GERMAN.desk.nothing_visible


def test_questions_are_answered_in_the_servers_channels_and_reading_goes_on_anywhere(
    open_desk, community
) -> None:
    community.guilds.save(LOCKS, GuildSettings(answer_channels=(HELP,), is_private=True))
    desk = open_desk()
    assert desk.admit(ADA).is_private
    assert refusal(desk, EVA) == GERMAN.desk.not_in_this_channel
    assert desk.admit(EVA, use=Use.READING).knowledge_base == "default"
    in_a_thread = Asker(101, Place(LOCKS, 12, parent_id=HELP))
    assert desk.admit(in_a_thread).settings.answer_channels == (HELP,)


def test_a_person_who_asks_too_much_is_told_how_long_to_wait(open_desk) -> None:
    desk = open_desk(limits={"burst": 2, "burst_seconds": 7_200})
    desk.admit(ADA)
    for _ in range(5):  # reading is free
        desk.admit(ADA, use=Use.READING)
    desk.admit(ADA)
    assert refusal(desk, ADA) == ENGLISH.desk.pace.format(wait="1 h")
    assert desk.admit(EVA).knowledge_base == "default"
    assert desk.limits.left(ADA.user_id, LOCKS)[Limit.GUILD_DAY] == 4_997


async def test_a_grant_taken_back_stops_a_librarian_that_was_given_out(
    open_desk, community
) -> None:
    community.grants.grant(Grant("locks", LOCKS))
    desk = open_desk()
    admission = desk.admit(ADA, knowledge_base="locks", use=Use.READING)
    librarian = desk._librarians.of("locks")
    assert isinstance(librarian, FakeLibrarian)
    librarian.sources["aaaa"] = make_source("The gate opens at six.")
    assert (await admission.librarian.source("aaaa")).passage.text == "The gate opens at six."
    community.grants.revoke(Grant("locks", LOCKS))
    for call in (
        admission.librarian.source("aaaa"),
        admission.librarian.suggest("gate", 5),
        admission.librarian.status(),
        admission.librarian.answer("When?"),
        admission.librarian.thread("aaaa"),
    ):
        with pytest.raises(RefusedError):
            await call
    assert librarian.questions == []


async def test_a_grant_taken_back_while_a_librarian_works_keeps_the_result_back(
    open_desk, community
) -> None:
    community.grants.grant(Grant("locks", LOCKS))
    desk = open_desk()
    librarian = desk._librarians.of("locks")
    assert isinstance(librarian, FakeLibrarian)

    class RevokedMeanwhile(dict[str, SourceView]):
        def __getitem__(self, key):
            community.grants.revoke(Grant("locks", LOCKS))
            return make_source("The gate opens at six.")

        def __contains__(self, key):
            return True

    librarian.sources = RevokedMeanwhile()
    with pytest.raises(RefusedError):
        await desk.admit(ADA, knowledge_base="locks").librarian.source("aaaa")


def test_the_words_for_all_are_the_servers_and_those_for_one_are_theirs(
    open_desk, community
) -> None:
    desk = open_desk()
    assert desk.admit(EVA).words is GERMAN
    assert desk.public_words(EVA) is ENGLISH
    community.guilds.save(LOCKS, GuildSettings(language="de"))
    assert desk.public_words(ADA) is GERMAN
    assert desk.public_words(Asker(1, Place(None, 5), "de")) is GERMAN
