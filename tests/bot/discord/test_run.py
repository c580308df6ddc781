from __future__ import annotations

import asyncio
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.community.community import Community
from bot.discord.client import FootnoteBot
from bot.discord.run import keep_serving, run_bot, serve
from bot.discord.settings import DiscordSettings
from retrieval.errors import ConfigurationError, UnavailableError
from tests.bot.discord.fakes import FakeLibrarian, FakeLibrarians, FakeReingester
from tests.loopback.client_target import client_target
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.traffic import Fault

ROOT = Path(__file__).parents[3]
LAUNCHER = """
import sys, tempfile
from pathlib import Path
import discord.gateway, discord.http, yarl
from bot.community.community import open_community
from pydantic import SecretStr
from bot.discord.run import run_bot
from bot.discord.settings import DiscordSettings
from tests.bot.discord.fakes import FakeLibrarian, FakeLibrarians, FakeReingester

rest, gateway, token = sys.argv[1:]
discord.http.Route.BASE = rest
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)

class Idle(FakeReingester):
    def __init__(self):
        self.events = ()

with tempfile.TemporaryDirectory() as folder, open_community(Path(folder)) as community:
    librarians = FakeLibrarians(FakeLibrarian())
    run_bot(DiscordSettings(token=SecretStr(token)), librarians, Idle(), community)
print("stopped cleanly")
"""


@pytest.fixture
def footnote_bot(executor: ThreadPoolExecutor, community: Community) -> FootnoteBot:
    return FootnoteBot(
        FakeLibrarians(FakeLibrarian()),
        FakeReingester(),
        executor,
        DiscordSettings(guild_id=1),
        community,
        guild_ready_timeout=0.01,
    )


def check_is_one_line(error: BaseException) -> None:
    assert "\n" not in str(error)


async def test_without_a_token_it_says_where_to_get_one(community: Community) -> None:
    with pytest.raises(ConfigurationError, match="FOOTNOTE_DISCORD__TOKEN") as caught:
        run_bot(DiscordSettings(), FakeLibrarians(FakeLibrarian()), FakeReingester(), community)
    assert "https://discord.com/developers/applications" in str(caught.value)
    check_is_one_line(caught.value)


@pytest.mark.parametrize("token", ["wrong", "not a\nheader"])
async def test_a_wrong_token_is_one_line(
    discord_server: LoopbackDiscord, footnote_bot: FootnoteBot, token: str
) -> None:
    with pytest.raises(ConfigurationError, match="does not accept the token") as caught:
        await serve(footnote_bot, token, asyncio.Event())
    check_is_one_line(caught.value)
    assert "wrong" not in str(caught.value)
    discord_server.take_violations()


async def test_a_missing_intent_is_one_line(
    discord_server: LoopbackDiscord, executor: ThreadPoolExecutor, community: Community
) -> None:
    discord_server.gateway.approved_intents = frozenset()
    bot = FootnoteBot(
        FakeLibrarians(FakeLibrarian()), FakeReingester(), executor, DiscordSettings(), community
    )
    with pytest.raises(ConfigurationError, match="Message Content Intent") as caught:
        await serve(bot, discord_server.token, asyncio.Event())
    check_is_one_line(caught.value)


async def test_without_mention_replies_the_intent_is_not_needed(
    discord_server: LoopbackDiscord, executor: ThreadPoolExecutor, community: Community
) -> None:
    discord_server.gateway.approved_intents = frozenset()
    settings = DiscordSettings(mention_replies=False)
    bot = FootnoteBot(
        FakeLibrarians(FakeLibrarian()),
        FakeReingester(),
        executor,
        settings,
        community,
        guild_ready_timeout=0.01,
    )
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(bot, discord_server.token, stop))
    await discord_server.wait_until(bot.is_ready)
    stop.set()
    await serving


async def test_a_server_that_the_bot_is_not_in_is_one_line(
    discord_server: LoopbackDiscord, footnote_bot: FootnoteBot
) -> None:
    missing = {"message": "Missing Access", "code": 50001}
    discord_server.inject(Fault("PUT", r"/applications/.*", status=403, body=missing))
    with pytest.raises(ConfigurationError, match="FOOTNOTE_DISCORD__GUILD_ID") as caught:
        await serve(footnote_bot, discord_server.token, asyncio.Event())
    check_is_one_line(caught.value)


async def test_a_discord_that_is_not_there_is_one_line(
    executor: ThreadPoolExecutor, community: Community
) -> None:
    async with LoopbackDiscord() as server:
        pass  # its port is free again

    bot = FootnoteBot(
        FakeLibrarians(FakeLibrarian()), FakeReingester(), executor, DiscordSettings(), community
    )
    with client_target(server), pytest.raises(UnavailableError, match="cannot be reached") as error:
        await serve(bot, "token", asyncio.Event())
    check_is_one_line(error.value)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_bot_cleanly(
    discord_server: LoopbackDiscord, tmp_path: Path, name: signal.Signals
) -> None:
    launcher = tmp_path / "launcher.py"
    launcher.write_text(LAUNCHER, encoding="utf-8")
    addresses = (discord_server.rest_url, discord_server.gateway_url, discord_server.token)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "ignore::DeprecationWarning",
        str(launcher),
        *addresses,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await discord_server.wait_until(lambda: discord_server.gateway.live_sessions, 20)
        child.send_signal(name)
        out, err = await asyncio.wait_for(child.communicate(), 15)
    finally:
        if child.returncode is None:
            child.kill()
    assert (child.returncode, out.decode().strip()) == (0, "stopped cleanly"), err.decode()
    assert "Traceback" not in err.decode()


async def test_the_token_is_in_no_error(
    discord_server: LoopbackDiscord, footnote_bot: FootnoteBot
) -> None:
    settings = DiscordSettings(token=SecretStr("very-secret-token"))
    assert settings.token is not None
    with pytest.raises(ConfigurationError) as caught:
        await serve(footnote_bot, settings.token.get_secret_value(), asyncio.Event())
    assert "very-secret" not in repr(caught.value)
    discord_server.take_violations()


async def test_a_bot_that_cannot_reach_discord_tries_again(
    discord_server: LoopbackDiscord, executor: ThreadPoolExecutor, community: Community
) -> None:
    made: list[FootnoteBot] = []

    def make_bot() -> FootnoteBot:
        kind = Offline if len(made) < 2 else FootnoteBot
        bot = kind(
            FakeLibrarians(FakeLibrarian()),
            *(FakeReingester(), executor, DiscordSettings(), community),
        )
        made.append(bot)
        return bot

    stop = asyncio.Event()
    serving = asyncio.create_task(keep_serving(make_bot, discord_server.token, stop, (0.01,)))
    await discord_server.wait_until(lambda: len(made) == 3 and made[2].is_ready())
    stop.set()
    await serving
    assert all(bot.is_closed() for bot in made)


async def test_a_bot_that_waits_for_discord_can_be_stopped(
    executor: ThreadPoolExecutor, community: Community
) -> None:
    def make_bot() -> FootnoteBot:
        return Offline(
            FakeLibrarians(FakeLibrarian()),
            *(FakeReingester(), executor, DiscordSettings(), community),
        )

    stop = asyncio.Event()
    serving = asyncio.create_task(keep_serving(make_bot, "token", stop, (3_600,)))
    await asyncio.sleep(0.05)
    assert not serving.done()
    stop.set()
    await asyncio.wait_for(serving, 20)


async def test_a_wrong_token_is_not_tried_again(
    discord_server: LoopbackDiscord, footnote_bot: FootnoteBot
) -> None:
    with pytest.raises(ConfigurationError, match="does not accept the token"):
        await keep_serving(lambda: footnote_bot, "wrong", asyncio.Event(), (0.01,))
    discord_server.take_violations()


class Offline(FootnoteBot):
    async def start(self, token: str, *, reconnect: bool = True) -> None:  # noqa: ARG002  # as discord.py has it
        raise aiohttp.ClientConnectionError("no route")
