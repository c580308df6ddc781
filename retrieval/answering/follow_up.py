"""Reading a question that leans on the one before it.

No model is asked: where a question is too short or too full of pronouns to stand alone, it
is searched together with the question before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_CONTENT_WORDS_ALONE: Final = 4
_LEANS: Final = re.compile(
    r"^(?:and|but|so|also|or|then|what about|how about|why not|what else|which one)\b"
    r"|\b(?:it|its|that|this|these|those|they|them|their|he|him|his|she|her|there|one|ones"
    r"|other|another|else|instead|same|the former|the latter)\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\w[\w’'-]*")
_FUNCTION_WORDS: Final = frozenset(
    _WORD.findall(
        "a an and any are as at be been but by can could did do does for from had has have how i "
        "if in is it its me my not of on or our so than that the their them then there these they "
        "this to up was we were what when where which who why will with would you your"
    )
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was understood."""

    search: str
    """What is searched."""
    leans_on: str | None = None
    """The earlier question that it was read together with."""


def read(question: str, history: Sequence[str]) -> Reading:
    """Return a question as it stands alone, ``history`` holding the earlier ones in order."""
    if not history or not _leans_back(question):
        return Reading(question)
    # The question before may itself lean on the one before it.
    before = next((h for h in reversed(history) if not _leans_back(h)), history[-1])
    return Reading(f"{before} {question}", before)


def _leans_back(question: str) -> bool:
    content = [w for w in _WORD.findall(question.lower()) if w not in _FUNCTION_WORDS]
    return len(content) <= _CONTENT_WORDS_ALONE - 2 or (
        len(content) <= 2 * _CONTENT_WORDS_ALONE and bool(_LEANS.search(question))
    )
