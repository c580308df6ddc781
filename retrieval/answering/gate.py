"""Whether the threads answer a question at all: decided before anything is written.

A single score cannot tell: questions that the threads do not answer reach cosines as high
as those they do.  Six signs together do, turned into a probability that is calibrated for
the knowledge base at hand (``retrieval.answering.calibration``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from retrieval.domain import Hit, Outcome

ANSWERED_FROM: Final = 0.5
"""Confidence from which an answer is given: rather answered than not."""
CLOSEST_FROM: Final = 0.3
"""Confidence from which the nearest passages are shown."""
CLOSEST_COSINE: Final = 0.3
"""Likewise for the best passage's cosine: questions off every topic rarely reach it."""
UNHEARD: Final = 0.1
"""At most so likely are the words of somebody to be here who wrote nothing here."""
_AGREE_ON: Final = 3

GATE_VERSION: Final = 2
"""Raised when the weights change, so that no calibration of other logits is used."""
# Logistic regression (L2, lambda 2) over benchmarks/calibration_questions.jsonl asked of
# sample/threads, by `python -m benchmarks.calibration`; as many answerable as not.  Rounded, and
# drawn towards what tells best on other threads: half of the margin, two thirds of the unknown
# term, and a little of the agreement, which is fitted as nothing (decision 0012).
_BIAS: Final = -5.0
_COSINE: Final = 7.8
_COVERAGE: Final = 4.0
_UNKNOWN_NAME: Final = -2.1
_UNKNOWN_TERM: Final = -2.0
_MARGIN: Final = 0.3
_AGREEMENT: Final = 0.3


@dataclass(frozen=True, slots=True)
class Signs:
    """What the gate looks at."""

    cosine: float
    """Of the best passage with the question."""
    coverage: float
    """Share of the question's words of content, rare ones counting more, that the first passage
    holds."""
    unknown_names: tuple[str, ...]
    """Names in the question that the threads never mention."""
    unknown_terms: tuple[str, ...]
    """Words that the threads never use and that are no everyday ones."""
    margin: float
    """Fused score of the best hit over that of the tenth, in standard deviations."""
    agreement: float
    """Share of the three best hits by meaning that are also among the three best by words."""
    unheard: tuple[str, ...] = ()
    """Whose words are asked for, where they wrote nothing here and nobody speaks of them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided."""

    outcome: Outcome
    confidence: float
    """Probability that the threads answer, 0 to 1."""


class Calibrated(Protocol):
    """What the gate's logit means in one knowledge base, as ``Calibration`` tells it."""

    def probability(self, logit: float) -> float:
        """Return the probability that the threads answer, 0 to 1."""
        ...


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


def logit(signs: Signs) -> float:
    """Return what the signs say together: above 0, the threads rather answer than not."""
    return (
        _BIAS
        + _COSINE * signs.cosine
        + _COVERAGE * signs.coverage
        + _UNKNOWN_NAME * bool(signs.unknown_names)
        + _UNKNOWN_TERM * bool(signs.unknown_terms)
        + _MARGIN * signs.margin
        + _AGREEMENT * signs.agreement
    )


def judge(signs: Signs, calibration: Calibrated) -> Verdict:
    """Return the outcome that the signs speak for."""
    confidence = calibration.probability(logit(signs))
    if signs.unheard:
        confidence = min(confidence, UNHEARD)
    if confidence >= ANSWERED_FROM:
        return Verdict(Outcome.ANSWERED, confidence)
    if confidence >= CLOSEST_FROM or signs.cosine >= CLOSEST_COSINE:
        return Verdict(Outcome.CLOSEST, confidence)
    return Verdict(Outcome.NOT_FOUND, confidence)
