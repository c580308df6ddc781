"""Sentences that are shown, as an answer's statements."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.domain import Citation, Statement
from retrieval.writing.check import Kept, Span


def numbered(kept: Sequence[Kept]) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Return the sentences as statements; spans are numbered in reading order."""
    numbers: dict[Span, int] = {}
    statements = []
    for one in kept:
        for span in one.spans:
            numbers.setdefault(span, len(numbers) + 1)
        cited = tuple(sorted(numbers[span] for span in one.spans))
        statements.append(Statement(one.text, cited, one.support, one.missing))
    citations = tuple(
        Citation(
            n=number,
            quote=span.quote,
            start=span.start,
            end=span.end,
            passage=span.passage,
            post=span.post,
            thread=span.thread,
        )
        for span, number in numbers.items()
    )
    return tuple(statements), citations
