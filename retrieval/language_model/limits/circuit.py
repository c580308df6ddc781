"""A circuit breaker: a model that keeps failing is left alone for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

FAILURES: Final = 5
"""So many in a row open the circuit."""
REST_SECONDS: Final = 30.0
"""How long it stays open at first; twice as long each time the probe fails …"""
MOST_REST_SECONDS: Final = 600.0
"""… up to this."""


class Circuit:
    """Closed: all calls pass.  Open: none does.  Half open, after a rest: one does, to see.

    Every ``admit`` that returns None is followed by one of ``succeeded``, ``failed`` and
    ``abandoned``.  Any thread may call.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Measure time by ``clock``, in seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rest_seconds = REST_SECONDS
        self._open_until: float | None = None
        self._is_probing = False

    def admit(self) -> float | None:
        """Return None if a call may pass, else for how many seconds yet none should."""
        with self._lock:
            if self._open_until is None:
                return None
            remaining = self._open_until - self._clock()
            if remaining > 0 or self._is_probing:
                return max(remaining, 1.0)
            self._is_probing = True
            return None

    def succeeded(self) -> None:
        """Close the circuit."""
        with self._lock:
            self._failures = 0
            self._rest_seconds = REST_SECONDS
            self._open_until = None
            self._is_probing = False

    def failed(self) -> None:
        """Count a failure; open the circuit if it is one too many, or the probe's."""
        with self._lock:
            self._failures += 1
            if self._is_probing:
                self._rest_seconds = min(2 * self._rest_seconds, MOST_REST_SECONDS)
            if self._is_probing or (self._open_until is None and self._failures >= FAILURES):
                self._open_until = self._clock() + self._rest_seconds
            self._is_probing = False

    def abandoned(self) -> None:
        """Learn nothing from a call that said nothing about the model's server."""
        with self._lock:
            self._is_probing = False
