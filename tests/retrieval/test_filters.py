from __future__ import annotations

from datetime import UTC, datetime

import pytest

from retrieval.domain import Outcome
from retrieval.filters import Filters, split_filters
from retrieval.index.conditions import known_author
from tests.retrieval.index.builders import Folder, Said, client_at, file_of

AUTHORS = {"tom": "Tom", "vera": "Vera", "anna lee": "Anna Lee"}


def split(question: str) -> tuple[str, Filters]:
    return split_filters(question, lambda name: AUTHORS.get(name.lower()))


@pytest.mark.parametrize(
    ("question", "rest", "filters"),
    [
        ("chain wear from:Tom", "chain wear", Filters(author="Tom")),
        ("from:@tom chain", "chain", Filters(author="Tom")),
        ('by:"anna lee" grease', "grease", Filters(author="Anna Lee")),
        ("grease after:2024", "grease", Filters(after=datetime(2024, 1, 1, tzinfo=UTC))),
        ("grease before:2024-06-15", "grease", Filters(before=datetime(2024, 6, 15, tzinfo=UTC))),
        ("What did Tom say about wear?", "What did Tom say about wear?", Filters(author="Tom")),
        ("why does Vera think so", "why does Vera think so", Filters(author="Vera")),
        ("what did tom mean by wear", "what did tom mean by wear", Filters(author="Tom")),
        ("According to Anna Lee, is it?", "According to Anna Lee, is it?", Filters("Anna Lee")),
    ],
)
def test_conditions_are_read(question, rest, filters):
    assert split(question) == (rest, filters)


@pytest.mark.parametrize(
    "question",
    [
        "from:Nobody chain",  # nobody of that name: a word like any other
        "after:lunch chain",
        "after:2024-13 chain",
        "What did Mortimer say about it?",
        "What did Tom and Vera say about it?",  # either alone would be half an answer
        "What does wear mean?",
        "the chain came from: the shop",
        "https://example.org/after:2024",
        "",
    ],
)
def test_what_is_no_condition_stays_a_question(question):
    rest, filters = split(question)
    assert rest == question
    assert not filters


def test_a_condition_alone_is_also_searched():
    rest, filters = split("from:Tom")
    assert rest == "from:Tom"
    assert filters.author == "Tom"


def test_conditions_are_told_in_words():
    described = Filters("Tom", datetime(2024, 1, 1, tzinfo=UTC)).described()
    assert described == "by Tom, from 2024-01-01 on"


def test_only_the_author_asked_for_is_found(engine):
    hits = engine.search.search("seatpost from:vera", 10).hits
    assert {hit.post.author for hit in hits} == {"Vera"}


def test_a_part_of_a_name_is_enough_where_it_is_one_persons(tmp_path):
    folder = Folder(tmp_path, client_at(tmp_path))
    with folder.index() as index:
        said = (Said("Anna Lee", "Grease it."), Said("Ann Lee", "Oil it."), Said("T_m", "No."))
        index.write([file_of("names.json", *said, title="Names")])

        def known(name: str) -> str | None:
            return known_author(index.catalogue, index.generation.knowledge_base, name)

        assert known("anna") == "Anna Lee"
        assert known("ANN LEE") == "Ann Lee"
        assert known("lee") is None  # two of them
        assert known("Le%") is None
        assert known("tom") is None  # an underscore stands for itself


def test_only_the_time_asked_for_is_found(engine):
    assert engine.search.search("seatpost after:2026-03-01", 10).hits
    assert engine.search.search("seatpost before:2026-03-01", 10).hits == ()


def test_contradictory_conditions_find_nothing_and_say_so(engine):
    answer = engine.answerer.answer("seatpost after:2027 before:2025")
    assert answer.outcome is Outcome.NOT_FOUND
    assert any("from 2027-01-01 on, before 2025-01-01" in step for step in answer.trace)
