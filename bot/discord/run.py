"""The bot's life: from a token to a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import aiohttp
import discord

from bot.community.community import Community
from bot.discord.client import FootnoteBot
from bot.discord.features.corpus.watch import CorpusWatch, watching
from bot.discord.live.keeper import LiveParts
from bot.discord.settings import DiscordSettings
from bot.librarian import AsyncForgettingPeople, Librarians, Reingester
from bot.processes.quarantine import Quarantine
from retrieval.errors import ConfigurationError, FootnoteError, UnavailableError

NO_TOKEN: Final = (
    "The Discord bot needs a token: set FOOTNOTE_DISCORD__TOKEN to the one from "  # noqa: S105 - says where to get one
    "https://discord.com/developers/applications → your application → Bot → Reset Token."
)
WRONG_TOKEN: Final = (
    "Discord does not accept the token in FOOTNOTE_DISCORD__TOKEN: get a new one from "  # noqa: S105 - says where to get one
    "https://discord.com/developers/applications → your application → Bot → Reset Token."
)
NO_INTENT: Final = (
    "The bot may not read messages: switch on Message Content Intent at "
    "https://discord.com/developers/applications → your application → Bot, or set "
    "FOOTNOTE_DISCORD__MENTION_REPLIES=false and unlearn the channels that it reads "
    "(footnote discord unlearn)."
)

RETRY_PAUSES_SECONDS: Final = (10.0, 30.0, 60.0, 300.0)
"""Between attempts to reach Discord; the last one goes on for ever."""
_log = logging.getLogger(__name__)


def check_token(settings: DiscordSettings) -> None:
    """Make sure that there is a token, before anything slow is opened for it.

    Raises:
        ConfigurationError: saying where to get one.
    """
    if settings.token is None:
        raise ConfigurationError(NO_TOKEN)


def run_bot(  # noqa: PLR0913 - one argument a part that it puts together
    settings: DiscordSettings,
    librarians: Librarians,
    reingester: Reingester,
    community: Community,
    corpus: CorpusWatch | None = None,
    quarantine: Quarantine | None = None,
    *,
    people: AsyncForgettingPeople | None = None,
    live: LiveParts | None = None,
) -> None:
    """Run the bot, and beside it the watch on its corpus, until SIGINT or SIGTERM.

    Raises:
        ConfigurationError: no token, a wrong one, or a permission that it lacks.
    """
    check_token(settings)
    executor = ThreadPoolExecutor(settings.max_concurrent_answers, "librarian")

    def make_bot() -> FootnoteBot:
        return FootnoteBot(
            librarians,
            reingester,
            executor,
            settings,
            community,
            quarantine,
            people=people,
            live=live,
        )

    try:
        asyncio.run(_serve(make_bot, settings, corpus))
    finally:
        # Questions that wait are dropped; one in work ends by itself.
        executor.shutdown(wait=False, cancel_futures=True)


async def serve(bot: FootnoteBot, token: str, stop: asyncio.Event) -> None:
    """Run ``bot`` until ``stop`` is set or it fails.

    Raises:
        ConfigurationError: the token or a permission is wrong.
        UnavailableError: Discord cannot be reached.
    """
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(WRONG_TOKEN)  # no such header can be sent
    async with bot:
        running = asyncio.create_task(bot.start(token))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        except Exception as error:
            translated = _translated(error)
            if translated is None:
                raise
            raise translated from error
        finally:
            await bot.close()
            for task in (running, stopping):
                task.cancel()
            await asyncio.gather(running, stopping, return_exceptions=True)


async def _serve(
    make_bot: Callable[[], FootnoteBot], settings: DiscordSettings, corpus: CorpusWatch | None
) -> None:
    stop = asyncio.Event()
    _on_signals(stop.set)
    token = settings.token.get_secret_value() if settings.token is not None else ""
    async with watching(corpus):
        await keep_serving(make_bot, token, stop)


async def keep_serving(
    make_bot: Callable[[], FootnoteBot],
    token: str,
    stop: asyncio.Event,
    pauses_seconds: Sequence[float] = RETRY_PAUSES_SECONDS,
) -> None:
    """Run a bot until ``stop`` is set, another one after a pause where Discord is out of reach.

    Raises:
        ConfigurationError: the token or a permission is wrong.
    """
    for pause in itertools.chain(pauses_seconds, itertools.repeat(pauses_seconds[-1])):
        try:
            await serve(make_bot(), token, stop)
        except ConfigurationError:
            raise
        except UnavailableError as error:
            _log.warning("%s Trying again in %.0f s.", error, pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
        else:
            return
        if stop.is_set():
            return


def _on_signals(callback: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C still interrupts
            loop.add_signal_handler(name, callback)


def _translated(error: Exception) -> FootnoteError | None:
    if isinstance(error, discord.LoginFailure):
        return ConfigurationError(WRONG_TOKEN)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return ConfigurationError(NO_INTENT)
    if isinstance(error, discord.HTTPException | discord.GatewayNotFound | aiohttp.ClientError):
        return UnavailableError(
            f"Discord cannot be reached ({type(error).__name__}): check the network and "
            "https://discordstatus.com."
        )
    return None
