"""Who holds the data folder: a lock, and a note beside it that says who and where.

The lock decides; the operating system lets go of it when its holder dies, however it dies.
The note is for the others: whom they wait for, and where a Chroma server listens.  A note
that a dead process left behind is recognised by the process's start time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from retrieval.errors import IndexBusyError, StorageError
from retrieval.store.data_folder.processes import ProcessIdentity, place, this_process

INDEX: Final = "index"
"""Held by whoever has Chroma to itself or runs its server."""
INGEST: Final = "ingest"
"""Held by whoever changes what is indexed, wherever Chroma runs."""
_POLL_SECONDS: Final = 0.1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, as the note beside it says."""

    process: ProcessIdentity
    doing: str
    since: str
    """ISO 8601, to the second, with the offset."""
    place: str
    url: str | None = None
    """Where its Chroma server listens; None while it keeps Chroma to itself."""
    server: ProcessIdentity | None = None
    """The process of that server."""

    def is_here(self) -> bool:
        """Tell whether its pids and addresses mean the same to this process."""
        return self.place == place()

    def served_url(self) -> str | None:
        """Return where its server can be reached from here, None if it cannot."""
        alive = self.is_here() and self.process.is_alive()
        return self.url if alive and self.server and self.server.is_alive() else None

    def __str__(self) -> str:
        where = "" if self.is_here() else " in another container or on another machine"
        return f"process {self.process.pid}{where} ({self.doing} since {self.since[11:16]})"


class FolderLock:
    """An exclusive lock in the data folder.  Any thread may take it or let go of it."""

    def __init__(self, data_dir: Path, name: str) -> None:
        self.data_dir = data_dir
        # thread_local would make release() in another thread do nothing at all.
        self._lock = FileLock(data_dir / f"{name}.lock", thread_local=False)
        self._note = data_dir / f"{name}.owner.json"
        self._published: Holder | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock.is_locked

    def try_acquire(self, doing: str) -> bool:
        """Take the lock if it is free, and tell whether it was.

        Raises:
            StorageError: if the data folder cannot be used.
        """
        with _storage_errors(self.data_dir):
            self.data_dir.stat()  # filelock would make a folder that was removed anew
            try:
                self._lock.acquire(blocking=False)
            except Timeout:
                return False
            try:
                now = datetime.now().astimezone().isoformat(timespec="seconds")
                self.publish(Holder(this_process(), doing, now, place()))
            except BaseException:
                self._lock.release()
                raise
        return True

    def acquire(self, doing: str, wait_seconds: float) -> None:
        """Take the lock, waiting for whoever holds it.

        Raises:
            IndexBusyError: if it is not free by then.
            StorageError: if the data folder cannot be used.
        """
        patience = LockWait(self, wait_seconds)
        while not self.try_acquire(doing):
            patience.wait()

    def publish(self, holder: Holder) -> None:
        """Write the note, whole or not at all."""
        temporary = self._note.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(asdict(holder)), "utf-8")
        temporary.replace(self._note)
        self._published = holder

    def publish_server(self, url: str, server: ProcessIdentity) -> None:
        """Add to the note where the holder's Chroma server listens."""
        if self._published is None:
            raise AssertionError("only a holder has a server")
        with _storage_errors(self.data_dir):
            self.publish(replace(self._published, url=url, server=server))

    def holder(self) -> Holder | None:
        """Return whom the note names, None where it names nobody or cannot be read."""
        try:
            return _decoded(json.loads(self._note.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def is_intact(self) -> bool:
        """Tell whether the note is still this object's, so the folder still the same one."""
        return self.is_held and self.holder() == self._published

    def release(self) -> None:
        """Let go, and take the note away."""
        if not self.is_held:
            return
        if self.is_intact():
            with contextlib.suppress(OSError):
                self._note.unlink(missing_ok=True)
        self._lock.release()

    def busy(self) -> IndexBusyError:
        """Return the error that says who holds the lock."""
        return IndexBusyError(
            f"The index in {self.data_dir} is in use by {self.holder() or 'another process'}. "
            "Wait until it is done, or end it."
        )


class LockWait:
    """Waits for a lock's holder up to a time, saying once for whom."""

    def __init__(self, lock: FolderLock, wait_seconds: float) -> None:
        self._lock = lock
        self._wait_seconds = wait_seconds
        self._deadline = time.monotonic() + wait_seconds
        self._has_told = False

    def wait(self) -> None:
        """Sleep a moment.

        Raises:
            IndexBusyError: if the time is over.
        """
        if time.monotonic() >= self._deadline:
            raise self._lock.busy()
        self.tell(self._lock.busy())
        time.sleep(_POLL_SECONDS)

    def tell(self, busy: IndexBusyError) -> None:
        """Say on the log, the first time, for whom this process waits."""
        if not self._has_told:
            self._has_told = True
            _log.warning("waiting up to %.0f s: %s", self._wait_seconds, busy)


@contextmanager
def alone(data_dir: Path, name: str, *, doing: str, wait_seconds: float) -> Iterator[None]:
    """Hold the data folder's lock ``name``.

    Raises:
        IndexBusyError: if another process holds it all that time.
        StorageError: if the data folder cannot be used.
    """
    make_folder(data_dir)
    lock = FolderLock(data_dir, name)
    lock.acquire(doing, wait_seconds)
    try:
        yield
    finally:
        lock.release()


def make_folder(data_dir: Path) -> None:
    """Make the data folder where there is none.

    Raises:
        StorageError: if that is not possible.
    """
    with _storage_errors(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)


def end_leftover(holder: Holder | None) -> None:
    """End the Chroma server that a dead holder left behind, if one still runs."""
    server = holder.server if holder and holder.is_here() else None
    if server is not None and server.started and server.is_alive():
        _log.warning("ending a Chroma server (process %d) that was left behind", server.pid)
        server.end()


@contextmanager
def _storage_errors(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The data folder {data_dir} cannot be used: {error.strerror or error}. "
            "Choose another with FOOTNOTE_DATA_DIR, or fix its permissions."
        ) from error


def _decoded(values: Mapping[str, Any]) -> Holder:
    return Holder(
        process=_decoded_process(values["process"]),
        doing=str(values["doing"]),
        since=str(values["since"]),
        place=str(values["place"]),
        url=str(values["url"]) if values["url"] else None,
        server=_decoded_process(values["server"]) if values["server"] else None,
    )


def _decoded_process(values: Mapping[str, Any]) -> ProcessIdentity:
    return ProcessIdentity(int(values["pid"]), str(values["started"]))
