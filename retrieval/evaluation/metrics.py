"""The measures of a ranking and of a confidence, with their definitions.

The four of a ranking are those of trec_eval (``ndcg_cut``, ``recall``, ``recip_rank``), with
which ir-measures 0.4.3 agrees to the last digit; it is not a dependency because it brings
SciPy along for these few lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2
from typing import Final

CALIBRATION_BINS: Final = 10

Relevance = Mapping[str, int]
"""How relevant a document is to a query; at most 0, or missing: not at all."""


def ndcg(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Return the normalised discounted cumulative gain of the first ``k``, 0 to 1.

    The gain is the relevance itself, the discount log2(rank + 1) (Järvelin and Kekäläinen,
    TOIS 20(4), 2002, in trec_eval's form).
    """
    ideal = _discounted(sorted((gain for gain in relevance.values() if gain > 0), reverse=True)[:k])
    found = _discounted([max(relevance.get(document, 0), 0) for document in ranking[:k]])
    return found / ideal if ideal else 0.0


def recall(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Return the share of the relevant documents that are among the first ``k``."""
    relevant = {document for document, gain in relevance.items() if gain > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Return 1 / rank of the first relevant document, 0 where none is among the first ``k``."""
    ranks = (n for n, document in enumerate(ranking[:k], 1) if relevance.get(document, 0) > 0)
    rank = next(ranks, None)
    return 1.0 / rank if rank else 0.0


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean, 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)), 1) - 1] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies in [low, high); the last bin includes 1."""

    low: float
    high: float
    count: int
    confidence: float
    """Their mean confidence."""
    frequency: float
    """How many of them came true, 0 to 1."""


def calibration_bins(
    confidences: Sequence[float], came_true: Sequence[bool], bins: int = CALIBRATION_BINS
) -> tuple[Bin, ...]:
    """Return bins of equal width from 0 to 1; empty ones have a count of 0."""
    members: list[list[int]] = [[] for _ in range(bins)]
    for n, confidence in enumerate(confidences):
        members[min(max(int(confidence * bins), 0), bins - 1)].append(n)
    return tuple(
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            count=len(among),
            confidence=mean([confidences[n] for n in among]),
            frequency=mean([float(came_true[n]) for n in among]),
        )
        for place, among in enumerate(members)
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error, 0 to 1.

    The gap between confidence and frequency, averaged over the bins by their count (Naeini,
    Cooper and Hauskrecht, AAAI 2015).
    """
    total = sum(each.count for each in bins)
    gaps = sum(each.count * abs(each.confidence - each.frequency) for each in bins)
    return gaps / total if total else 0.0


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What answering the surest questions only would mean."""

    confidence: float
    """Answer from this confidence on …"""
    coverage: float
    """… and this share of all questions is answered, 0 to 1 …"""
    risk: float
    """… this share of them wrongly."""


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> tuple[RiskPoint, ...]:
    """Return a point for each distinct confidence, the highest first.

    The curve of selective prediction (El-Yaniv and Wiener, JMLR 11, 2010).  Questions of the
    same confidence cannot be told apart, so they enter together.
    """
    order = sorted(range(len(confidences)), key=lambda n: -confidences[n])
    points: list[RiskPoint] = []
    wrong = 0
    for place, n in enumerate(order, 1):
        wrong += not right[n]
        if place == len(order) or confidences[order[place]] != confidences[n]:
            points.append(RiskPoint(confidences[n], place / len(order), wrong / place))
    return tuple(points)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))
