"""The real bot against the loopback Discord, with a librarian that says what it is told."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.access.rules import Grant
from bot.community.community import Community, open_community
from bot.discord.client import FootnoteBot
from bot.discord.live.keeper import LiveParts
from bot.discord.settings import DiscordSettings
from bot.librarian import AsyncForgettingPeople, Librarians, Reingester
from bot.processes.quarantine import Quarantine
from tests.bot.discord.fakes import FakeLibrarian, FakeLibrarians, FakeReingester
from tests.bot.discord.places import Place
from tests.loopback.client_target import running
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import discord_errors, discord_server
from tests.loopback.payloads import Guild

__all__ = ["discord_errors", "discord_server"]

EVERYWHERE = Grant("default")
"""Tests that are about access revoke it first."""
RunBot = Callable[..., contextlib.AbstractAsyncContextManager[FootnoteBot]]


@pytest.fixture
def place(discord_server: LoopbackDiscord) -> Place:
    ada = discord_server.add_user("ada")
    guild = discord_server.add_guild("Lock keepers", [ada])
    return Place(guild, discord_server.add_channel(guild, "talk"), ada)


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def community(tmp_path: Path) -> Iterator[Community]:
    """What the bot keeps; the default knowledge base is open everywhere, unlike in a new one."""
    with open_community(tmp_path) as opened:
        opened.grants.grant(EVERYWHERE)
        yield opened


def let_add(community: Community, guild: Guild) -> None:
    """Let a server's administrators add to the default knowledge base, as the operator would."""
    community.grants.grant(Grant("default", int(guild.id), may_add=True))


def as_librarians(librarian: FakeLibrarian | Librarians) -> Librarians:
    return FakeLibrarians(librarian) if isinstance(librarian, FakeLibrarian) else librarian


@pytest.fixture
def run_footnote(
    discord_server: LoopbackDiscord, executor: ThreadPoolExecutor, community: Community
) -> RunBot:
    """``async with run_footnote(librarian, reingester, **settings) as bot``.

    ``librarian`` may also be several, as ``FakeLibrarians``.
    """

    @contextlib.asynccontextmanager
    async def run(
        librarian: FakeLibrarian | Librarians | None = None,
        reingester: Reingester | None = None,
        quarantine: Quarantine | None = None,
        people: AsyncForgettingPeople | None = None,
        live: LiveParts | None = None,
        **settings: Any,
    ) -> AsyncIterator[FootnoteBot]:
        bot = FootnoteBot(
            as_librarians(librarian or FakeLibrarian()),
            reingester or FakeReingester(),
            executor,
            DiscordSettings(**settings),
            community,
            quarantine,
            people=people,
            live=live,
            guild_ready_timeout=0.01,
        )
        async with running(bot, discord_server.token):
            yield bot

    return run
