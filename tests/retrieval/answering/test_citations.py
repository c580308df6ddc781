from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.answering.citations import answer_text, cite, is_verified, repeats
from retrieval.records import Statement


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


def test_a_span_may_reach_beyond_its_passage_but_not_beyond_its_post(hit):
    assert hit.passage.start > 0
    assert is_verified(cite(1, hit, 0, hit.passage.end))
    assert not is_verified(cite(1, hit, hit.passage.start, hit.passage.start))
    elsewhere = replace(hit, post=replace(hit.post, id="0" * 16))
    assert not is_verified(cite(1, elsewhere, 0, hit.passage.end))


def test_the_text_carries_the_numbers():
    statements = (Statement("One.", (1,)), Statement("Two.", (1, 2)))
    assert answer_text(statements) == "One. [1]\n\nTwo. [1][2]"


def test_a_part_of_what_is_shown_is_not_shown_again(hit):
    whole = cite(1, hit, 0, len(hit.post.text))
    assert repeats(cite(2, hit, hit.passage.start, hit.passage.end), [whole])


def test_what_is_shown_is_not_shown_again(hit):
    citation = cite(1, hit, hit.passage.start, hit.passage.end)
    assert repeats(citation, [replace(citation, n=2, quote=citation.quote.upper() + "!")])
    assert not repeats(citation, [replace(citation, n=2, quote="The bell rings.")])
    assert not repeats(citation, [])
