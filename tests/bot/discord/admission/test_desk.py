"""Who is let in, with which knowledge base, and what the others are told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from bot.access.limits import Limit
from bot.access.rules import Grant, Place, Surface
from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.discord.admission.askers import Asker
from bot.discord.admission.desk import Desk
from bot.discord.errors import RefusedError
from bot.discord.settings import DiscordSettings
from bot.discord.words import ENGLISH, GERMAN
from retrieval.records import SourceView
from tests.bot.discord.conftest import EVERYWHERE
from tests.bot.discord.factories import make_source
from tests.bot.discord.fakes import FakeLibrarian, FakeLibrarians

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
        desk.admit(asker, Surface.ASK, **how)
    return str(caught.value)


def test_whoever_may_see_the_default_base_is_let_in_to_it(open_desk: OpenDesk) -> None:
    admission = open_desk().admit(ADA, Surface.ASK)
    assert (admission.knowledge_base, admission.is_private) == ("default", False)


def test_a_base_that_is_not_granted_is_the_same_as_none(open_desk, community) -> None:
    community.grants.grant(Grant("locks", LOCKS))
    desk = open_desk()
    assert desk.admit(ADA, Surface.ASK, knowledge_base="locks").knowledge_base == "locks"
    refused = refusal(desk, BAKER, knowledge_base="locks")
    assert refused == refusal(desk, BAKER, knowledge_base="never was")
    assert "locks" not in refused


def test_the_channels_base_is_asked_then_the_servers_then_the_default(open_desk, community) -> None:
    desk = open_desk()
    chosen = GuildSettings(knowledge_base="bread", channel_knowledge_bases=((HELP, "locks"),))
    community.guilds.save(LOCKS, chosen)
    assert desk.admit(ADA, Surface.ASK).knowledge_base == "default"  # neither is granted
    community.grants.grant(Grant("bread", LOCKS))
    assert desk.admit(ADA, Surface.ASK).knowledge_base == "bread"
    community.grants.grant(Grant("locks", LOCKS))
    assert desk.admit(ADA, Surface.ASK).knowledge_base == "locks"
    assert desk.admit(EVA, Surface.ASK).knowledge_base == "bread"


def test_where_nothing_may_be_seen_only_who_manages_the_server_is_told_what_to_do(
    open_desk, community
) -> None:
    community.grants.revoke(EVERYWHERE)
    community.grants.grant(Grant("default", BAKERS))
    desk = open_desk()
    assert refusal(desk, ADA) == ENGLISH.desk.nothing_visible
    assert refusal(desk, EVA) == GERMAN.desk.nothing_visible
    boss = replace(ADA, may_manage=True)
    assert "footnote kb grant default --guild 1" in refusal(desk, boss)
    assert refusal(open_desk(guild_id=BAKERS), boss) == ENGLISH.desk.another_server
    community.grants.grant(Grant("locks", LOCKS, TALK))
    assert refusal(desk, boss) == ENGLISH.desk.nothing_visible
    assert refusal(desk, Asker(100, Place(None, 7))) == ENGLISH.desk.members_only
    guest = Asker(100, Place(None, 7, is_guest=True))
    assert refusal(desk, guest) == ENGLISH.desk.not_for_guests


def test_what_is_done_without_a_base_is_checked_by_the_same_table(open_desk, community) -> None:
    desk = open_desk()
    boss = replace(ADA, may_manage=True, is_administrator=True)

    def refused(asker: Asker, surface: Surface) -> str:
        with pytest.raises(RefusedError) as caught:
            desk.check(asker, surface)
        return str(caught.value)

    assert refused(boss, Surface.UPLOAD) == ENGLISH.desk.may_not_add
    assert refused(ADA, Surface.CONFIG) == ENGLISH.config.administrators_only
    assert refused(Asker(100, Place(None, 7)), Surface.CONFIG) == ENGLISH.config.servers_only
    community.grants.grant(Grant("default", LOCKS, may_add=True))
    desk.check(boss, Surface.UPLOAD)
    desk.check(boss, Surface.CONFIG)
    assert refused(ADA, Surface.UPLOAD) == ENGLISH.desk.may_not_add
    community.grants.revoke(EVERYWHERE)
    assert refused(BAKER, Surface.UPLOAD) == ENGLISH.desk.nothing_visible
    desk.check(BAKER, Surface.FORGET_ME)


def test_questions_are_answered_in_the_servers_channels_and_reading_goes_on_anywhere(
    open_desk, community
) -> None:
    community.guilds.save(LOCKS, GuildSettings(answer_channels=(HELP,), is_private=True))
    desk = open_desk()
    assert desk.admit(ADA, Surface.ASK).is_private
    assert refusal(desk, EVA) == GERMAN.desk.not_in_this_channel
    assert desk.admit(EVA, Surface.SOURCE).knowledge_base == "default"
    in_a_thread = Asker(101, Place(LOCKS, 12, parent_id=HELP))
    assert desk.admit(in_a_thread, Surface.ASK).settings.answer_channels == (HELP,)


def test_a_person_who_asks_too_much_is_told_how_long_to_wait(open_desk) -> None:
    desk = open_desk(limits={"burst": 2, "burst_seconds": 7_200})
    desk.admit(ADA, Surface.ASK)
    for _ in range(5):  # reading is free
        desk.admit(ADA, Surface.SOURCE)
    desk.admit(ADA, Surface.ASK)
    assert refusal(desk, ADA) == ENGLISH.desk.pace.format(wait="1 h")
    assert desk.admit(EVA, Surface.ASK).knowledge_base == "default"
    assert desk.limits.left(ADA.user_id, LOCKS)[Limit.GUILD_DAY] == 4_997


async def test_a_grant_taken_back_stops_a_librarian_that_was_given_out(
    open_desk, community
) -> None:
    community.grants.grant(Grant("locks", LOCKS))
    desk = open_desk()
    admission = desk.admit(ADA, Surface.SOURCE, knowledge_base="locks")
    librarian = desk._librarians.of("locks")
    assert isinstance(librarian, FakeLibrarian)
    librarian.sources["aaaa"] = make_source("The gate opens at six.")
    found = await admission.librarian.look_up(lambda known: known.source("aaaa"))
    assert found.passage.text == "The gate opens at six."
    community.grants.revoke(Grant("locks", LOCKS))
    for call in (
        admission.librarian.look_up(lambda known: known.source("aaaa")),
        admission.librarian.suggest("gate", 5),
        admission.librarian.search(lambda known: known.search("gate")),
        admission.librarian.answer("When?"),
        admission.librarian.look_up(lambda known: known.thread("aaaa")),
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
    admission = desk.admit(ADA, Surface.ASK, knowledge_base="locks")
    with pytest.raises(RefusedError):
        await admission.librarian.look_up(lambda known: known.source("aaaa"))


def test_the_words_for_all_are_the_servers_and_those_for_one_are_theirs(
    open_desk, community
) -> None:
    desk = open_desk()
    assert desk.admit(EVA, Surface.ASK).words is GERMAN
    assert desk.public_words(EVA) is ENGLISH
    community.guilds.save(LOCKS, GuildSettings(language="de"))
    assert desk.public_words(ADA) is GERMAN
    assert desk.public_words(Asker(1, Place(None, 5), "de")) is GERMAN
