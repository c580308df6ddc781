from __future__ import annotations

import pytest

from retrieval.ranking.term_weights import TermWeights


@pytest.fixture(scope="module")
def weights(workshop):
    return TermWeights(workshop.passages)


def test_rare_words_weigh_more(weights):
    assert weights.weight("sealant") > weights.weight("seatpost")


def test_coverage_counts_rare_words_more(weights):
    question = "sealant seatpost"
    assert weights.coverage(question, ["sealants for a seatpost"]) == 1
    assert weights.coverage(question, ["nothing of it"]) == 0
    assert weights.coverage(question, ["sealant"]) > weights.coverage(question, ["seatpost"])


def test_a_question_of_stop_words_is_not_covered(weights):
    assert weights.coverage("the and of", ["the and of"]) == 0


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did Mortimer Blank say about chains?", ("Mortimer", "Blank")),
        ("Does Replace mean anything?", ()),
        ("Mortimer?", ()),  # any first word has a capital
        ("I wonder. Perhaps so", ()),
        ("what about mortimer", ()),
    ],
)
def test_names_that_the_threads_never_mention(weights, question, names):
    assert weights.unknown_names(question) == names
