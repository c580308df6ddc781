"""What a sentence is held against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span that a sentence cites, and what is known about it."""

    text: str
    """What the span says; its questions are left out."""
    passage: str
    author: str = ""
    title: str = ""
    date: str = ""
    """ISO 8601, a day."""
