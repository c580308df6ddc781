"""What whoever asks may see: everything, unless a face says otherwise for the time of a call.

Threads of live channels have a room.  Who asks from Discord sees those of the rooms that
everybody who will read the answer may read; ``seeing`` says so around a call, and whatever is
read of passages and posts within it keeps to it (``retrieval.store.out_of_sight``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen of live channels; all other threads may be seen anyway."""

    rooms: frozenset[str] | None = frozenset()
    """The rooms whose threads may be seen; None: all of them."""
    gone: frozenset[str] = frozenset()
    """Posts that were deleted in Discord, whether or not an ingest knows of it yet."""


_SIGHT: ContextVar[Sight | None] = ContextVar("sight", default=None)


@contextmanager
def seeing(sight: Sight | None) -> Iterator[None]:
    """Let what is read in this thread, while the context lasts, keep to ``sight``.

    None: it may all be seen, as by the operator.
    """
    token = _SIGHT.set(sight)
    try:
        yield
    finally:
        _SIGHT.reset(token)


def current_sight() -> Sight | None:
    """Return what may be seen just now; None: everything."""
    return _SIGHT.get()
