"""Whether the threads answer a question at all: decided before anything is written.

A single score cannot tell: questions that the threads do not answer reach cosines as high
as those they do.  The strongest sign is whether the two rankers agree on which passages are
best; to it come how close the best sentence is, how much of the question the best passage
says again, how far it stands out, and whether the question names somebody or something that
the threads never mention.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.domain import Hit, Outcome

ANSWERED_FROM: Final = 0.57
"""Confidence from which an answer is given."""
CLOSEST_FROM: Final = 0.3
"""Confidence from which the nearest passages are shown."""
CLOSEST_COSINE: Final = 0.3
"""Likewise for the best passage's cosine: questions off every topic rarely reach it."""
_AGREE_ON: Final = 3

# Logistic regression (L2, lambda 1, rounded) over the project's sample questions, a development set
# about forum threads, and three retrieval collections whose relevant documents were held
# out to make unanswerable questions: area under the curve .93 when each is left out once.
_BIAS: Final = -1.3
_SENTENCE_COSINE: Final = 0.8
_COVERAGE: Final = 0.7
_UNKNOWN_NAME: Final = -3.0
_MARGIN: Final = 0.25
_AGREEMENT: Final = 2.1


@dataclass(frozen=True, slots=True)
class Signs:
    """What the gate looks at."""

    sentence_cosine: float
    """Of the best sentence with the question."""
    passage_cosine: float
    """Of the best passage with the question."""
    coverage: float
    """Share of the question's words, rare ones counting more, that the best passage holds."""
    unknown_names: tuple[str, ...]
    """Names in the question that the threads never mention."""
    margin: float
    """Fused score of the best hit over that of the tenth, in standard deviations."""
    agreement: float
    """Share of the three best hits by meaning that are also among the three best by words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided."""

    outcome: Outcome
    confidence: float
    """Probability that the threads answer, 0 to 1."""


def agreement(hits: Sequence[Hit], in_words: Sequence[bool]) -> float:
    """Return how far meaning and words agree on the best hits, 0 to 1.

    ``in_words`` tells which hits share a word with the question that is more than a
    function word: having "what" and "does" in common is no agreement.
    """
    by_meaning = sorted(hits, key=lambda hit: -hit.cosine)[:_AGREE_ON]
    sharing = [hit for hit, shares in zip(hits, in_words, strict=True) if shares]
    by_words = sorted(sharing, key=lambda hit: -hit.bm25)[:_AGREE_ON]
    both = {hit.passage.id for hit in by_meaning} & {hit.passage.id for hit in by_words}
    return len(both) / _AGREE_ON


def judge(signs: Signs) -> Verdict:
    """Return the outcome that the signs speak for."""
    logit = (
        _BIAS
        + _SENTENCE_COSINE * signs.sentence_cosine
        + _COVERAGE * signs.coverage
        + _UNKNOWN_NAME * bool(signs.unknown_names)
        + _MARGIN * signs.margin
        + _AGREEMENT * signs.agreement
    )
    confidence = 1 / (1 + math.exp(-logit))
    if confidence >= ANSWERED_FROM:
        return Verdict(Outcome.ANSWERED, confidence)
    if confidence >= CLOSEST_FROM or signs.passage_cosine >= CLOSEST_COSINE:
        return Verdict(Outcome.CLOSEST, confidence)
    return Verdict(Outcome.NOT_FOUND, confidence)
