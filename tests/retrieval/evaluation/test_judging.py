"""When a passage counts as found, and an answer as right."""

import pytest

from retrieval.evaluation.judging import shows
from retrieval.records import Outcome
from tests.retrieval.evaluation.factories import NOBODY, cite, judged

OIL, RAG = "Use sewing machine oil.", "Wipe it with a rag."


def test_a_passage_is_found_where_its_words_are_whatever_the_marks_between_them():
    each = judged(found=("Nothing here.", "He said: “use  SEWING machine oil”, and left."))
    assert (each.rank, each.any_rank) == (2, 2)


def test_half_a_word_is_not_found():
    assert judged(found=("Use sewing machine oils.",)).rank is None


def test_the_first_passage_with_any_quote_counts():
    each = judged(gold=(OIL, RAG), found=("x", RAG, OIL))
    assert each.rank == 2


def test_where_all_are_needed_the_last_of_them_counts():
    each = judged(gold=(OIL, RAG), needs_all=True, found=("x", RAG, "y", OIL))
    assert (each.rank, each.any_rank) == (4, 2)
    each = judged(gold=(OIL, RAG), needs_all=True, found=("x", RAG))
    assert (each.rank, each.any_rank) == (None, 2)


def test_one_passage_may_hold_all_of_them():
    assert judged(gold=(OIL, RAG), needs_all=True, found=(f"{RAG} {OIL}",)).rank == 1


@pytest.mark.parametrize(
    ("quote", "is_right"),
    [
        (OIL, True),
        (f"First: {OIL} Then wait.", True),
        ("sewing machine oil", True),  # a part of it
        ("machine oil", False),  # too little of it
        ("Use olive oil.", False),
    ],
)
def test_a_citation_shows_a_quote_that_it_holds_or_is_a_part_of(quote, is_right):
    assert shows(cite(quote), (OIL,)) is is_right


def test_a_whole_sentence_of_a_quote_is_enough_beside_others():
    gold = "I never use grease on it. Sewing machine oil keeps the chain quiet."
    assert shows(cite("Sewing machine oil keeps the chain quiet. Ask Tom."), (gold,))
    assert not shows(cite("It keeps the chain quiet. Ask Tom."), (gold,))


def test_what_would_do_as_well_is_right_but_not_found():
    each = judged(shown=RAG, found=(RAG,), also_ok=(RAG,))
    assert each.right
    assert each.rank is None


def test_what_comes_closest_is_shown_without_being_an_answer():
    each = judged(Outcome.CLOSEST)
    assert (each.answered, each.shown) == (False, True)


def test_nothing_is_right_for_a_question_that_nothing_answers():
    assert not judged(**NOBODY).right
