"""How far an evaluation is."""

from __future__ import annotations

from collections.abc import Callable

OnProgress = Callable[[str, int, int], None]
"""Hears what is being done, and how much of how much of it is done."""
