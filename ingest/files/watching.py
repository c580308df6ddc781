"""Notices that files changed, and waits until they are whole."""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final, Self

from watchfiles import Change, watch

from ingest.files.scanning import is_passed_over

_log = logging.getLogger(__name__)

Signature = tuple[int, ...]
"""What of a file or folder is different after a change."""
_STEP_MS: Final = 50
"""How soon a stop is noticed."""
_POLL_DELAY_MS: Final = 1_000
"""Where the system does not tell of changes, a look at every file costs more than a notice."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When a change is passed on."""

    quiet_seconds: float = 1.0
    """After so long without another change …"""
    longest_seconds: float = 4.0
    """… or after so long of continuous change."""
    whole_seconds: float = 0.5
    """A file is whole when its size and time were the same so long."""
    look_seconds: float = 0.25
    """Between two looks."""


class Settling:
    """Decides when changes are passed on; knows no clock and no files.

    A path that keeps changing is held back for as long as it does, the others for at most
    ``Pace.longest_seconds``.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._same_since: dict[Path, tuple[Signature | None, float]] = {}
        self._first = self._last = 0.0

    def changed(self, path: Path, signature: Signature | None, now: float) -> None:
        """Take note of a change; the signature is None where nothing is any more."""
        if not self._same_since:
            self._first = now
        self._same_since[path] = (signature, now)
        self._last = now

    def look(self, now: float, signature_of: Callable[[Path], Signature | None]) -> bool:
        """Look at what changed, and tell whether to pass it on now, which forgets it."""
        for path, (before, _) in list(self._same_since.items()):
            signature = signature_of(path)
            if signature != before:
                self.changed(path, signature, now)
        whole = [
            path
            for path, (_, since) in self._same_since.items()
            if now - since >= self._pace.whole_seconds
        ]
        is_quiet = now - self._last >= self._pace.quiet_seconds
        if not whole or not (is_quiet or now - self._first >= self._pace.longest_seconds):
            return False
        for path in whole:
            del self._same_since[path]
        self._first = now
        return True


class Watch:
    """Watches folders with all below them, and single files, be they there yet or not.

    Hidden files and folders are passed over, as in an ingest, and so are the temporary files
    of editors and downloads: a change is noticed when such a file gets its final name.  What
    happens between two calls of ``wait`` is not missed.  Not for two threads at a time.

    Args:
        paths: What to watch.
        stop: Ends a ``wait`` within about 50 ms when it is set.
        ignored: Folders whose files are none of the watch's business.
        pace: When a change is passed on.
        clock: In seconds.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        stop: Event,
        *,
        ignored: Sequence[Path] = (),
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._paths = tuple(path.absolute() for path in paths)
        self._stop = stop
        self._ignored = tuple(path.resolve() for path in ignored)
        self._pace = pace or Pace()
        self._clock = clock
        self._settling = Settling(self._pace)
        self._seen: dict[Path, Signature | None] = {}
        self._folders: dict[Path, Signature] = {}
        self._notices: Iterator[set[tuple[Change, str]]] | None = None

    def open(self) -> None:
        """Begin: from here on no change is missed."""
        self._seen = {path: _identity(path) for path in self._paths}
        self._listen()

    def close(self) -> None:
        """Stop listening; ``open`` begins anew."""
        notices, self._notices, self._folders = self._notices, None, {}
        close = getattr(notices, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> Self:
        """Open the watch."""
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def is_anything_there(self) -> bool:
        """Tell whether one of the paths exists."""
        return any(_identity(path) is not None for path in self._paths)

    def wait(self, at_latest_seconds: float | None = None) -> bool:
        """Block until something changed and is whole, or so long; False if stopped."""
        began = self._clock()
        while not self._stop.is_set():
            self._note(self._noticed())
            self._note(self._changed_paths())
            self._listen()
            now = self._clock()
            if self._settling.look(now, _signature):
                return True
            if at_latest_seconds is not None and now - began >= at_latest_seconds:
                return True
        return False

    def _note(self, paths: Iterable[Path]) -> None:
        for path in paths:
            self._settling.changed(path, _signature(path), self._clock())

    def _noticed(self) -> list[Path]:
        """Wait for one look's time, and return what the system says has changed."""
        if self._notices is None:
            self._stop.wait(self._pace.look_seconds)
            return []
        try:
            changes = next(self._notices, None)
        except (OSError, RuntimeError) as error:
            _log.warning("watching is interrupted, and begins again: %s", error)
            self.close()
            return list(self._paths)
        for change, name in changes or ():
            if change is Change.deleted and Path(name) in self._folders:
                self._folders = {}  # the same name may be another folder by the next look
        return [path for _, name in changes or () if self._concerns(path := Path(name))]

    def _changed_paths(self) -> list[Path]:
        """Return which of the watched paths themselves came, went or were exchanged.

        The system tells nothing of a folder that is not there, of one whose parent is moved
        away, nor of a file that is replaced by another of its name.
        """
        seen = {path: _identity(path) for path in self._paths}
        changed = [path for path in self._paths if seen[path] != self._seen.get(path)]
        self._seen = seen
        return changed

    def _concerns(self, path: Path) -> bool:
        folders = [folder for folder in self._folders if path.is_relative_to(folder)]
        return not folders or any(self._is_seen(path, folder) for folder in folders)

    def _is_seen(self, path: Path, folder: Path) -> bool:
        """Tell whether an ingest of ``folder`` would look at ``path`` in it."""
        ignored = (other for other in self._ignored if folder in other.parents)
        return not is_passed_over(path.relative_to(folder)) and not any(
            path.is_relative_to(other) for other in ignored
        )

    def _listen(self) -> None:
        """Listen to the folders that are there now, unless that is so already."""
        folders = {
            path.resolve(): identity
            for path in self._paths
            if (identity := self._seen.get(path)) is not None and path.is_dir()
        }
        if folders == self._folders:
            return
        self.close()
        if not folders:
            return
        try:
            self._notices = self._listening(folders, by_polling=None)
        except FileNotFoundError:
            return  # gone again: the next look finds out
        except (OSError, RuntimeError) as error:
            _log.warning("the system cannot tell of changes (%s): looking at every file", error)
            self._notices = self._listening(folders, by_polling=True)
        self._folders = folders

    def _listening(
        self, folders: Iterable[Path], *, by_polling: bool | None
    ) -> Iterator[set[tuple[Change, str]]]:
        look_ms = round(self._pace.look_seconds * 1_000)
        notices = watch(
            *folders,
            watch_filter=None,  # so that it returns even while only hidden files change
            debounce=look_ms,
            step=min(_STEP_MS, look_ms),
            stop_event=self._stop,
            rust_timeout=look_ms,
            yield_on_timeout=True,
            force_polling=by_polling,
            poll_delay_ms=_POLL_DELAY_MS,
            ignore_permission_denied=True,
        )
        first = next(notices, set())  # it listens from its first step on
        self._folders = dict.fromkeys(folders, ())
        self._note(path for _, name in first if self._concerns(path := Path(name)))
        return notices


def _signature(path: Path) -> Signature | None:
    try:
        found = os.stat(path)  # noqa: PTH116  # also of names that are no text
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _identity(path: Path) -> Signature | None:
    """Return what tells a file's state, or a folder from another of its name."""
    try:
        found = path.stat()
    except OSError:
        return None
    if stat.S_ISDIR(found.st_mode):
        return found.st_dev, found.st_ino
    return found.st_size, found.st_mtime_ns, found.st_ino
