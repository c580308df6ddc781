from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from retrieval.answering.sentence_scores import score, split
from retrieval.domain import Hit, TextKind
from tests.retrieval.answering.builders import hit

SAID = "The chain is worn out now."


def compared(better: Hit, worse: Hit, question: str = "How is the chain?") -> bool:
    """Tell whether the first sentence scores more where all that is measured is equal."""
    hits = [better, worse]
    alike = np.full(2, 0.5, dtype=np.float32)
    good, bad = score(question, split(hits), hits, alike, [0.5, 0.5])
    return bool(good > bad)


@pytest.mark.parametrize(
    ("worse", "kind"),
    [
        ("Is the chain worn out?", TextKind.OWN),
        ("The chain is worn out:", TextKind.OWN),
        ("I am curious how worn the chain is.", TextKind.OWN),
        ("Thanks.", TextKind.OWN),
        (SAID, TextKind.QUOTE),
    ],
)
def test_what_rarely_answers_is_marked_down(worse, kind):
    assert compared(hit(SAID), hit(worse, kind=kind, name="b"))


def test_who_asks_describes_and_who_replies_answers():
    asking = hit(f"{SAID} What now?", name="b")
    asking = replace(asking, thread=replace(asking.thread, title="Chain"))
    alike = np.full(3, 0.5, dtype=np.float32)
    hits = [hit(SAID), asking]
    answering, describing, _ = score("chain", split(hits), hits, alike, [0.5] * 3)
    assert answering > describing


@pytest.mark.parametrize(
    ("question", "answering", "beside_it"),
    [
        ("Why does it slip?", "It slips because it is worn.", "It slips on the big cog, mostly."),
        ("How often?", "Every 2,000 km for me.", "Often enough for all of us."),
        ("Who said so?", "That was what Tom measured.", "That was measured last year."),
    ],
)
def test_a_sentence_of_the_asked_kind_is_preferred(question, answering, beside_it):
    assert compared(hit(answering), hit(beside_it, name="b"), question)


def test_what_follows_a_question_like_this_one_is_preferred():
    assert compared(replace(hit(SAID), asked_before=0.6), hit(SAID, name="b"))


def test_closeness_shared_words_and_the_passage_count():
    hits = [hit(SAID), hit(SAID, name="b"), hit(SAID, name="c"), hit(SAID, score=2.0, name="d")]
    cosines = np.array([0.3, 0.6, 0.3, 0.3], dtype=np.float32)
    plain, near, sharing, ranked = score("chain", split(hits), hits, cosines, [0.1, 0.1, 0.6, 0.1])
    assert min(near, sharing, ranked) > plain


@pytest.mark.parametrize("mention", ["@Mira Vantongeren", "Mira Vantongeren’s chain,"])
def test_what_stands_in_the_question_itself_answers_nothing(mention):
    asked = "When is Mira Vantongeren's chain due?"
    assert compared(hit("In May, I would say, or June."), hit(mention, name="b"), asked)
