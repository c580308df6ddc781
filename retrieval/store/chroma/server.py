"""The Chroma server of a data folder, whichever process runs it.

A thread follows who holds the folder.  While another process serves Chroma, that one's address
is used; as soon as nobody does, this process takes the lock and runs the server itself, starts
it again when it dies, and publishes where it is.  So a command that went through the bot goes
on when the bot is ended, and the bot when the chat that it went through is closed.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from retrieval.errors import FootnoteError, IndexBusyError, StorageError, UnavailableError
from retrieval.store.chroma.process import ChromaProcess, answers
from retrieval.store.data_folder.ownership import INDEX, FolderLock, LockWait, end_leftover

_START_SECONDS: Final = 25.0
"""How long a server may take to come up, or to come back."""
_TICK_SECONDS: Final = 0.1
_CHECK_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 10.0
"""How often the server is asked whether it lives, and how long it may take to say so."""
_MISSED_HEARTBEATS: Final = 3
_LONGEST_PAUSE_SECONDS: Final = 10.0
_STEADY_SECONDS: Final = 30.0
_log = logging.getLogger(__name__)


class LocalServer:
    """Finds the server of ``data_dir``, or runs it.

    A context manager: leaving it ends the server, if it is this process's own.
    """

    def __init__(
        self, data_dir: Path, *, doing: str, wait_seconds: float, is_new: bool = False
    ) -> None:
        self._data_dir = data_dir
        self._is_new = is_new
        self._doing = doing
        self._wait_seconds = wait_seconds
        self._lock = FolderLock(data_dir, INDEX)
        self._stopping = False
        self._changed = threading.Condition()
        self._url: str | None = None
        self._suspected: str | None = None
        self._trouble: FootnoteError | None = None
        self._port: int | None = None
        self._pause_seconds = _TICK_SECONDS
        # A thread of its own, since Linux ends a child with the thread that started it.
        self._keeper = threading.Thread(target=self._keep, name="chroma-server", daemon=True)

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._keeper.join()

    def url(self) -> str:
        """Return where the server listens now, waiting while there is none.

        Raises:
            IndexBusyError: if another process keeps Chroma to itself all that time.
            StorageError: if the data folder cannot be used.
            UnavailableError: if no server comes up.
        """
        begun, patience = time.monotonic(), LockWait(self._lock, self._wait_seconds)
        with self._changed:
            while self._url is None or self._url == self._suspected:
                if self._is_hopeless(time.monotonic() - begun):
                    raise self._trouble or UnavailableError(
                        f"The Chroma server of {self._data_dir} does not come up; "
                        f"see {self._data_dir / 'chroma.log'}."
                    )
                if isinstance(self._trouble, IndexBusyError):
                    patience.tell(self._trouble)
                self._changed.wait(_TICK_SECONDS)
            return self._url

    def is_own(self) -> bool:
        """Tell whether this process runs the server, and no other."""
        return self._lock.is_held

    def suspect(self, url: str) -> None:
        """Hear that nobody answered at ``url``."""
        with self._changed:
            if url == self._url:
                self._suspected = url
                self._changed.notify_all()

    def _is_hopeless(self, waited_seconds: float) -> bool:
        if isinstance(self._trouble, IndexBusyError):
            return waited_seconds >= self._wait_seconds
        if isinstance(self._trouble, StorageError):
            return True
        return waited_seconds >= _START_SECONDS

    def _keep(self) -> None:
        while not self._stopping:
            try:
                if self._lock.is_held:
                    self._serve()
                else:
                    self._follow()
            except (FootnoteError, OSError) as error:
                if isinstance(error, StorageError):
                    self._lock.release()  # the folder may be another one by now
                self._set(None, _told(error))
                self._pause()
            else:
                self._sleep(_TICK_SECONDS)
        self._lock.release()

    def _follow(self) -> None:
        """Use the server of whoever holds the lock, or take the lock."""
        holder = self._lock.holder()
        url = holder.served_url() if holder else None
        if url is not None and (url != self._suspected or answers(url)):
            self._suspected = None
            self._is_new = False
            self._set(url)
            self._sleep(_CHECK_SECONDS)
        elif self._lock.try_acquire(self._doing):
            end_leftover(holder)
        else:
            comes_back = holder is not None and holder.url is not None and holder.is_here()
            self._set(None, None if comes_back else self._lock.busy())

    def _serve(self) -> None:
        """Run the server until it ends or this object is closed."""
        self._check_folder()
        process = ChromaProcess(self._data_dir, is_new=self._is_new)
        self._is_new = False  # the next run of it has a log to apply
        process.start(self._port)
        try:
            self._port = int(process.url.rpartition(":")[2])
            self._lock.publish_server(process.url, process.identity())
            self._suspected = None
            self._set(process.url)
            self._watch(process)
        finally:
            self._set(None)
            process.stop()
        if not self._stopping:
            _log.warning("the Chroma server ended; starting it again")
            self._pause()

    def _watch(self, process: ChromaProcess) -> None:
        """Return when the server has to be started again, or not at all any more."""
        begun = checked = beaten = time.monotonic()
        missed = 0
        while process.is_running() and missed < _MISSED_HEARTBEATS:
            self._sleep(_TICK_SECONDS)
            now = time.monotonic()
            if self._stopping:
                return
            if now - checked >= _CHECK_SECONDS:
                checked = now
                self._check_folder()
            if now - beaten >= HEARTBEAT_SECONDS or self._suspected or missed:
                missed = 0 if answers(process.url, HEARTBEAT_SECONDS) else missed + 1
                beaten = time.monotonic()
                self._suspected = None
                process.trim_log()
            if now - begun >= _STEADY_SECONDS:
                self._pause_seconds = _TICK_SECONDS

    def _check_folder(self) -> None:
        if not self._lock.is_intact():
            raise StorageError(
                f"The data folder {self._data_dir} was removed or replaced while in use. "
                "Run `footnote ingest` again; the bot shows nothing until `footnote kb grant` "
                "opens it again."
            )

    def _set(self, url: str | None, trouble: FootnoteError | None = None) -> None:
        with self._changed:
            self._url, self._trouble = url, trouble
            self._changed.notify_all()

    def _sleep(self, seconds: float) -> None:
        with self._changed:
            if not self._stopping:
                self._changed.wait(seconds)

    def _pause(self) -> None:
        """Sleep before the next attempt, longer each time."""
        deadline = time.monotonic() + self._pause_seconds
        while not self._stopping and (left := deadline - time.monotonic()) > 0:
            self._sleep(left)
        self._pause_seconds = min(self._pause_seconds * 2, _LONGEST_PAUSE_SECONDS)


def _told(error: FootnoteError | OSError) -> FootnoteError:
    if isinstance(error, FootnoteError):
        return error
    return StorageError(f"The Chroma server cannot be run: {error.strerror or error}.")
