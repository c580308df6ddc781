"""An event loop in a thread of its own, for calls that have to end in time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

_T = TypeVar("_T")
_GRACE_SECONDS: Final = 1.0
"""How much longer than its own limit a coroutine is waited for, should its loop be busy."""


class LoopThread:
    """Runs coroutines for threads that wait for them.

    A blocking read cannot be ended from outside; a task can be cancelled, and its connection
    is closed with it, so that a server stops writing what nobody reads any more.  The thread
    begins with the first call and ends with ``close``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, coroutine: Coroutine[Any, Any, _T], *, limit_seconds: float) -> _T:
        """Return what ``coroutine`` returns; it is cancelled when the caller is interrupted.

        Raises:
            TimeoutError: if it did not end by itself within the limit and a second more.
        """
        future = asyncio.run_coroutine_threadsafe(coroutine, self._running())
        try:
            return future.result(limit_seconds + _GRACE_SECONDS)
        finally:
            future.cancel()

    def close(self) -> None:
        """Cancel what still runs and end the thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(timeout=5)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                started = threading.Event()
                self._thread = threading.Thread(
                    target=self._run_loop, args=(started,), name="model-calls", daemon=True
                )
                self._thread.start()
                started.wait()
            assert self._loop is not None  # noqa: S101 - the thread sets it before the event
            return self._loop

    def _run_loop(self, started: threading.Event) -> None:
        with asyncio.Runner() as runner:
            self._loop = loop = runner.get_loop()
            started.set()
            loop.run_forever()
