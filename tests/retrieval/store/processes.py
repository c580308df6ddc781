"""Real processes that use one data folder, for tests."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

_ROOT: Final = Path(__file__).parents[3]
_SCRIPT: Final = Path(__file__).with_name("chroma_user.py")


class ChromaUser:
    """A ``chroma_user`` process."""

    def __init__(self, data_dir: Path, doing: str, *options: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, str(_SCRIPT), str(data_dir), doing, *options],
            cwd=_ROOT,
            env={"PYTHONPATH": str(_ROOT), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._child.pid
        self.complaints: list[str] = []
        self._reader = threading.Thread(target=self._read_complaints, daemon=True)
        self._reader.start()

    def _read_complaints(self) -> None:
        assert self._child.stderr is not None
        self.complaints.extend(self._child.stderr)

    def heard(self) -> Any:
        """Return what the process says next."""
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        assert line, f"it ended: {''.join(self.complaints)}"
        return json.loads(line)

    def ask(self, order: str, *arguments: object) -> Any:
        """Tell the process what to do and return what it says."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps([order, *arguments]) + "\n")
        self._child.stdin.flush()
        return self.heard()

    def leave(self) -> None:
        """Let the process end as it should."""
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.close()
        self._child.wait(15)
        self._reader.join(5)

    def kill(self) -> None:
        """End the process as the out-of-memory killer would."""
        self._child.kill()
        self._child.wait(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child.poll() is None:
            self.kill()
        self._reader.join(5)
        for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def wait_until(condition: Callable[[], bool], limit_seconds: float = 60.0) -> None:
    """Wait until ``condition`` holds; fails after a limit that no machine is too busy for."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < limit_seconds, "it did not come to pass"
        time.sleep(0.01)
