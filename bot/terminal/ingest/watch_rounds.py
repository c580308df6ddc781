"""``footnote ingest --watch``: a round at once, and one after each change."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, Final

from bot.terminal.failures import complain
from bot.terminal.ingest.progress import progress_display
from bot.terminal.output import print_json, print_line
from ingest.files.rounds import RoundNews
from ingest.files.watching import Pace, Watch
from retrieval.errors import FootnoteError, UsageError

if TYPE_CHECKING:
    from bot.librarian import IngestRequest
    from bot.terminal.app import Session
    from ingest.report import IngestReport

RETRY_SECONDS: Final = 30.0
"""A round that failed is tried again then, or after the next change."""


def ingest_and_watch(
    session: Session, request: IngestRequest, *, as_json: bool, pace: Pace | None = None
) -> int:
    """Ingest now and after each change, until SIGTERM; return the exit status.

    Raises:
        KeyboardInterrupt: Ctrl-C.
        UsageError: the request was wrong from the start.
    """
    stop = Event()
    pace = pace or Pace()
    request = replace(request, settled_seconds=pace.whole_seconds)
    rounds = _Rounds(session, request, as_json=as_json)
    with (
        Watch(request.paths, stop, ignored=(session.data_dir,), pace=pace) as watch,
        _stopped_by_sigterm(stop, lambda: rounds.is_running),
    ):
        is_waiting_for_paths = False
        went_well = True
        while True:
            if watch.is_anything_there():
                is_waiting_for_paths = False
                went_well = rounds.run(watch.is_anything_there)
            else:
                went_well = True  # nothing to try again before they are there
                if not is_waiting_for_paths:
                    complain(f"there is nothing at {_named(request)}; waiting for it")
                is_waiting_for_paths = True
            if not watch.wait(None if went_well else RETRY_SECONDS):
                return 0


class _Rounds:
    """Carries out one round after the other and says what each did."""

    def __init__(self, session: Session, request: IngestRequest, *, as_json: bool) -> None:
        self._session = session
        self._request = request
        self._as_json = as_json
        self._news = RoundNews()
        self._is_first = True
        self.is_running = False

    def run(self, is_anything_there: Callable[[], bool]) -> bool:
        """Carry out a round, and tell whether it went well."""
        self.is_running = True
        try:
            with progress_display(shown=not self._as_json) as listener:
                report = self._session.ingest(self._request, listener)
        except FootnoteError as error:
            # A folder that vanished since the last look is waited for; it is no wrong usage.
            if isinstance(error, UsageError) and is_anything_there():
                raise
            if (message := self._news.of_error(error)) is not None:
                complain(message)
            return False
        finally:
            self.is_running = False
        self._tell(report)
        return True

    def _tell(self, report: IngestReport) -> None:
        deeds, refused = self._news.of_report(report)
        if self._as_json:
            from bot.terminal.printing.json_shapes import ingest_shape

            print_json(ingest_shape(report))
        else:
            if deeds or self._is_first:
                print_line(f"{time.strftime('%H:%M:%S')} {deeds or 'nothing has changed'}")
            for refusal in refused:
                complain(f"refused {refusal.file}: {refusal.reason}")
        if self._is_first and sys.stderr.isatty():
            complain(f"watching {_named(self._request)}; Ctrl-C stops")
        self._is_first = False


def _named(request: IngestRequest) -> str:
    return ", ".join(map(str, request.paths))


@contextmanager
def _stopped_by_sigterm(stop: Event, is_busy: Callable[[], bool]) -> Iterator[None]:
    """Let SIGTERM end the wait, or a round under way, which the next ingest finishes."""
    if current_thread() is not main_thread():
        yield  # Python handles signals there alone
        return

    def handle(_number: int, _frame: object) -> None:
        stop.set()
        if is_busy():
            sys.exit(0)

    before = signal.signal(signal.SIGTERM, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
