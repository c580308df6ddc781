"""Reading a server's history while the bot is killed: ``python -m benchmarks.backfill [MESSAGES]``.

``footnote bot`` runs as a process of its own and reads 40 channels of the loopback Discord at
Discord's own rate limits: 50 requests a second, 5 in 5 seconds for each channel.  It is killed (-9)
at 20 random moments and started again; then every message must stand in its journal once.
While the last start reads, somebody asks.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from typing import Final

from bot.access.rules import Grant
from bot.community.community import open_community
from ingest.journal.files import Journal
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.payloads import Channel, Guild, User

CHANNELS: Final = 40
KILLS: Final = 20
LONGEST_LIFE_SECONDS: Final = 20.0
_LAUNCHER: Final = """
import sys, discord.gateway, discord.http, yarl
discord.http.Route.BASE = sys.argv[1]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sys.argv[2])
sys.argv = ["footnote", "bot"]
from bot.terminal.main import main
sys.exit(main())
"""


class Bench:
    """A server with a long past, and a bot that reads it."""

    def __init__(self, server: LoopbackDiscord, folder: Path) -> None:
        self.server = server
        self.data, self.corpus = folder / "data", folder / "corpus"
        self.corpus.mkdir()
        self.user: User = server.add_user("ada")
        self.guild: Guild = server.add_guild("Keepers", [self.user])
        self.ask_in: Channel = server.add_channel(self.guild, "questions")
        self.channels = [server.add_channel(self.guild, f"talk-{n}") for n in range(CHANNELS)]

    def fill(self, messages: int) -> None:
        """Have people talk; nobody listens yet."""
        for number in range(messages):
            self.server.say(self.user, self.channels[number % CHANNELS], f"message {number}")

    def learn(self) -> None:
        """Let the bot read the channels."""
        with open_community(self.data) as community:
            community.grants.grant(Grant("default"))
            community.learnt.add(int(self.guild.id), [int(c.id) for c in self.channels])
            for one in community.learnt.all():
                community.learnt.announced(one)

    async def start(self) -> Process:
        """Start the bot."""
        own = {
            "FOOTNOTE_DATA_DIR": str(self.data),
            "FOOTNOTE_CORPUS_DIR": str(self.corpus),
            "FOOTNOTE_DISCORD__TOKEN": self.server.token,
            "FOOTNOTE_DISCORD__WATCH": "false",
        }
        addresses = self.server.rest_url, self.server.gateway_url
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _LAUNCHER, *addresses),
            env=os.environ | own,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )

    async def connected(self) -> Process:
        """Start the bot, and wait until Discord knows it."""
        sessions = len(self.server.gateway.sessions)
        bot = await self.start()
        await self.server.wait_until(lambda: len(self.server.gateway.sessions) > sessions)
        return bot

    def journal(self, channel: Channel) -> Path:
        """Return where a channel's journal is."""
        return self.corpus / "discord" / self.guild.id / channel.id / f"{channel.id}.jsonl"

    def read(self) -> int:
        """Return how many messages there are in the journals."""
        paths = [path for c in self.channels if (path := self.journal(c)).is_file()]
        return sum(path.read_bytes().count(b'{"message":') for path in paths)

    def check(self) -> tuple[int, int]:
        """Return how many messages are lost, and how many stand twice."""
        lost = double = 0
        for channel in self.channels:
            wanted = {int(m.id) for m in self.server.messages(channel)}
            path = self.journal(channel)
            lines = path.read_bytes().count(b'{"message":') if path.is_file() else 0
            known = set(Journal(path).marks)
            lost += len(wanted - known)
            double += lines - len(known)
        return lost, double

    async def ask(self) -> float:
        """Ask, and return how many milliseconds it took the bot to acknowledge."""
        started = time.perf_counter()
        asked = self.server.slash(self.user, self.ask_in, "ask", question="When does it open?")
        await self.server.acknowledged(asked)
        return 1000 * (time.perf_counter() - started)


async def bench(messages: int, folder: Path) -> None:
    """Kill the bot while it reads, let it finish, and print what came of it."""
    random.seed(7)
    async with LoopbackDiscord() as server:
        limits = server.rate_limits
        limits.limit, limits.window_seconds, limits.global_limit_per_second = 5, 5.0, 50
        run = Bench(server, folder)
        run.fill(messages)
        run.learn()
        started = time.perf_counter()
        for number in range(KILLS):
            bot = await run.connected()
            await asyncio.sleep(random.uniform(0.05, LONGEST_LIFE_SECONDS))  # noqa: S311
            bot.kill()
            await bot.wait()
            print(f"kill {number + 1}: {run.read():,} messages", flush=True)
        bot = await run.connected()
        times: list[float] = []
        while run.read() < messages:
            times.append(await run.ask())
            await asyncio.sleep(0.5)
        seconds = time.perf_counter() - started
        bot.terminate()
        await bot.wait()
        lost, double = run.check()
    times.sort()
    p95 = times[int(0.95 * (len(times) - 1))] if times else 0.0
    print(f"{messages:,} messages in {CHANNELS} channels, killed {KILLS} times: {seconds:.0f} s")
    print(f"{lost} lost, {double} double; {len(times)} questions acknowledged, p95 {p95:.0f} ms")


def main() -> None:
    """Run it."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(bench(messages, Path(folder)))


if __name__ == "__main__":
    main()
