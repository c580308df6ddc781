from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.answering.citations import answer_text, cite, is_verified, repeats
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


def test_the_text_carries_the_numbers(hit):
    citations = [cite(n, hit, hit.passage.start, hit.passage.end) for n in (1, 2)]
    statements = (Statement("One.", (1,)), Statement("Two.", (1, 2)))
    assert answer_text(statements, citations) == "One. [1] Two. [1][2]"


@pytest.mark.parametrize(
    ("authors", "text"),
    [
        (("Tom", "Mia"), "Tom argues: “One. Two.” [1]; Mia replies: “No.” [2] Three. [3]"),
        ((None, None), "One post argues: “One. Two.” [1]; another replies: “No.” [2] Three. [3]"),
    ],
)
def test_who_contradicts_whom_is_named(hit, authors, text):
    citations = [
        cite(n, replace(hit, post=replace(hit.post, author=author)), 0, 1)
        for n, author in enumerate((*authors, "Ida"), 1)
    ]
    statements = (
        Statement("One.", (1,)),
        Statement("Two.", (1,)),
        Statement("No.", (2,), disputes=(1,)),
        Statement("Three.", (3,)),
    )
    assert answer_text(statements, citations) == text


def test_what_is_shown_is_not_shown_again(hit):
    citation = cite(1, hit, hit.passage.start, hit.passage.end)
    assert repeats(citation, [replace(citation, n=2, quote=citation.quote.upper() + "!")])
    assert not repeats(citation, [replace(citation, n=2, quote="The bell rings.")])
    assert not repeats(citation, [])
