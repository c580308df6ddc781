"""Measures against values worked out by hand, and against ir-measures."""

import random
from math import log2

import pytest

from retrieval.evaluation.metrics import (
    calibration_bins,
    calibration_error,
    mean,
    ndcg,
    percentile,
    recall,
    reciprocal_rank,
    risk_coverage,
)

GRADED = {"a": 3, "b": 2, "c": 1, "d": 0, "e": -1}


def test_ndcg_is_the_gain_over_that_of_the_best_order():
    found = 2 / log2(2) + 0 / log2(3) + 3 / log2(4)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert ndcg(["b", "d", "a"], GRADED, 10) == pytest.approx(found / ideal)
    assert ndcg(["a", "b", "c"], GRADED, 10) == pytest.approx(1.0)


def test_ndcg_stops_at_k_for_the_best_order_too():
    assert ndcg(["b", "a"], GRADED, 1) == pytest.approx(2 / 3)
    assert ndcg(["x", "a"], GRADED, 1) == 0.0


def test_what_is_judged_irrelevant_neither_helps_nor_harms():
    assert ndcg(["e", "a"], GRADED, 10) == ndcg(["x", "a"], GRADED, 10)
    assert recall(["d", "e"], GRADED, 10) == reciprocal_rank(["d", "e"], GRADED, 10) == 0.0


def test_recall_is_of_all_relevant_documents_even_beyond_k():
    assert recall(["a", "x", "b", "c"], GRADED, 3) == pytest.approx(2 / 3)


def test_reciprocal_rank_looks_at_the_first_relevant_one_only():
    assert reciprocal_rank(["x", "y", "c", "a"], GRADED, 10) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "y", "c", "a"], GRADED, 2) == 0.0


@pytest.mark.parametrize("measure", [ndcg, recall, reciprocal_rank])
def test_nothing_found_and_nothing_relevant_count_as_nothing(measure):
    assert measure([], GRADED, 10) == 0.0
    assert measure(["a"], {}, 10) == 0.0


def test_the_means_are_those_of_ir_measures():
    # The expected figures are what ir-measures 0.4.3 (trec_eval) gives for the same runs.
    chance = random.Random(5)
    documents = [f"d{number}" for number in range(300)]
    relevance = {
        f"q{number}": {
            document: chance.choice([0, 1, 1, 2, 3])
            for document in chance.sample(documents, chance.randint(2, 30))
        }
        for number in range(50)
    }
    relevance = {query: judged for query, judged in relevance.items() if any(judged.values())}
    runs = {
        query: chance.sample(documents, chance.choice([0, 3, 20, 150, 300])) for query in relevance
    }
    expected = {
        (ndcg, 10): 0.03595615312972659,
        (recall, 10): 0.024869572765573267,
        (recall, 100): 0.17361661059012998,
        (reciprocal_rank, 10): 0.09041950113378684,
    }
    for (measure, k), figure in expected.items():
        values = [measure(runs[query], relevance[query], k) for query in relevance]
        assert mean(values) == pytest.approx(figure, abs=1e-12)


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
