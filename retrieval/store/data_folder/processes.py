"""Knowing a process again: by the time a pid is read from a file it may be another's."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process and no other, whatever its pid comes to mean later."""

    pid: int
    started: str
    """When it began, in the kernel's words; empty where the kernel cannot be asked."""

    def is_alive(self) -> bool:
        """Tell whether the process still runs; true where that cannot be known."""
        return not self.started or _started(self.pid) == self.started

    def end(self, patience_seconds: float = 2.0) -> bool:
        """Ask the process to end, then make it, and tell whether it is gone."""
        for name in ("SIGTERM", "SIGKILL"):
            if not self.started or not self.is_alive():
                break  # never a signal to a pid that may be somebody else's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, getattr(signal, name, signal.SIGTERM))
            deadline = time.monotonic() + patience_seconds
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        return bool(self.started) and not self.is_alive()


def identify(pid: int) -> ProcessIdentity:
    """Return the identity of the process that has ``pid`` now."""
    return ProcessIdentity(pid, _started(pid) or "")


def this_process() -> ProcessIdentity:
    """Return the identity of the calling process."""
    return identify(os.getpid())


def place() -> str:
    """Return a name for the surroundings in which pids and loopback ports mean the same.

    Two containers may share a data folder and its locks, but neither pids nor 127.0.0.1.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        spaces = [Path(f"/proc/self/ns/{kind}").readlink() for kind in ("pid", "net")]
    except OSError:
        return platform.node()
    return " ".join([boot, *map(str, spaces)])


def _started(pid: int) -> str | None:
    """Return when the process began, None if there is none, empty if that cannot be known."""
    if platform.system() == "Linux":
        return _started_on_linux(pid)
    return _started_by_ps(pid) if os.name == "posix" else ""


def _started_on_linux(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold anything
    return None if fields[0] in "ZX" else fields[19]  # a zombie holds nothing any more


def _started_by_ps(pid: int) -> str | None:
    listed = subprocess.run(  # noqa: S603  # a fixed command and a number
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, started = listed.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()
