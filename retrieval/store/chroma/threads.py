"""How many threads Chroma inserts vectors with: one, wherever its log may hold deletions.

Chroma 1.5.9 keeps up to 1,000 changes in a log and applies them anew whenever a process opens
the collection: in a random order, and with a thread for each core.  Where deletions are among
them, two threads now and then leave a vector that no search can reach.  Measured with logs of
900 insertions and 540 or 720 deletions: 4 of 320 openings lost a vector with several threads,
none of 820 with one.  Nobody had crashed; each opening is another throw of the dice.

Insertions alone lost none of 254,000 with several threads, and run 1.4 times as fast, so a
first ingest may use them.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import Final

_THREADS: Final = "RAYON_NUM_THREADS"
"""Read once, by the thread pool of Chroma's Rust part, when it inserts for the first time."""


def insert_in_order(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let the Chroma that runs in ``environment`` insert with one thread.

    For this process's own, call it before anything is inserted.
    """
    environment[_THREADS] = "1"


def insert_at_once(environment: MutableMapping[str, str]) -> None:
    """Let the Chroma that runs in ``environment`` insert with a thread for each core."""
    environment.pop(_THREADS, None)
