"""Hits out of a line of text."""

from __future__ import annotations

from retrieval.records import Hit, Passage, Post, ScoreParts, TextKind, Thread


def hit(
    text: str,
    score: float = 1.0,
    kind: TextKind = TextKind.OWN,
    name: str = "a",
    author: str | None = None,
) -> Hit:
    """Return a hit on a passage that is the second part of its post."""
    post = Post(name, "t", 0, f"Before. {text}", author)
    start = len("Before. ")
    passage = Passage(name, name, "t", 0, 0, start, start + len(text), text, kind)
    return Hit(passage, post, Thread("t", "f", "test"), score, ScoreParts(0, 0, 0))
