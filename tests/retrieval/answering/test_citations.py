from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.answering.citations import answer_text, cite, is_verified
from retrieval.domain import Statement


@pytest.fixture
def hit(engine):
    return engine.search.search("vice", 1).hits[0]


def test_a_span_of_its_passage_is_verified(hit):
    citation = cite(1, hit, hit.passage.start, hit.passage.end)
    assert citation.quote == hit.passage.text
    assert is_verified(citation)


def test_a_changed_quote_is_not(hit):
    citation = cite(1, hit, hit.passage.start, hit.passage.end)
    assert not is_verified(replace(citation, quote=citation.quote.replace("turn", "burn")))


def test_a_span_outside_its_passage_is_not(hit):
    assert hit.passage.start > 0
    assert not is_verified(cite(1, hit, 0, hit.passage.end))
    assert not is_verified(cite(1, hit, hit.passage.start, hit.passage.start))


def test_the_text_carries_the_numbers():
    statements = (Statement("One.", (1,)), Statement("Two.", (1, 2)))
    assert answer_text(statements) == "One. [1] Two. [1][2]"
