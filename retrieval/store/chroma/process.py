"""One run of the data folder's Chroma server, on a free port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from retrieval.errors import IndexBusyError, StorageError, UnavailableError
from retrieval.store.chroma import child as chroma_child
from retrieval.store.chroma import folder as chroma_folder
from retrieval.store.chroma.graph_copy import put_back_copies
from retrieval.store.chroma.threads import insert_at_once, insert_in_order
from retrieval.store.data_folder.processes import ProcessIdentity, identify

HOST: Final = "127.0.0.1"
LOG_BYTES: Final = 512 * 1024
"""The log is set aside at this size, so that it and the one before stay below about twice it."""
_START_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 3.0
_PORTS_TO_TRY: Final = 5
_POLL_SECONDS: Final = 0.02
_MALLOC_ARENAS: Final = "2"
"""Of glibc, which by default lets each thread keep freed memory of its own: with two the server
peaks at 250 MB instead of 300 while it takes 20,000 passages, and takes no longer."""
_LISTENING: Final = b"listening on address"
_NOT_INHERITED: Final = ("FOOTNOTE_", "CHROMA_", "OTEL_", "RUST_", "CONFIG_PATH")
"""Variables the server has no business with: our secrets, and switches to telemetry."""


class ChromaProcess:
    """A Chroma server of this process's own.

    To be started in a thread that outlives it: Linux ends it when that very thread ends.
    ``is_new`` says that nothing was ever put into the folder, so that no log of changes waits
    there and all threads may insert.
    """

    def __init__(self, data_dir: Path, *, is_new: bool = False) -> None:
        self._data_dir = data_dir
        self._is_new = is_new
        self._log = data_dir / "chroma.log"
        self._child: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self, port: int | None = None) -> None:
        """Start the server, on ``port`` if it is free, and return when it answers.

        Raises:
            IndexBusyError: if another process has the Chroma folder open.
            StorageError: if Chroma cannot work with the folder.
            UnavailableError: if the server does not answer in time.
        """
        self._tend_folder()
        for _ in range(_PORTS_TO_TRY):
            chosen, port = port or free_port(), None
            if self._start_on(chosen):
                return
            self.stop()
        raise self._failure("it found no free port")

    def identity(self) -> ProcessIdentity:
        """Return which process it is."""
        return identify(self._running().pid)

    def is_running(self) -> bool:
        """Tell whether the process has not ended."""
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """End the server, gently first."""
        if self._child is None:
            return
        for end in (self._child.terminate, self._child.kill):
            end()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(_STOP_SECONDS)
                break
        if self._child.stdin is not None:
            self._child.stdin.close()

    def trim_log(self) -> None:
        """Set the log aside when it has grown large; the one before goes."""
        with contextlib.suppress(OSError):
            if self._log.stat().st_size > LOG_BYTES:
                self._log.with_suffix(".log.1").write_bytes(self._log.read_bytes()[-LOG_BYTES:])
                os.truncate(self._log, 0)  # the server appends: it goes on at the start

    def _tend_folder(self) -> None:
        """Prepare Chroma's folder, or give space back, unless a server still has it open."""
        try:
            with FileLock(self._data_dir / "chroma.lock", thread_local=False, blocking=False):
                chroma_folder.prepare(self._data_dir / "chroma")
                put_back_copies(self._data_dir / "chroma")
                chroma_folder.reclaim(self._data_dir / "chroma")
        except Timeout:
            return  # the server waits for it, and says so if that is in vain
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"Chroma cannot open {self._data_dir / 'chroma'}: {error}. "
                "Check that the folder may be written and the disk is not full."
            ) from error

    def _start_on(self, port: int) -> bool:
        """Start on ``port`` and tell whether the server listens; false if the port is taken."""
        self.trim_log()
        try:
            with self._log.open("ab") as log:
                before = log.tell()
                self._child = self._spawn(port, log.fileno())
        except OSError as error:
            raise StorageError(
                f"The Chroma server cannot be started in {self._data_dir}: "
                f"{error.strerror or error}. Check the folder and its permissions."
            ) from error
        self.url = f"http://{HOST}:{port}"
        try:
            return self._wait_until_listening(before)
        except BaseException:
            self.stop()
            raise

    def _spawn(self, port: int, output: int) -> subprocess.Popen[bytes]:
        chroma, lock = self._data_dir / "chroma", self._data_dir / "chroma.lock"
        arguments = [str(chroma.resolve()), str(lock.resolve()), str(port), str(os.getpid())]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_INHERITED)}
        insert_at_once(environment) if self._is_new else insert_in_order(environment)
        environment.setdefault("MALLOC_ARENA_MAX", _MALLOC_ARENAS)
        return subprocess.Popen(  # noqa: S603  # our own script
            [sys.executable, "-P", chroma_child.__file__, *arguments],
            stdin=subprocess.PIPE,  # its end tells the child that we are gone
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # Ctrl-C is for us; we end the child after the last answer
        )

    def _wait_until_listening(self, log_start: int) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            status = self._running().poll()
            if status is not None:
                return self._explain_exit(status, self._output(log_start))
            # The child's own word first: whoever else took the port might answer too.
            if _LISTENING in self._output(log_start) and answers(self.url):
                return True
            time.sleep(_POLL_SECONDS)
        raise self._failure(f"it does not answer after {_START_SECONDS:.0f} s")

    def _explain_exit(self, status: int, output: bytes) -> bool:
        if status == chroma_child.EXIT_BUSY:
            raise IndexBusyError(
                f"Another process has {self._data_dir / 'chroma'} open. End it and try again."
            )
        if b"is not available" in output:
            return False
        lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
        last = next((line for line in reversed(lines) if line), f"exit status {status}")
        raise StorageError(
            f"Chroma cannot open {self._data_dir / 'chroma'}: {last[:200]} "
            f"(more in {self._log}). Check that the folder may be written and the disk is not full."
        )

    def _output(self, start: int) -> bytes:
        with contextlib.suppress(OSError), self._log.open("rb") as log:
            log.seek(start)
            return log.read(64 * 1024)
        return b""

    def _failure(self, why: str) -> UnavailableError:
        return UnavailableError(
            f"The Chroma server of {self._data_dir} cannot be used: {why} (see {self._log})."
        )

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            raise AssertionError("not started")
        return self._child


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def answers(url: str, timeout_seconds: float = 10.0) -> bool:
    """Tell whether a Chroma server on 127.0.0.1 answers its heartbeat at ``url``."""
    port = int(url.rpartition(":")[2])
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout_seconds)
    try:
        connection.request("GET", "/api/v2/heartbeat")
        return "nanosecond heartbeat" in json.loads(connection.getresponse().read(1024))
    except (OSError, http.client.HTTPException, ValueError, TypeError):
        return False
    finally:
        connection.close()
