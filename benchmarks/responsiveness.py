"""How long a bot's searches take, and its event loop stalls, while an ingest runs beside it.

Everything is real but Discord: the librarian with its Chroma server, the model, and the ingest
that the bot starts in a process of its own.

``python -m benchmarks.responsiveness [--passages 2000] [--more 10000]`` prints the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import random
import sys
import time
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from benchmarks.corpora import language, write_corpus
from bot.discord.async_librarian import AsyncLibrarian, Threads
from bot.processes.ingest import ChildIngest
from bot.settings import BotSettings
from bot.wiring import open_librarian
from bot.wiring.garbage import leave_alone_what_stays
from ingest.report import IngestReport
from retrieval.knowledge import KnowledgeBase

_LOOK_SECONDS: Final = 0.005
_PAUSE_SECONDS: Final = 0.05
_SEARCHES_ALONE: Final = 150
_WORDS: Final = 6
_LIMIT: Final = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """What somebody who asks notices."""

    search_ms: list[float] = field(default_factory=list)
    lags_ms: list[float] = field(default_factory=list)
    """By how much each look at the event loop came late."""

    def p95_ms(self) -> float:
        """Return what 95 of 100 searches stay below."""
        return float(np.percentile(self.search_ms, 95))

    def longest_lag_ms(self) -> float:
        """Return the longest stall of the event loop."""
        return max(self.lags_ms)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A bot alone, and beside an ingest."""

    alone: Figures
    beside: Figures
    added: int
    ingest_seconds: float

    def times_slower(self) -> float:
        """Return how much longer a search takes beside the ingest, at the 95th percentile."""
        return self.beside.p95_ms() / self.alone.p95_ms()


async def measure(folder: Path, passages: int, more: int) -> Comparison:
    """Ingest ``passages``, then search and answer while ``more`` are ingested.

    ``folder`` takes the corpus and the data.
    """
    corpus, data = folder / "corpus", folder / "data"
    write_corpus(corpus, passages, seed=21)
    command = [sys.executable, "-m", "bot.terminal.main", "--data-dir", str(data)]
    command += ["--corpus-dir", str(corpus), "ingest", "--events", "--no-wait"]
    await _ingest(ChildIngest(command))
    settings = BotSettings(data_dir=data, corpus_dir=corpus)
    with ThreadPoolExecutor(2) as executor, open_librarian(settings, "default", serve=True) as real:
        ask = _Asking(real, executor)
        await ask.once(Figures())  # opens the model and the index
        leave_alone_what_stays()  # as the bot does
        alone, beside = Figures(), Figures()
        async with _looking_at_the_loop(alone.lags_ms):
            for _ in range(_SEARCHES_ALONE):
                await ask.once(alone)
        write_corpus(corpus, more, seed=22)
        started = time.monotonic()
        ingest = asyncio.create_task(_ingest(ChildIngest(command)))
        async with _looking_at_the_loop(beside.lags_ms):
            while not ingest.done():
                await ask.once(beside)
        report = await ingest
        return Comparison(alone, beside, report.passages_added, time.monotonic() - started)


class _Asking:
    """Searches and answers in turn, as two people would who never stop asking."""

    def __init__(self, librarian: KnowledgeBase, executor: Executor) -> None:
        self._search = partial(librarian.search, limit=_LIMIT)
        self._executor = executor
        self._librarian = AsyncLibrarian(
            librarian, Threads(executor, executor, executor), timeout_seconds=60
        )
        chance, words = random.Random(23), language(21)  # noqa: S311 - makes up questions
        self._questions = (
            " ".join(chance.choices(words.words, cum_weights=words.weights, k=_WORDS))
            for _ in itertools.count()
        )

    async def once(self, figures: Figures) -> None:
        question = next(self._questions)
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        await loop.run_in_executor(self._executor, self._search, question)
        figures.search_ms.append(1_000 * (time.perf_counter() - started))
        await asyncio.sleep(_PAUSE_SECONDS)
        await self._librarian.answer(question)
        await asyncio.sleep(_PAUSE_SECONDS)


async def _ingest(child: ChildIngest) -> IngestReport:
    async with contextlib.aclosing(child.run()) as events:
        reports = [event async for event in events if isinstance(event, IngestReport)]
    return reports[-1]


@contextlib.asynccontextmanager
async def _looking_at_the_loop(lags_ms: list[float]) -> AsyncIterator[None]:
    async def look() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_LOOK_SECONDS)
            lags_ms.append(1_000 * (time.perf_counter() - before - _LOOK_SECONDS))

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


def main() -> None:
    """Measure, and print what somebody who asks notices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=2_000, help="what is there before")
    parser.add_argument("--more", type=int, default=10_000, help="what is ingested meanwhile")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="footnote-bench-") as scratch:
        found = asyncio.run(measure(Path(scratch), options.passages, options.more))
    for name, figures in (("alone", found.alone), ("beside", found.beside)):
        print(
            f"{name}: {len(figures.search_ms):,} searches, median "
            f"{np.median(figures.search_ms):.0f} ms, p95 {figures.p95_ms():.0f} ms; longest stall "
            f"of the event loop {figures.longest_lag_ms():.0f} ms"
        )
    print(
        f"{found.times_slower():.1f} times slower beside an ingest of {found.added:,} passages, "
        f"which took {found.ingest_seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
