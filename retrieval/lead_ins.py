"""Who argues and who replies, said before the statements of an answer that disputes itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.domain import Citation, Statement


@dataclass(frozen=True, slots=True)
class LeadIn:
    """Who argues, or who replies to that, before a statement."""

    author: str | None
    """None where not all who argue have signed."""
    replies: bool


def introductions(
    statements: Sequence[Statement], citations: Sequence[Citation]
) -> tuple[LeadIn | None, ...]:
    """Return what each statement is introduced with, None for one that nobody disputes."""
    posts = {citation.n: citation.post for citation in citations}
    disputed = {n for statement in statements for n in statement.disputes}
    has_authors = all(
        n in posts and posts[n].author
        for statement in statements
        if statement.disputes
        for n in (*statement.disputes, *statement.citations)
    )
    told: list[LeadIn | None] = []
    for statement in statements:
        argues = disputed.intersection(statement.citations)
        if statement.disputes:
            author = posts[statement.citations[0]].author if has_authors else None
            told.append(LeadIn(author, replies=True))
        elif argues and not any(each and not each.replies for each in told):
            told.append(LeadIn(posts[min(argues)].author if has_authors else None, replies=False))
        else:
            told.append(None)
    return tuple(told)


def lead_ins(statements: Sequence[Statement], citations: Sequence[Citation]) -> tuple[str, ...]:
    """Return ``introductions`` in English, an empty text where there is none."""
    return tuple(map(_lead_in, introductions(statements, citations)))


def _lead_in(who: LeadIn | None) -> str:
    if who is None:
        return ""
    if who.replies:
        return f"{who.author or 'another'} replies: "
    return f"{who.author or 'One post'} argues: "
