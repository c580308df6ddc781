from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answering import extractive
from retrieval.answering.sentence_scores import split
from retrieval.domain import Hit
from tests.retrieval.answering.builders import hit


def chosen_texts(
    hits: Sequence[Hit], scores: Sequence[float], vectors: npt.NDArray[np.float32] | None = None
) -> list[str]:
    sentences = split(hits)
    if vectors is None:
        vectors = np.eye(len(sentences), dtype=np.float32)
    runs = extractive.choose(sentences, np.array(scores, dtype=float), vectors)
    return [hits[run.hit].post.text[run.start : run.end] for run in runs]


def test_sentences_know_their_place_in_the_post():
    hits = [hit("One here. Two there.")]
    for sentence in split(hits):
        assert hits[0].post.text[sentence.start : sentence.end] == sentence.text


def test_the_best_sentence_leads():
    hits = [hit("Alpha comes. Beta goes."), hit("Gamma stays here.", name="b")]
    assert chosen_texts(hits, [0.1, 0.2, 0.9])[0] == "Gamma stays here."


def test_neighbouring_sentences_become_one_quote():
    hits = [hit("Alpha comes. Beta goes.")]
    assert chosen_texts(hits, [0.9, 0.85]) == ["Alpha comes. Beta goes."]


def test_a_sentence_that_leans_back_brings_the_one_before():
    hits = [hit("Pour ammonia over the post. It dissolves the oxide. Nothing else.")]
    assert chosen_texts(hits, [1, 5, 0]) == ["Pour ammonia over the post. It dissolves the oxide."]


def test_a_sentence_that_leans_back_within_brings_the_one_before():
    hits = [hit("A pump makes nine bar. If it is below that value nothing comes. Nothing else.")]
    brought = "A pump makes nine bar. If it is below that value nothing comes."
    assert chosen_texts(hits, [1, 5, 0]) == [brought]


def test_who_wonders_adds_nothing_to_an_answer():
    hits = [hit("Alpha comes. I wonder how beta goes."), hit("Gamma stays here.", name="b")]
    assert chosen_texts(hits, [0.9, 0.89, 0.8]) == ["Alpha comes.", "Gamma stays here."]


def test_a_bare_yes_brings_the_one_after():
    hits = [hit("Yes, it does. The ammonia dissolves the oxide. Nothing else.")]
    assert chosen_texts(hits, [5, 1, 0]) == ["Yes, it does. The ammonia dissolves the oxide."]


def test_a_yes_that_says_what_is_so_stands_alone():
    hits = [hit("Yes, ammonia dissolves the oxide within a night. Nothing else.")]
    assert chosen_texts(hits, [5, 1]) == ["Yes, ammonia dissolves the oxide within a night."]


def test_the_neighbour_counts_among_the_four():
    hits = [hit("Alpha. It is. Beta. It was. Gamma. It will.")]
    runs = chosen_texts(hits, [0, 5, 0, 5, 0, 5])
    assert runs == ["Alpha. It is. Beta. It was."]


def test_weak_sentences_are_left_out():
    hits = [hit("Alpha comes. Beta goes.")]
    assert chosen_texts(hits, [5, 2]) == ["Alpha comes."]


def test_a_question_adds_nothing_to_an_answer():
    hits = [hit("Alpha comes. Does beta go?"), hit("Gamma stays here.", name="b")]
    assert chosen_texts(hits, [0.9, 0.89, 0.8]) == ["Alpha comes.", "Gamma stays here."]


def test_the_same_thing_is_not_said_twice():
    hits = [hit("Alpha comes soon."), hit("Alpha comes soon!", name="b"), hit("Beta.", name="c")]
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert chosen_texts(hits, [0.9, 0.89, 0.8], vectors)[:2] == ["Alpha comes soon.", "Beta."]


@given(st.lists(st.floats(-9, 9), min_size=12, max_size=12))
def test_never_more_than_is_allowed(scores):
    hits = [hit("Alpha comes. Beta goes. Gamma stays.", name=str(n)) for n in range(4)]
    sentences = split(hits)
    vectors = np.eye(len(sentences), dtype=np.float32)
    runs = extractive.choose(sentences, np.array(scores), vectors)
    assert 1 <= sum(len(run.sentences) for run in runs) <= extractive.MAX_SENTENCES
    assert len({run.hit for run in runs}) <= extractive.MAX_PASSAGES


def test_no_sentences_no_answer():
    assert extractive.choose((), np.array([]), np.zeros((0, 2), dtype=np.float32)) == ()
