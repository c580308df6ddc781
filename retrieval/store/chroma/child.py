"""The process that serves a data folder's Chroma, and ends when its parent does.

Run as a script.  It loads nothing but Chroma's Rust part, so that it listens after 0.2 s and
takes 40 MB, where ``chroma run`` imports the whole Python package first (1.3 s).

All of the server stays on one core, but for the threads that insert into the vector graph.
Chroma 1.5.9 hands every row to a thread of SQLite and waits for it, and on two cores a quarter
of its time went into waking the other one: 100,000 passages took 136 s, and take 97 s.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

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

    _start_inserting_threads(chromadb_rust_bindings)
    _stay_on_one_core()
    chromadb_rust_bindings.cli(
        ["chroma", "run", "--path", folder, "--host", "127.0.0.1", "--port", port]
    )
    return 0


def _start_inserting_threads(chroma: Any) -> None:  # noqa: ANN401  # ships no types
    """Let Chroma start the threads that it inserts with, which then run on any core.

    They start with the first vector that the process inserts, and last as long as it does.
    """
    in_memory = chroma.SqliteDBConfig(chroma.MigrationHash.MD5, chroma.MigrationMode.Apply, None)
    scratch = chroma.Bindings(
        allow_reset=False, sqlite_db_config=in_memory, hnsw_cache_size=1, persist_path=None
    )
    made = scratch.create_collection("scratch")
    scratch.add(["1"], str(made.id), [[1.0]])


def _stay_on_one_core() -> None:
    """Keep this thread, and all that it starts from now on, on one core, where that is allowed."""
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        # As many as ever: by itself Chroma would count the one core that it may use.
        os.environ.setdefault("TOKIO_WORKER_THREADS", str(len(cores)))
        with contextlib.suppress(OSError):
            # Servers of several folders spread over the cores.
            os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})


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
