"""The measures of a ranking and of a confidence.

Those of a ranking are ir-measures', which are trec_eval's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

CALIBRATION_BINS: Final = 10

Relevance = Mapping[str, int]
"""How relevant a document is to a query; at most 0, or missing: not at all."""


@dataclass(frozen=True, slots=True)
class RankingMeasures:
    """How good one ranking is, each from 0 to 1, as trec_eval defines it."""

    ndcg_at_10: float
    recall_at_10: float
    recall_at_100: float
    rr_at_10: float
    """1 / rank of the first relevant document."""


def measure_rankings(
    rankings: Mapping[str, Sequence[str]], relevance: Mapping[str, Relevance]
) -> dict[str, RankingMeasures]:
    """Return the measures of each query's ranking of distinct documents, best first.

    What is not judged is not relevant; a query without relevant documents scores 0.
    """
    import ir_measures
    from ir_measures import RR, R, nDCG

    measures = (nDCG @ 10, R @ 10, R @ 100, RR @ 10)
    values = dict.fromkeys(((query, measure) for query in rankings for measure in measures), 0.0)
    judged = {query: dict(gains) for query, gains in relevance.items() if query in rankings}
    # trec_eval orders by score and knows no ranks.
    run = {
        query: {document: float(-place) for place, document in enumerate(ranking)}
        for query, ranking in rankings.items()
        if ranking
    }
    if run:
        values |= {
            (each.query_id, each.measure): each.value
            for each in ir_measures.iter_calc(measures, judged, run)
        }
    return {
        query: RankingMeasures(*(values[query, measure] for measure in measures))
        for query in rankings
    }


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
