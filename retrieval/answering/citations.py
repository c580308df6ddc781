"""Turning chosen spans into numbered citations, and checking that each is what it claims.

Nothing is shown that has not passed ``verified``: the quote must stand, character for
character, at its place in the stored post, inside the passage that is cited.
"""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.domain import Citation, Hit, Statement


def cite(n: int, hit: Hit, start: int, end: int) -> Citation:
    """Return citation ``n``: the span ``[start, end)`` of a hit's post."""
    return Citation(
        n=n,
        quote=hit.post.text[start:end],
        start=start,
        end=end,
        passage=hit.passage,
        post=hit.post,
        thread=hit.thread,
    )


def is_verified(citation: Citation) -> bool:
    """Tell whether a citation's quote is a verbatim span of its passage."""
    inside = citation.passage.start <= citation.start < citation.end <= citation.passage.end
    return inside and citation.post.text[citation.start : citation.end] == citation.quote


def answer_text(statements: Iterable[Statement]) -> str:
    """Return statements as one text, each followed by its citation numbers."""
    return " ".join(
        f"{statement.text} {''.join(f'[{n}]' for n in statement.citations)}"
        for statement in statements
    )
