"""An ingest in a process of its own, so that embedding never holds up the bot.

Writing to Chroma holds the interpreter's lock for hundreds of milliseconds at a time, which
would cost the bot its heartbeats.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from bot.processes.events import Event, decode_event
from ingest.report import IngestReport
from retrieval.errors import FileRefusedError, FootnoteError, IndexBusyError, UnavailableError

DEFAULT_ARGV: Final = (sys.executable, "-m", "bot.terminal.main", "ingest", "--events")
LONGEST_LINE_BYTES: Final = 64 * 1024 * 1024
"""A report names every file that was read or refused."""
NICENESS: Final = 10
"""Who asks the bot comes first; an ingest takes what is left of the processor."""
_TERMINATE_SECONDS: Final = 5.0
_DONE: Final = frozenset({0, FileRefusedError.exit_status})
_log = logging.getLogger(__name__)


class ChildIngest:
    """A ``Reingester`` that starts a command and reads events from its standard output.

    One run at a time.  The command's process ends with the run: by itself, or at the latest
    when whoever iterates stops or is cancelled.
    """

    def __init__(self, argv: Sequence[str] = DEFAULT_ARGV) -> None:
        self._argv = tuple(argv)
        self._is_running = False

    async def run(self) -> AsyncGenerator[Event, None]:
        """Yield progress and, last, the report.

        Raises:
            IndexBusyError: when another run of this object has not ended.
            FootnoteError: what the command says, or its last line on standard error.
        """
        if self._is_running:
            raise IndexBusyError("An ingest is running already; try again when it is done.")
        self._is_running = True
        try:
            child = await self._start()
            try:
                async with contextlib.aclosing(_events(child)) as events:
                    async for event in events:
                        yield event
            finally:
                await _end(child)
        finally:
            self._is_running = False

    async def _start(self) -> Process:
        try:
            child = await asyncio.create_subprocess_exec(
                *self._argv, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, limit=LONGEST_LINE_BYTES
            )
        except OSError as error:
            raise UnavailableError(f"The ingest could not be started: {error}") from error
        if hasattr(os, "setpriority"):  # before it has threads of its own, which inherit this
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, child.pid, NICENESS)
        return child


async def _events(child: Process) -> AsyncGenerator[Event, None]:
    if child.stdout is None or child.stderr is None:
        raise AssertionError("the child was started with pipes")
    complaint = asyncio.create_task(_last_line(child.stderr))
    report: IngestReport | None = None
    try:
        async for line in child.stdout:
            event = _event(line)
            if isinstance(event, IngestReport):
                report = event  # held back until the child's exit confirms it
            elif event is not None:
                yield event
        status = await child.wait()
        last_words = await complaint
    finally:
        complaint.cancel()
    if status not in _DONE or report is None:
        raise FootnoteError(last_words or f"The ingest ended with exit status {status}.")
    yield report


def _event(line: bytes) -> Event | None:
    """Return the event in ``line``; a line that is none is a library's chatter."""
    text = line.decode("utf-8", errors="replace").strip()
    if not text:
        return None
    try:
        return decode_event(text)
    except ValueError:
        _log.warning("the ingest printed %r", text[:200])
        return None


async def _last_line(stream: asyncio.StreamReader) -> str:
    """Read ``stream`` to its end, so that the child never waits, and return its last line."""
    tail = b""
    while chunk := await stream.read(65536):
        tail = (tail + chunk)[-8192:]
    lines = [line.strip() for line in tail.decode("utf-8", errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")


async def _end(child: Process) -> None:
    """Make sure that the child is gone."""
    if child.returncode is not None:
        return
    for stop in (child.terminate, child.kill):
        with contextlib.suppress(ProcessLookupError):
            stop()
        try:
            await asyncio.wait_for(child.wait(), _TERMINATE_SECONDS)
        except TimeoutError:
            continue
        return
