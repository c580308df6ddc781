"""Turning chosen spans into numbered citations, and checking that each is what it claims.

Nothing is shown that has not passed ``verified``: the quote must stand, character for
character, at its place in the stored post, inside the passage that is cited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from retrieval.domain import Citation, Hit, Statement
from retrieval.lead_ins import lead_ins
from retrieval.wording import words

_REPEATED_SHARE: Final = 0.8
"""Two quotes that share so much of their words (Jaccard) are the same thing said twice."""


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


def repeats(citation: Citation, shown: Iterable[Citation]) -> bool:
    """Tell whether a citation says in the same words what one that is shown says."""
    mine = set(words(citation.quote))
    return any(_is_alike(mine, set(words(other.quote))) for other in shown)


def answer_text(statements: Sequence[Statement], citations: Sequence[Citation]) -> str:
    """Return statements as one text, each followed by its citation numbers.

    Where one contradicts another, both sides are named: ``Tom argues: “…” [1]; Mia replies:
    “…” [2]``.
    """
    disputed = {n for statement in statements for n in statement.disputes}
    argued = [s for s in statements if disputed.intersection(s.citations)]
    introduced = dict(zip(statements, lead_ins(statements, citations), strict=True))
    told: list[str] = []
    for statement in statements:
        if statement in argued[1:]:
            continue  # said with the first of them
        said = " ".join(each.text for each in (argued if statement in argued else [statement]))
        who = introduced[statement]
        text = f"{who}“{said}”" if who else said
        end = ";" if statement in argued else ""
        told.append(f"{text} {_marks(statement.citations)}{end}")
    return " ".join(told)


def _marks(numbers: Iterable[int]) -> str:
    return "".join(f"[{n}]" for n in numbers)


def _is_alike(mine: set[str], theirs: set[str]) -> bool:
    either = mine | theirs
    return bool(either) and len(mine & theirs) >= _REPEATED_SHARE * len(either)
