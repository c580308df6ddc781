"""Measures against values worked out by hand."""

from math import log2

import pytest

from retrieval.evaluation.metrics import (
    RankingMeasures,
    calibration_bins,
    calibration_error,
    mean,
    measure_rankings,
    percentile,
    risk_coverage,
)

GRADED = {"a": 3, "b": 2, "c": 1, "d": 0, "e": -1}


def measured(*ranking: str, relevance: dict[str, int] = GRADED) -> RankingMeasures:
    return measure_rankings({"q": ranking}, {"q": relevance})["q"]


def test_ndcg_is_the_gain_over_that_of_the_best_order():
    found = 2 / log2(2) + 0 / log2(3) + 3 / log2(4)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert measured("b", "d", "a").ndcg_at_10 == pytest.approx(found / ideal)
    assert measured("a", "b", "c").ndcg_at_10 == pytest.approx(1.0)


def test_the_order_given_is_the_order_measured():
    # 1,000 documents: scores made of ranks must not run together or be ordered as text.
    ranking = [f"x{number}" for number in range(99)] + ["a"] + [f"y{n}" for n in range(900)]
    assert measured(*ranking).recall_at_100 == pytest.approx(1 / 3)
    assert measured(*ranking[1:], ranking[0]).recall_at_100 == pytest.approx(1 / 3)
    assert measured("z", *ranking).recall_at_100 == 0.0


def test_what_is_judged_irrelevant_neither_helps_nor_harms():
    assert measured("e", "a").ndcg_at_10 == measured("x", "a").ndcg_at_10
    assert measured("d", "e").recall_at_10 == measured("d", "e").rr_at_10 == 0.0


def test_recall_is_of_all_relevant_documents_even_beyond_k():
    assert measured("a", "x", "b").recall_at_10 == pytest.approx(2 / 3)


def test_reciprocal_rank_looks_at_the_first_relevant_one_only():
    assert measured("x", "y", "c", "a").rr_at_10 == pytest.approx(1 / 3)
    assert measured(*"0123456789", "a").rr_at_10 == 0.0


def test_nothing_found_and_nothing_relevant_count_as_nothing():
    nothing = RankingMeasures(0.0, 0.0, 0.0, 0.0)
    assert measured() == nothing
    assert measured("a", relevance={"d": 0}) == nothing
    assert measure_rankings({"q": ["a"], "p": []}, {}) == {"q": nothing, "p": nothing}


def test_percentiles_are_values_that_occurred():
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.95) == 5.0
    assert percentile(values, 0.2) == 1.0
    assert percentile([], 0.5) == mean([]) == 0.0


def test_calibration_error_weighs_each_bins_gap_by_its_count():
    # Bin .9–1: confidence .95, half came true, 2 of 3 questions; bin .2–.3: .2 and never.
    bins = calibration_bins([0.9, 1.0, 0.2], [True, False, False])
    assert [(each.low, each.count) for each in bins if each.count] == [(0.2, 1), (0.9, 2)]
    assert calibration_error(bins) == pytest.approx((2 * abs(0.95 - 0.5) + 1 * 0.2) / 3)


def test_a_confidence_that_is_always_right_has_no_calibration_error():
    assert calibration_error(calibration_bins([1.0, 1.0, 0.0], [True, True, False])) == 0.0
    assert calibration_error(calibration_bins([], [])) == 0.0


def test_risk_grows_with_coverage_where_the_surest_are_right():
    points = risk_coverage([0.9, 0.5, 0.7, 0.1], [True, False, True, False])
    assert [point.confidence for point in points] == [0.9, 0.7, 0.5, 0.1]
    assert [point.coverage for point in points] == [0.25, 0.5, 0.75, 1.0]
    assert [point.risk for point in points] == pytest.approx([0, 0, 1 / 3, 1 / 2])


def test_questions_of_the_same_confidence_are_one_point():
    points = risk_coverage([0.5, 0.5, 0.9], [True, False, True])
    assert [(point.coverage, point.risk) for point in points] == [(1 / 3, 0.0), (1.0, 1 / 3)]
