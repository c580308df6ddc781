"""The process that serves a data folder's Chroma, and ends when its parent does.

Run as a script.  It loads nothing but Chroma's Rust part, so that it listens after 0.15 s and
takes 40 MB, where ``chroma run`` imports the whole Python package first (1.3 s).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Final

EXIT_BUSY: Final = 75
"""Another process has the Chroma folder open (EX_TEMPFAIL of sysexits.h)."""
_LOCK_SECONDS: Final = 5.0
_PR_SET_PDEATHSIG: Final = 1
_GRACE_SECONDS: Final = 1.0


def main(folder: str, lock_file: str, port: str, parent_pid: str) -> int:
    """Serve ``folder`` on 127.0.0.1 until told to end; returns the exit status."""
    _end_with_parent(int(parent_pid))

    from filelock import FileLock, Timeout

    # A second lock beside the owner's: it is free when no process has the folder open, even
    # where the owner died and this process, for some reason, did not.
    lock = FileLock(Path(lock_file), thread_local=False)
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout:
        return EXIT_BUSY

    import chromadb_rust_bindings  # type: ignore[import-untyped]  # ships no types

    chromadb_rust_bindings.cli(
        ["chroma", "run", "--path", folder, "--host", "127.0.0.1", "--port", port]
    )
    return 0


def _end_with_parent(parent_pid: int) -> None:
    """End when the parent does, by the kernel's word and by the end of standard input."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent_pid:
        sys.exit(0)  # it died before it could be watched
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
