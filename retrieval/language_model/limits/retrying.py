"""How long to wait before the next attempt."""

from __future__ import annotations

from typing import Final

_FIRST_SECONDS: Final = 0.5
_MOST_SECONDS: Final = 8.0


def pause_seconds(attempt: int, asked_seconds: float | None, chance: float) -> float:
    """Return the pause after a failed attempt: what the server asks for, and some jitter.

    Without a wish of the server it is exponential backoff with "full jitter" (Brooker,
    "Exponential Backoff And Jitter", AWS 2015): anything up to 0.5 s, 1 s, 2 s …

    Args:
        attempt: how many attempts have failed, from 1.
        asked_seconds: ``Retry-After``, if there was one; never undercut.
        chance: a number in [0, 1) drawn by the caller.
    """
    if asked_seconds is not None:
        return asked_seconds + chance * _FIRST_SECONDS
    ceiling: float = min(_MOST_SECONDS, _FIRST_SECONDS * 2 ** (attempt - 1))
    return chance * ceiling
