"""Who says it: the authors of the posts that a sentence cites.

"Marit needed ten days" is what Marit's "I needed ten days" says; the same words of somebody
else's post do not say it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from retrieval.writing.evidence import Evidence
from retrieval.writing.stems import stem, word_set
from retrieval.writing.terms import Reading

_FIRST_PERSON: Final = word_set("i we my our me us ours mine i'm i've i'd i'll we've we're myself")
_OWNING: Final = word_set("my our")
_SAYS: Final = (
    r"(?:says?|said|writes|wrote|reports|reported|notes|noted|explains|explained|adds|added"
    r"|advises|advised|suggests|suggested|recommends|recommended|mentions|mentioned|states"
    r"|stated|points out|pointed out|replies|replied)"
)


def without_attribution(
    text: str, evidence: Sequence[Evidence]
) -> tuple[str, tuple[Evidence, ...]]:
    """Return what a sentence says that its authors say, and what those authors said.

    "According to Marit, it reboots" is "It reboots", to be found in what Marit wrote.  A
    sentence that names no author comes back as it is, with all of ``evidence``.
    """
    for one in evidence:
        name = re.escape(one.author.strip())
        if not name:
            continue
        match = re.match(
            rf"(?:according to {name},?\s+|(?:as\s+)?{name}\s+{_SAYS}(?:\s+that|:|,)?\s+)(?=\S)",
            text,
            re.IGNORECASE,
        )
        if match:
            theirs = tuple(each for each in evidence if each.author == one.author)
            rest = text[match.end() :]
            return rest[:1].upper() + rest[1:], theirs
    return text, tuple(evidence)


@lru_cache(maxsize=512)
def speakers(author: str) -> frozenset[str]:
    """Return the stems by which an author may be called."""
    words = re.findall(r"[^\W_]{2,}", author.casefold())
    return frozenset(stem(word) for word in words)


def speaks_as_author(reading: Reading, clause: int | None = None, *, owning: bool = True) -> bool:
    """Tell whether an author says "I" or "we" in a text, or in one clause of it.

    With ``owning``, "my" and "our" count as well.
    """
    words = _FIRST_PERSON if owning else _FIRST_PERSON - _OWNING
    return any(token.lower in words and clause in {None, token.clause} for token in reading.tokens)
