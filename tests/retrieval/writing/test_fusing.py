"""A follow-up as asked and as rewritten: two rankings made one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrieval.domain import Hit, Timings
from retrieval.filters import Filters
from retrieval.search import Ranking
from retrieval.spelling import Mended
from retrieval.writing.rewriting import fused
from tests.retrieval.answering.builders import hit


def ranking(**scores: float) -> Ranking:
    hits: list[Hit] = [replace(hit(name, name=name), score=score) for name, score in scores.items()]
    return Ranking(
        mended=Mended("q", ()),
        filters=Filters(),
        searched="q",
        hits=tuple(hits),
        vector=np.zeros(2, dtype=np.float32),
        candidates=len(hits),
        timings_ms=Timings(),
    )


def order(found: Ranking) -> str:
    return "".join(one.passage.id for one in found.hits)


def test_what_both_readings_find_comes_before_what_one_finds() -> None:
    assert order(fused(ranking(a=3, b=2, c=0), ranking(d=3, b=2, e=0), 5)) == "bdaec"


def test_what_only_one_reading_found_gets_the_others_lowest_score() -> None:
    merged = fused(ranking(a=4, b=1), ranking(c=2, d=-2), 4)
    assert {one.passage.id: one.score for one in merged.hits} == {
        "a": 1.0, "b": -0.5, "c": 1.5, "d": -0.5,
    }  # fmt: skip


def test_no_more_than_the_limit_and_nothing_twice() -> None:
    both = ranking(a=3, b=2, c=1)
    assert order(fused(both, both, 2)) == "ab"


def test_a_reading_that_finds_nothing_leaves_the_other() -> None:
    assert order(fused(ranking(), ranking(a=1), 3)) == "a"
    assert order(fused(ranking(a=1), ranking(), 3)) == "a"
