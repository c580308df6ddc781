"""Whether the threads answer a question at all: decided before anything is written.

A single score cannot tell: questions that the threads do not answer reach cosines as high as
those they do.  Seven plain features of a ranking do, in a logistic regression whose weights are
in ``gate.json``, beside the command that made them.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from retrieval.records import Hit, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWERED_FROM: Final = 0.5
"""Confidence from which an answer is given: rather answered than not."""
ANSWERED_NEARNESS: Final = 0.3
"""Of the nearest hit at least, too: only what is off every topic is further away."""
CLOSEST_NEARNESS: Final = 0.35
"""From here on the nearest replies are shown."""
UNHEARD: Final = 0.1
"""At most so likely are the words of somebody to be here who wrote nothing here."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the gate looks at."""

    nearness: float
    """Cosine of the question with the nearest hit or its exchange."""
    coverage: float
    """Share of the question's words of content, rare ones counting more, that the best exchange
    holds: its title, its question and its first passages among the hits."""
    lead: float
    """Fused score of the best hit over that of the tenth, in standard deviations."""
    share: float
    """Of the hits in the best exchange; 0 where it is none."""
    in_exchange: bool
    """Whether the best hit is part of an exchange."""
    unknown_names: tuple[str, ...]
    """Names in the question that the threads never mention."""
    words: int
    """How many the question has."""
    unknown_terms: tuple[str, ...] = ()
    """Words that the threads never use and that are no everyday ones; told, not weighed."""
    unheard: tuple[str, ...] = ()
    """Whose words are asked for, where they wrote nothing here and nobody speaks of them."""
    is_unanswered: bool = False
    """Whether somebody asked this and nobody replied."""

    def features(self) -> dict[str, float]:
        """Return what is weighed, by name."""
        return {
            "nearness": self.nearness,
            "coverage": self.coverage,
            "lead": self.lead,
            "share": self.share,
            "in_exchange": float(self.in_exchange),
            "unknown_name": float(bool(self.unknown_names)),
            "log_words": math.log1p(self.words),
        }


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What the gate decided."""

    outcome: Outcome
    confidence: float
    """Probability that the threads answer, 0 to 1."""


def share_of_best(hits: Sequence[Hit]) -> float:
    """Return what share of hits is in the exchange of the first, 0 where that is in none."""
    best = hits[0].post.exchange_id
    counts = Counter(hit.post.exchange_id for hit in hits)
    return counts[best] / len(hits) if best is not None else 0.0


def logit(features: Mapping[str, float]) -> float:
    """Return what the features say together: above 0, the threads rather answer than not."""
    model = _model()
    return model["bias"] + sum(model[name] * value for name, value in features.items())


def judge(signs: Signs) -> GateDecision:
    """Return the outcome that the signs speak for."""
    confidence = 1 / (1 + math.exp(-logit(signs.features())))
    if signs.unheard:
        confidence = min(confidence, UNHEARD)
    if confidence >= ANSWERED_FROM and signs.nearness >= ANSWERED_NEARNESS:
        verdict = GateDecision(Outcome.ANSWERED, confidence)
    elif confidence >= ANSWERED_FROM or signs.nearness >= CLOSEST_NEARNESS:
        verdict = GateDecision(Outcome.CLOSEST, confidence)
    else:
        verdict = GateDecision(Outcome.NOT_FOUND, confidence)
    if signs.is_unanswered and verdict.outcome is Outcome.ANSWERED:
        return replace(verdict, outcome=Outcome.CLOSEST)
    return verdict


@cache
def _model() -> dict[str, float]:
    kept = json.loads(resources.files("retrieval.answering").joinpath("gate.json").read_bytes())
    return {"bias": kept["bias"], **kept["weights"]}
