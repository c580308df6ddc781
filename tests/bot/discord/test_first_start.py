"""What a start grants by itself: the one server of the first one, and nothing ever again."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.access.rules import Grant
from bot.community.community import COMMUNITY, Community, open_community
from bot.discord.client import PUBLIC_BOT, FootnoteBot
from bot.discord.settings import DiscordSettings
from tests.bot.community.test_grants import VERSION_1
from tests.bot.discord.fakes import FakeLibrarian, FakeLibrarians, FakeReingester
from tests.loopback.client_target import running
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.payloads import Guild

Start = Callable[..., contextlib.AbstractAsyncContextManager[Community]]


@pytest.fixture(autouse=True)
def _log_is_read(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.WARNING, "bot.discord"):
        yield


@pytest.fixture
def start(discord_server: LoopbackDiscord, executor: ThreadPoolExecutor, tmp_path: Path) -> Start:
    """``async with start(**settings) as community``: a start of the bot, until it met its servers.

    Each opens the data folder anew, as a process of its own would.
    """

    @contextlib.asynccontextmanager
    async def run(**settings: Any) -> AsyncIterator[Community]:
        with open_community(tmp_path) as community:
            bot = FootnoteBot(
                FakeLibrarians(FakeLibrarian()),
                FakeReingester(),
                executor,
                DiscordSettings(**settings),
                community,
                guild_ready_timeout=0.01,
            )
            async with running(bot, discord_server.token):
                await discord_server.wait_until(lambda: bot.has_met_its_servers)
                yield community

    return run


def lose(data_dir: Path) -> None:
    for file in data_dir.glob(f"{COMMUNITY}*"):
        file.unlink()


def server_of(server: LoopbackDiscord, name: str) -> Guild:
    return server.add_guild(name, [server.add_user(name)])


async def test_the_one_server_of_the_first_start_is_granted_and_the_log_says_so(
    discord_server: LoopbackDiscord, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    guild = server_of(discord_server, "Lock keepers")
    grant = Grant("default", int(guild.id))
    async with start() as community:
        assert community.grants.grants() == (grant,)
        assert f"footnote kb revoke default --guild {guild.id}" in caplog.text
        community.grants.revoke(grant)
    async with start() as community:  # it was taken back, and stays so
        assert community.grants.grants() == ()


async def test_where_there_are_several_the_log_says_what_to_type(
    discord_server: LoopbackDiscord, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    guilds = [server_of(discord_server, name) for name in ("Keepers", "Rogues")]
    async with start() as community:
        assert community.grants.grants() == ()
    for guild in guilds:
        assert f"footnote kb grant default --guild {guild.id}" in caplog.text
    discord_server.remove_bot(guilds[0])
    async with start() as community:  # who is left over is not granted either
        assert community.grants.grants() == ()


async def test_a_bot_that_is_invited_after_its_first_start_is_met_at_the_next(
    discord_server: LoopbackDiscord, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    async with start() as community:
        assert community.grants.grants() == ()
        assert "in no server yet" in caplog.text
        guild = server_of(discord_server, "Lock keepers")
        assert community.grants.grants() == ()
    async with start() as community:
        assert community.grants.grants() == (Grant("default", int(guild.id)),)


async def test_a_lost_data_folder_closes_what_it_had_opened(
    discord_server: LoopbackDiscord,
    start: Start,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    guild = server_of(discord_server, "Lock keepers")
    async with start():
        pass
    lose(tmp_path)
    for _ in range(2):
        async with start() as community:
            assert community.grants.grants() == ()
    assert "This bot has run before" in caplog.text
    assert f"footnote kb grant default --guild {guild.id}" in caplog.text


async def test_with_one_server_set_that_one_is_granted_among_several(
    discord_server: LoopbackDiscord, start: Start
) -> None:
    guild = server_of(discord_server, "Lock keepers")
    server_of(discord_server, "Rogues")
    async with start(guild_id=int(guild.id)) as community:
        assert community.grants.grants() == (Grant("default", int(guild.id)),)


async def test_whoever_grants_by_hand_or_wants_it_strict_gets_nothing_by_itself(
    discord_server: LoopbackDiscord, start: Start, tmp_path: Path
) -> None:
    server_of(discord_server, "Lock keepers")
    async with start(strict_access=True) as community:
        assert community.grants.grants() == ()
    lose(tmp_path)
    discord_server.commands.replace(None, [])  # as if the bot had never run
    with open_community(tmp_path) as community:
        community.grants.grant(Grant("staff", 5))
    async with start() as community:
        assert community.grants.grants() == (Grant("staff", 5),)


async def test_an_upgrade_does_not_lock_out_the_one_server_that_there_is(
    discord_server: LoopbackDiscord, start: Start, tmp_path: Path
) -> None:
    guild = server_of(discord_server, "Lock keepers")
    discord_server.commands.replace(None, [{"name": "ask", "description": "of before", "type": 1}])
    with contextlib.closing(sqlite3.connect(tmp_path / COMMUNITY)) as old:
        old.executescript(VERSION_1)
    async with start() as community:
        assert Grant("default", int(guild.id)) in community.grants.grants()


async def test_a_grant_to_a_server_where_the_bot_is_not_is_named(
    discord_server: LoopbackDiscord, start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    guild = server_of(discord_server, "Lock keepers")
    with open_community(tmp_path) as community:
        community.grants.grant(Grant("default", 4711))
    async with start(guild_id=int(guild.id)):
        pass
    assert "granted to server 4711, and the bot is not in it" in caplog.text


@pytest.mark.parametrize("is_public", [False, True])
async def test_a_bot_that_anybody_can_invite_is_warned_of(
    discord_server: LoopbackDiscord,
    start: Start,
    caplog: pytest.LogCaptureFixture,
    *,
    is_public: bool,
) -> None:
    discord_server.world.is_public = is_public
    async with start():
        pass
    assert (PUBLIC_BOT in caplog.text) == is_public


async def test_a_grant_to_a_channel_that_is_not_there_is_named(
    discord_server: LoopbackDiscord, start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    guild = server_of(discord_server, "Lock keepers")
    channel = discord_server.add_channel(guild, "talk")
    with open_community(tmp_path) as community:
        for id_ in (int(channel.id), 4712):
            community.grants.grant(Grant("default", int(guild.id), id_))
    async with start():
        pass
    told = "granted to channel %d of Lock keepers, and the bot sees no such channel there"
    assert told % 4712 in caplog.text
    assert told % int(channel.id) not in caplog.text
