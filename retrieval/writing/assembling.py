"""Sentences that are shown, as an answer's statements, with who contradicts whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.domain import Answer, Citation, Statement
from retrieval.writing.check import Kept, Span


def numbered(kept: Sequence[Kept]) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Return the sentences as statements; spans are numbered in reading order."""
    numbers: dict[Span, int] = {}
    statements = []
    for one in kept:
        for span in one.spans:
            numbers.setdefault(span, len(numbers) + 1)
        cited = tuple(sorted(numbers[span] for span in one.spans))
        statements.append(Statement(one.text, cited, (), one.support, one.missing))
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


def with_disputes(
    statements: Sequence[Statement], citations: Sequence[Citation], extractive: Answer
) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    """Mark the statements that contradict others, as the extractive answer found it.

    Returns the statements, and what the trace has to say of it: a written answer may show one
    side only.
    """
    pairs = _contradictions(extractive)
    if not pairs:
        return tuple(statements), ()
    passage_of = {citation.n: citation.passage.id for citation in citations}
    marked = []
    for statement in statements:
        cited = {passage_of[n] for n in statement.citations}
        against = {disputed for reply, disputed in pairs if reply in cited} - cited
        numbers = tuple(n for n, passage in passage_of.items() if passage in against)
        marked.append(replace(statement, disputes=numbers))
    if any(statement.disputes for statement in marked):
        return tuple(marked), ("A reply contradicts what is cited; the answer shows both.",)
    step = "A reply contradicts a post on this; the written answer does not show both sides."
    return tuple(marked), (step,)


def _contradictions(answer: Answer) -> tuple[tuple[str, str], ...]:
    """Return the passages that contradict, each with the one that it does."""
    passage_of = {citation.n: citation.passage.id for citation in answer.citations}
    return tuple(
        (passage_of[reply], passage_of[disputed])
        for statement in answer.statements
        for disputed in statement.disputes
        for reply in statement.citations
    )
