"""Taking a question apart without a model: what it asks at heart, and the questions in it.

Rules on English wording; what they do not recognise stays one question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from retrieval.text.sentences import is_question, sentences
from retrieval.text.wording import content_words, squeeze

_MAX_PARTS: Final = 4
_MAX_FOCUS: Final = 4
"""Each costs an embedding, some 4 ms."""
_MAX_WORDS: Final = 60
"""What is longer tells a story; the questions in it are about one thing."""
_LEAST_CONTENT_WORDS: Final = 2
"""On the average of the parts: "where is the config" says enough beside longer ones."""
_ASKS_FOR_ONE: Final = re.compile(r"(?:where|what|who) (?:is|are|was|were) \w", re.IGNORECASE)
_ASKS: Final = (
    r"(?:(?:at|by|for|from|in|of|on|to|under|with)\s+)?(?:what|which|who|whom|whose|where|when|why|how|is|are|was|were|do|does|did|can|could"
    r"|should|would|will|has|have)"
)
_JOINT: Final = re.compile(
    rf"[,;]?\s+(?:and(?:\s+also)?|also|plus|as well as)[,:]?\s+(?={_ASKS}\b)", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"(?:^|(?<=\s))\(?(?:[1-9]|[a-e])[.)]\s+(?=\S)", re.IGNORECASE)
_BEGINS_ASKING: Final = re.compile(rf"(?:and\s+|also\s+|but\s+|so\s+)?{_ASKS}\b", re.IGNORECASE)
_LEADS_IN: Final = re.compile(r"^(?:and|also|but|so|plus|then)[,\s]+", re.IGNORECASE)
# Whoever says "it" means something that the other part names.
_LEANS: Final = re.compile(
    r"\b(?:it|its|this|that|these|those|they|them|their|he|him|his|she|her|one|ones|there"
    r"|both|either|each|former|latter|same)\b",
    re.IGNORECASE,
)


def focus(question: str) -> tuple[str, ...]:
    """Return the sentences at the heart of a question of several: its first, and those that ask.

    Empty for a question of one sentence.  Whoever writes at length puts the subject first,
    as the title of a post, and tells a story around what they ask.
    """
    all_sentences = sentences(question)
    if len(all_sentences) <= 1:
        return ()
    asking = [sentence for sentence in all_sentences[1:] if is_question(sentence)]
    return (all_sentences[0], *asking)[:_MAX_FOCUS]


def parts(question: str) -> tuple[str, ...]:
    """Return the questions that are asked in one, at least two of them, else nothing.

    Numbered questions, questions one after the other, and two joined by "and" are taken
    apart.  They are not where one leans on another ("… and how do I fix it?"), where one
    says too little to be searched, or where there are more than four or a story with them.
    """
    if len(question.split()) > _MAX_WORDS:
        return ()
    found = _numbered(question) or _in_a_row(question)
    found = [_LEADS_IN.sub("", squeeze(part)) for part in found]
    return tuple(found) if 1 < len(found) <= _MAX_PARTS and _stand_alone(found) else ()


def _numbered(question: str) -> list[str]:
    lead, *items = _NUMBER.split(question)
    if len(items) < 2 or (lead.strip() and not lead.rstrip().endswith(":")):  # noqa: PLR2004 - a list has two
        return []
    return [item.strip(" ;,\n") for item in items]


def _in_a_row(question: str) -> list[str]:
    asked = []
    for sentence in sentences(question):
        joined = _JOINT.split(sentence)
        if not all(_BEGINS_ASKING.match(part) for part in joined):
            joined = [sentence]
        asked += joined
    if not all(is_question(part) or _BEGINS_ASKING.match(part) for part in asked):
        return []
    return asked


def _stand_alone(found: Sequence[str]) -> bool:
    said = [len(content_words(part)) for part in found]
    are_whole = all(
        count >= _LEAST_CONTENT_WORDS or (count and _ASKS_FOR_ONE.match(part))
        for count, part in zip(said, found, strict=True)
    )
    says_enough = are_whole and sum(said) >= _LEAST_CONTENT_WORDS * len(found)
    return says_enough and not any(map(_LEANS.search, found))
