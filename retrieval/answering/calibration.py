"""What the gate's logit means in one knowledge base.

How close the best passage comes and how many words it shares depends on the threads: where
all are about one subject, everything is close to everything.  So a knowledge base measures
itself with questions that it makes of its own threads, once as they are and once with the
thread that they come from held out (``retrieval.answering.self_asking``).  Such questions are
easier than people's, so nothing is fitted to them: they are a measuring rod.  The same rod was
laid on the threads that the gate's weights come from, and the logit is moved and stretched
until both marks fall on the same places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retrieval.answering.gate import GATE_VERSION
from retrieval.index.calibrations import kept_anchors

if TYPE_CHECKING:
    from retrieval.index.calibrations import Anchors
    from retrieval.index.catalogue import Catalogue

ANSWERABLE_SHARE: Final = 0.75
"""How many of the questions that people ask are answered in their threads: of 122 about forum
threads, written to be told apart, three quarters.  The weights were fitted to as many
answerable as unanswerable ones, so the odds of the two are added (Elkan, IJCAI 2001)."""
_ANSWERED: Final = 2.2
_UNANSWERED: Final = 0.4
"""The marks on the gate's own threads, by ``python -m benchmarks.calibration``."""
_PRIOR_QUESTIONS: Final = 100
"""So many questions of a knowledge base count as much as the marks that are shipped.  With
their own marks the log loss falls on three collections whose answers were held out (forum .606
to .588, cranfield .812 to .71, scifact .885 to .77); on forum threads of 99 passages 50 to 100
did best."""
_NARROWEST: Final = 0.5
"""Threads that their own questions cannot be told from hold nothing that could be stretched
to the whole width.  Nor is a wider gap squeezed: where one of four threads is held out, what
is left is about something else, and its marks lie further apart than those of real questions."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A line from the gate's logit to that of a probability."""

    slope: float = 1.0
    intercept: float = 0.0
    questions: int = 0
    """How many of the knowledge base's own it was made of."""

    def probability(self, logit: float) -> float:
        """Return the probability that the threads answer, 0 to 1."""
        odds = math.log(ANSWERABLE_SHARE / (1 - ANSWERABLE_SHARE))
        return 1 / (1 + math.exp(-(self.slope * logit + self.intercept + odds)))


def is_outdated(catalogue: Catalogue, knowledge_base: str) -> bool:
    """Tell whether a knowledge base was measured with the gate of an earlier version."""
    generation = catalogue.generation(knowledge_base)
    kept = kept_anchors(catalogue, generation) if generation else None
    return kept is not None and kept.version != GATE_VERSION


def calibrated(anchors: Anchors | None) -> Calibration:
    """Return the line through what was measured, drawn towards the shipped one.

    Nothing measured, or with another gate: the shipped one itself.
    """
    if anchors is None or anchors.version != GATE_VERSION:
        return Calibration()
    weight = anchors.questions / (anchors.questions + _PRIOR_QUESTIONS)
    answered = weight * anchors.answered + (1 - weight) * _ANSWERED
    unanswered = weight * anchors.unanswered + (1 - weight) * _UNANSWERED
    width = _ANSWERED - _UNANSWERED
    slope = width / min(max(answered - unanswered, _NARROWEST * width), width)
    intercept = (_ANSWERED + _UNANSWERED - slope * (answered + unanswered)) / 2
    return Calibration(slope, intercept, anchors.questions)
