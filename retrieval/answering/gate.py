"""Whether the threads answer a question at all: decided before anything is written.

A single score cannot tell: questions that the threads do not answer reach cosines as high
as those they do.  So several signs are put together in a logistic model: how close the best
sentence is, how much of the question's rarer words stand in what was found, and whether the
question names something that the threads never mention.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from retrieval.domain import Outcome

ANSWERED_FROM: Final = 0.5
CLOSEST_FROM: Final = 0.15


@dataclass(frozen=True, slots=True)
class Signs:
    """What the gate looks at; all between 0 and 1, but for the cosines."""

    sentence_cosine: float
    """Of the best sentence with the question."""
    passage_cosine: float
    """Of the best passage with the question."""
    coverage: float
    """Share of the question's words, rare ones counting more, that the best passages hold."""
    unknown: float
    """Share of the question's words that stand nowhere in the knowledge base."""
    unknown_name: bool
    """Whether one of those is written like a name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided."""

    outcome: Outcome
    confidence: float
    """Probability that the threads answer, 0 to 1."""


# Fitted by hand on the sample questions; a fit on tuning sets takes their place later.
_BIAS: Final = -4.6
_SENTENCE: Final = 4.5
_PASSAGE: Final = 4.0
_COVERAGE: Final = 2.2
_UNKNOWN: Final = -1.5
_UNKNOWN_NAME: Final = -2.5


def judge(signs: Signs) -> Verdict:
    """Return the outcome that the signs speak for."""
    logit = (
        _BIAS
        + _SENTENCE * signs.sentence_cosine
        + _PASSAGE * signs.passage_cosine
        + _COVERAGE * signs.coverage
        + _UNKNOWN * signs.unknown
        + _UNKNOWN_NAME * signs.unknown_name
    )
    confidence = 1 / (1 + math.exp(-logit))
    if confidence >= ANSWERED_FROM:
        return Verdict(Outcome.ANSWERED, confidence)
    if confidence >= CLOSEST_FROM:
        return Verdict(Outcome.CLOSEST, confidence)
    return Verdict(Outcome.NOT_FOUND, confidence)
