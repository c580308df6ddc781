"""Reading a question that leans on the one before it.

No model is asked: a question that is too short or too full of pronouns to stand alone is
searched together with the question that it leans on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from retrieval.wording import content_words

_CONTENT_WORDS_ALONE: Final = 4
_LEANS: Final = re.compile(
    r"^(?:and|but|so|also|or|then|what about|how about|why not|what else|which one)\b"
    r"|\b(?:it|its|that|this|these|those|they|them|their|he|him|his|she|her|there|one|ones"
    r"|other|another|else|instead|same|the former|the latter)\b",
    re.IGNORECASE,
)


def leans_on(question: str, history: Sequence[str]) -> str | None:
    """Return the earlier question that this one leans on, None where it stands alone.

    ``history`` holds the earlier questions, oldest first.  The question before may itself
    lean on the one before it: then the last one that stands alone is meant.
    """
    if not history or not _leans_back(question):
        return None
    return next((earlier for earlier in reversed(history) if not _leans_back(earlier)), history[-1])


def _leans_back(question: str) -> bool:
    content = content_words(question)
    return len(content) <= _CONTENT_WORDS_ALONE - 2 or (
        len(content) <= 2 * _CONTENT_WORDS_ALONE and bool(_LEANS.search(question))
    )
