"""The real bot against the loopback Discord, with a librarian that says what it is told."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.discord_app.client import FootnoteBot
from bot.discord_app.settings import DiscordSettings
from bot.ports import Librarian, Reingester
from tests.bot.discord_app.fakes import FakeLibrarian, FakeReingester
from tests.loopback.client_target import running
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import discord_errors, discord_server

__all__ = ["discord_errors", "discord_server"]

RunBot = Callable[..., contextlib.AbstractAsyncContextManager[FootnoteBot]]


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def run_footnote(discord_server: LoopbackDiscord, executor: ThreadPoolExecutor) -> RunBot:
    """``async with run_footnote(librarian, reingester, **settings) as bot``."""

    @contextlib.asynccontextmanager
    async def run(
        librarian: Librarian | None = None, reingester: Reingester | None = None, **settings: Any
    ) -> AsyncIterator[FootnoteBot]:
        bot = FootnoteBot(
            librarian or FakeLibrarian(),
            reingester or FakeReingester(),
            executor,
            DiscordSettings(**settings),
            guild_ready_timeout=0.01,
        )
        async with running(bot, discord_server.token):
            yield bot

    return run
