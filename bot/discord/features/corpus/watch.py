"""The bot's own watch: what changes in the corpus folder is ingested by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final

from bot.librarian import Reingester
from ingest.files.rounds import RoundNews
from ingest.files.watching import Pace, Watch
from ingest.report import IngestReport
from retrieval.errors import FootnoteError, IndexBusyError

BUSY_SECONDS: Final = 2.0
"""While another ingest is at work, the next try comes so soon."""
RETRY_SECONDS: Final = 60.0
"""After a failure it comes then, or after the next change."""
_log = logging.getLogger(__name__)


class CorpusWatch:
    """Ingests at once and after each change, in another process.

    Args:
        folder: The corpus folder; it may come later.
        reingester: What ``/reingest`` uses too; the one of them that is second waits.
        ignored: Folders in it that are no part of the corpus.
        pace: When a change is passed on.
        busy_seconds: Until the next try while another ingest is at work.
    """

    def __init__(
        self,
        folder: Path,
        reingester: Reingester,
        *,
        ignored: Sequence[Path] = (),
        pace: Pace | None = None,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self._folder = folder
        self._reingester = reingester
        self._ignored = ignored
        self._pace = pace
        self._busy_seconds = busy_seconds
        self._news = RoundNews()

    async def run(self) -> None:
        """Watch until cancelled."""
        stop = Event()
        watch = Watch([self._folder], stop, ignored=self._ignored, pace=self._pace)
        try:
            await _in_thread(watch.open, stop)
            while True:
                pause = await self._round(watch)
                await _in_thread(partial(watch.wait, pause), stop)
        finally:
            watch.close()

    async def _round(self, watch: Watch) -> float | None:
        """Ingest; return when to try again even without a change, None for never."""
        if not watch.is_anything_there():
            self._complain(FootnoteError(f"There is no corpus folder at {self._folder}."))
            return None
        try:
            report = await self._ingest()
        except IndexBusyError:
            return self._busy_seconds
        except FootnoteError as error:
            self._complain(error)
            return RETRY_SECONDS
        self._log(report)
        return None

    async def _ingest(self) -> IngestReport:
        events = self._reingester.run()
        try:
            reports = [event async for event in events if isinstance(event, IngestReport)]
        finally:
            close = getattr(events, "aclose", None)  # ends the work when this is cancelled
            if close is not None:
                await close()
        if not reports:
            raise FootnoteError("The ingest ended without a report.")
        return reports[-1]

    def _log(self, report: IngestReport) -> None:
        deeds, refused = self._news.of_report(report)
        if deeds:
            _log.info("the corpus folder changed: %s", deeds)
        for refusal in refused:
            _log.warning("refused %s: %s", refusal.file, refusal.reason)

    def _complain(self, error: FootnoteError) -> None:
        if (message := self._news.of_error(error)) is not None:
            _log.warning("cannot follow the corpus folder: %s", message)


@contextlib.asynccontextmanager
async def watching(corpus: CorpusWatch | None) -> AsyncIterator[None]:
    """Watch while the context lasts; a watch that breaks leaves the rest to go on."""
    if corpus is None:
        yield
        return
    task = asyncio.create_task(_guarded(corpus), name="corpus watch")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _guarded(corpus: CorpusWatch) -> None:
    try:
        await corpus.run()
    except Exception:  # noqa: BLE001  # whatever it is, the bot goes on answering
        _log.exception("the corpus folder is no longer watched; /reingest still works")


async def _in_thread(block: Callable[[], object], stop: Event) -> None:
    """Run ``block`` beside the loop; when this is cancelled, stop it and wait for its end."""
    running = asyncio.ensure_future(asyncio.to_thread(block))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({running})
        raise
