"""Turning chosen spans into numbered citations, and checking that each is what it claims.

Nothing is shown that has not passed ``is_verified``: the quote must stand, character for
character, at its place in the stored post.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from retrieval.records import Citation, Hit, Statement
from retrieval.text.wording import words

_REPEATED_SHARE: Final = 0.8
"""Two quotes that share so much of their words (Jaccard) are the same thing said twice."""

_CONTAINED_SHARE: Final = 0.95
"""A quote whose words nearly all stand in another one adds nothing to it."""
_FEWEST_WORDS: Final = 6


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
        asked=hit.asked,
    )


def is_verified(citation: Citation) -> bool:
    """Tell whether a citation's quote is a verbatim span of its post, the passage's own."""
    start, end = citation.start, citation.end
    inside = citation.passage.post_id == citation.post.id and 0 <= start < end
    return inside and citation.post.text[start:end] == citation.quote


def repeats(citation: Citation, shown: Iterable[Citation]) -> bool:
    """Tell whether a citation says in the same words what one that is shown says."""
    mine = set(words(citation.quote))
    return any(_is_alike(mine, set(words(other.quote))) for other in shown)


def answer_text(statements: Sequence[Statement]) -> str:
    """Return statements as one text, each followed by its citation numbers."""
    return "\n\n".join(f"{each.text} {_marks(each.citations)}" for each in statements)


def _marks(numbers: Iterable[int]) -> str:
    return "".join(f"[{n}]" for n in numbers)


def _is_alike(mine: set[str], theirs: set[str]) -> bool:
    either = mine | theirs
    both, fewer = len(mine & theirs), min(len(mine), len(theirs))
    is_part = fewer >= _FEWEST_WORDS and both >= _CONTAINED_SHARE * fewer
    return bool(either) and (is_part or both >= _REPEATED_SHARE * len(either))
