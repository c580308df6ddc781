"""Memory that is free already, but kept by the C library."""

from __future__ import annotations

import ctypes
import sys


def give_back_free_memory() -> None:
    """Let the system have what the C library keeps of freed memory, where that is glibc.

    Each thread has an arena of its own there, and a batch leaves gaps in all of them: without
    this an ingest of 50,000 passages peaks at 371 MB instead of 326, and goes on growing.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
