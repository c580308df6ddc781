from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from retrieval.ranking.fusion import standardise, top, union_of_tops

SCORES = arrays(np.float64, st.integers(1, 40), elements=st.floats(-100, 100))


@given(SCORES)
def test_z_scores_have_mean_zero_and_spread_one_or_none(scores):
    standardised = standardise(scores)
    assert abs(standardised.mean()) < 1e-6
    assert np.isclose(standardised.std(), 1, atol=1e-6) or not standardised.any()


def test_scores_that_do_not_differ_say_nothing():
    assert standardise(np.full(3, 0.7)).tolist() == [0, 0, 0]
    assert standardise(np.array([])).tolist() == []


@given(SCORES, st.integers(1, 50))
def test_top_gives_the_highest_scores_best_first(scores, count):
    places = top(scores, count)
    assert scores[places].tolist() == sorted(scores, reverse=True)[:count]


def test_equal_scores_keep_their_order():
    assert top(np.array([1.0, 2.0, 2.0, 1.0]), 4).tolist() == [1, 2, 0, 3]


def test_the_union_holds_the_best_of_either_ranker():
    dense = np.array([0.9, 0.8, 0.1, 0.2])
    lexical = np.array([0.0, 0.0, 3.0, 1.0])
    assert union_of_tops(dense, lexical, 1).tolist() == [0, 2]


def test_a_text_without_a_common_word_is_no_lexical_candidate():
    assert union_of_tops(np.array([0.9, 0.1]), np.array([0.0, 0.0]), 1).tolist() == [0]
