"""The bot under load, on the loopback Discord: ``python -m benchmarks.discord_bot [PASSAGES]``.

``footnote bot`` runs as a process of its own, with the real model, Chroma, tantivy and SQLite, on
an index of made-up threads.  Discord itself (and its OpenAPI checks) is played in this process,
beside it on the same cores.  The passages' vectors are random under the model's name, since
embedding 100,000 takes 20 minutes; questions are embedded, searched, read and answered as ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.corpora import language, write_corpus
from benchmarks.ingest_run import footnote
from benchmarks.stub_embedder import StubReader
from bot.access.rules import Grant
from bot.community.community import open_community
from retrieval.embedding.minilm import load_minilm
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.interactions import Interaction
from tests.loopback.payloads import Channel, User

ROUNDS: Final = 3
PEOPLE: Final = 50
TYPED: Final = 200
SOAK: Final = 5_000
SUBJECTS: Final = 100
HEARTBEAT_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 0.004
_PATIENCE_SECONDS: Final = 60.0
_LAUNCHER: Final = """
import sys, discord.gateway, discord.http, yarl
discord.http.Route.BASE = sys.argv[1]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sys.argv[2])
sys.argv = ["footnote", "bot"]
from bot.terminal.main import main
sys.exit(main())
"""


class Disguised(StubReader):
    """Random vectors under the model's name, cut into passages by its own tokens."""

    def __init__(self, models: Path) -> None:
        minilm = load_minilm(models, threads=None)
        self.fingerprint, self.dimensions = minilm.fingerprint, minilm.dimensions
        self._token_ends = minilm.token_ends

    def token_ends(self, text: str) -> list[int]:
        """Return where tokens end."""
        return self._token_ends(text)


@dataclass
class Load:
    """A bot that is asked, who asks it, and what came of it."""

    server: LoopbackDiscord
    channel: Channel
    people: Sequence[User]
    questions: Iterator[str]
    pid: int
    beats: list[float] = field(default_factory=list)
    failed: int = 0
    done: int = 0

    async def all_at_once(self, count: int) -> tuple[list[float], list[float]]:
        """Let ``count`` people ask; return how long acknowledgements and answers took."""
        started = time.monotonic()
        asked = [
            self.server.slash(user, self.channel, "ask", question=next(self.questions))
            for user in self.people[:count]
        ]
        answered = await self._until(asked, _is_answered)
        return [each.ack_latency_seconds or 99.0 for each in asked], [
            answered.get(each.id, 99.0 + started) - started for each in asked
        ]

    async def type_after_source(self, count: int) -> list[float]:
        """Let one person type after ``/source``; return how long the choices took."""
        took = []
        for _ in range(count):
            words = " ".join(next(self.questions).split()[:2])
            typing = self.server.autocomplete(
                self.people[0], self.channel, "source", "passage", words
            )
            await self._until([typing], lambda each: each.is_acknowledged)
            took.append(typing.ack_latency_seconds or 99.0)
        return took

    async def one_after_another(self, count: int) -> None:
        """Let people ask, read on, look up and type, a few at a time, without a pause."""
        for _ in range(0, count, 10):
            asked = [
                self.server.slash(user, self.channel, "ask", question=next(self.questions))
                for user in self.people[:4]
            ]
            await self._until(asked, _is_answered)
            pressed = [
                self.server.press(user, message, label="Why this?")
                for user, each in zip(self.people, asked, strict=False)
                if (message := each.original) is not None and "Why this?" in message.labels
            ]
            typed = [
                self.server.autocomplete(user, self.channel, "source", "passage", "ba")
                for user in self.people[:2]
            ]
            await self._until(pressed, lambda each: each.is_settled)
            await self._until(typed, lambda each: each.is_acknowledged)
            self.server.forget_the_past()

    async def keep_time(self) -> None:
        """Note when heartbeats come."""
        seen = self.server.gateway.heartbeats
        while True:
            if self.server.gateway.heartbeats != seen:
                seen = self.server.gateway.heartbeats
                self.beats.append(time.monotonic())
            await asyncio.sleep(0.01)

    @property
    def cpu_seconds(self) -> float:
        """What the bot's process has computed so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mib(self) -> float:
        """What the bot's process holds."""
        status = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    async def _until(
        self, interactions: Sequence[Interaction], is_done: Callable[[Interaction], bool]
    ) -> dict[str, float]:
        """Wait for all; return when each was done, and count those that never were."""
        done: dict[str, float] = {}
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while len(done) < len(interactions) and time.monotonic() < deadline:
            now = time.monotonic()
            done |= {e.id: now for e in interactions if e.id not in done and is_done(e)}
            await asyncio.sleep(_POLL_SECONDS)
        self.done += len(done)
        self.failed += len(interactions) - len(done)
        return done


def _is_answered(interaction: Interaction) -> bool:
    message = interaction.original
    return interaction.is_settled and message is not None and bool(message.components)


def questions(*, subjects: int | None, seed: int = 5) -> Iterator[str]:
    """Yield questions in the words of the made-up threads, no two alike.

    With ``subjects`` they are about so many things, the first far more often than the last
    (Zipf's law), as people's are; without, each is about something else.
    """
    spoken, chance = language(), random.Random(seed)  # noqa: S311 - makes up words, no secrets

    def some(count: int) -> list[str]:
        return chance.choices(spoken.words, cum_weights=spoken.weights, k=count)

    about = [some(8) for _ in range(subjects or 0)]
    frequencies = [1 / rank for rank in range(1, len(about) + 1)]
    for number in itertools.count():
        words = chance.choices(about, frequencies)[0][: chance.randint(5, 8)] if about else some(7)
        yield f"{' '.join(words)} {number}?"


@contextlib.asynccontextmanager
async def loaded_bot(home: Path) -> AsyncIterator[Load]:
    """Yield a running bot on the index in ``home``."""
    server = LoopbackDiscord(heartbeat_interval_seconds=HEARTBEAT_SECONDS)
    async with server:
        people = [server.add_user(f"user{n}") for n in range(PEOPLE)]
        channel = server.add_channel(server.add_guild("Community", people), "talk")
        unlimited = {
            f"FOOTNOTE_DISCORD__LIMITS__{name}": "100000000"
            for name in ("BURST", "PERSON_PER_DAY", "GUILD_PER_DAY")
        }
        environment = {
            **unlimited,
            "FOOTNOTE_DATA_DIR": str(home / "data"),
            "FOOTNOTE_CORPUS_DIR": str(home / "corpus"),
            "FOOTNOTE_DISCORD__TOKEN": server.token,
            "FOOTNOTE_DISCORD__WATCH": "false",
            # What takes long is to be measured and not given up.
        }
        # Discord's own limit would be what is measured: the loopback's is out of the way.
        server.rate_limits.limit = 1_000_000
        with open_community(home / "data") as community:
            community.grants.grant(Grant("default"))
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _LAUNCHER, server.rest_url, server.gateway_url),
            env={**os.environ, **environment},
            stderr=(home / "bot.log").open("wb"),
        )
        try:
            await server.wait_until(
                lambda: server.commands.listed(None) and server.gateway.identifies,
                timeout_seconds=120,
            )
            load = Load(server, channel, people, questions(subjects=None), bot.pid)
            keeping = asyncio.create_task(load.keep_time())
            yield load
            keeping.cancel()
        finally:
            bot.terminate()
            await asyncio.wait_for(bot.wait(), 30)
        server.assert_clean()


def prepare(home: Path, passages: int) -> None:
    """Write an index of about ``passages`` made-up passages into ``home``."""
    if (home / "data" / "catalogue.sqlite3").exists():
        return
    (home / "data").mkdir(parents=True, exist_ok=True)
    write_corpus(home / "corpus", passages)
    footnote(home / "corpus", home / "data", Disguised(home / "data" / "models"))


async def measure(home: Path, passages: int, soak: int) -> list[str]:
    """Return lines of a table: what was measured, the figure, what was asked for."""
    rows: list[tuple[str, str, str]] = []
    async with loaded_bot(home) as load:
        await load.all_at_once(4)  # whatever is opened at the first question
        rows += await _crowds(load, "each about something else")
        load.questions = questions(subjects=SUBJECTS)
        await load.one_after_another(200)
        rows += await _crowds(load, f"about {SUBJECTS} subjects")
        typed = await load.type_after_source(TYPED)
        rows.append(("choices for `/source` while typing", _p95(typed), "≤ 150 ms"))
        before = [load.memory_mib]
        started = time.monotonic()
        for _ in range(5):
            await load.one_after_another(soak // 5)
            before.append(load.memory_mib)
        seconds = time.monotonic() - started
        rows.append((f"memory over {soak:,} interactions", _memory(before), "flat"))
        rows.append(("interactions a second meanwhile", f"{soak / seconds:.0f}", ""))
        gaps = [b - a for a, b in itertools.pairwise(load.beats)]
        late = sum(gap > 1.5 * HEARTBEAT_SECONDS for gap in gaps)
        rows.append((f"late heartbeats of {len(gaps):,}", str(late), "0"))
        rows.append((f"failed interactions of {load.done + load.failed:,}", str(load.failed), "0"))
        rows.append(("breaches of Discord's rules", str(len(load.server.violations)), "0"))
    return [
        f"## {passages:,} passages",
        "",
        f"{datetime.now(UTC).date()}, {os.cpu_count()} cores shared with the loopback Discord "
        f"itself, load {os.getloadavg()[0]:.1f} at the end, Python "
        f"{'.'.join(map(str, sys.version_info[:3]))}.",
        "",
        "| what | figure | asked for |",
        "|---|---|---|",
        *(f"| {what} | {figure} | {asked} |" for what, figure, asked in rows),
    ]


async def _crowds(load: Load, what: str) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    for count, asked_for in ((20, "≤ 1.5 s"), (50, "≤ 3 s")):
        acknowledged: list[float] = []
        answered: list[float] = []
        computed = load.cpu_seconds
        for _ in range(ROUNDS):
            acks, answers = await load.all_at_once(count)
            acknowledged += acks
            answered += answers
        computed = 1000 * (load.cpu_seconds - computed) / len(answered)
        who = f"{count} at once, {what}"
        rows.append((f"acknowledged, {who}", _p95(acknowledged), "≤ 300 ms at 50"))
        rows.append((f"answered, {who}", _p95(answered), asked_for))
        rows.append((f"processor time an answer, {who}", f"{computed:.0f} ms", ""))
    return rows


def _p95(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return f"p95 {1000 * high:,.0f} ms (median {1000 * middle:,.0f} ms)"


def _memory(samples: Sequence[float]) -> str:
    return " → ".join(f"{sample:.0f}" for sample in samples) + " MiB"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; ``PASSAGES SOAK FOLDER`` may be named, the folder to keep the index."""
    given: list[Any] = [*(sys.argv[1:] if arguments is None else arguments)]
    passages = int(given[0]) if given else 10_000
    soak = int(given[1]) if len(given) > 1 else SOAK
    with contextlib.ExitStack() as stack:
        folder = given[2] if len(given) > 2 else None  # noqa: PLR2004 - the third
        home = Path(folder or stack.enter_context(tempfile.TemporaryDirectory()))
        prepare(home, passages)
        lines = asyncio.run(measure(home, passages, soak))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
