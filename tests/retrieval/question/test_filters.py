from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.drafts import PostDraft, ThreadDraft
from ingest.understand.contents import file_contents
from ingest.understand.paragraphs import split_paragraphs
from retrieval.question.filters import Author, Filters, split_filters
from retrieval.records import Outcome
from retrieval.store.catalogue.conditions import find_authors, matching_ids
from retrieval.store.catalogue.contents import FileStamp
from tests.retrieval.store.builders import Folder, client_at

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)

TOM, VERA, ANNA = Author("Tom", "t1"), Author("Vera"), Author("Anna Lee", "a1")
SAMS = (Author("Sam", "s1"), Author("Sam", "s2"))
AUTHORS = {
    "tom": (TOM,),
    "tom_k": (TOM,),
    "t1": (TOM,),
    "vera": (VERA,),
    "anna lee": (ANNA,),
    "sam": SAMS,
}


def split(question: str) -> tuple[str, Filters]:
    return split_filters(question, lambda name: AUTHORS.get(name.lower(), ()), NOW)


YEAR, NEXT_YEAR = (datetime(year, 1, 1, tzinfo=UTC) for year in (2025, 2026))


@pytest.mark.parametrize(
    ("question", "rest", "filters"),
    [
        ("chain wear from:Tom", "chain wear", Filters((TOM,))),
        ("from:@tom chain", "chain", Filters((TOM,))),
        ("from:tom_k chain", "chain", Filters((TOM,))),
        ("from:t1 chain", "chain", Filters((TOM,))),
        ('by:"anna lee" grease', "grease", Filters((ANNA,))),
        ("grease after:2024", "grease", Filters(after=datetime(2024, 1, 1, tzinfo=UTC))),
        ("grease before:2024-06-15", "grease", Filters(before=datetime(2024, 6, 15, tzinfo=UTC))),
        ("What did Tom say about wear?", "What did Tom say about wear?", Filters((TOM,))),
        ("why does Vera think so", "why does Vera think so", Filters((VERA,))),
        ("what did tom mean by wear", "what did tom mean by wear", Filters((TOM,))),
        ("According to Anna Lee, is it?", "According to Anna Lee, is it?", Filters((ANNA,))),
        ("What was said about oil this month?", "What was said about oil ?", Filters(after=MARCH)),
        ("what did vera say last year", "what did vera say", Filters((VERA,), YEAR, NEXT_YEAR)),
        ("Who said that oil helps?", "oil helps?", Filters()),
        ("Does oil help? Yes or no?", "Does oil help?", Filters()),
    ],
)
def test_conditions_are_read(question, rest, filters):
    assert split(question) == (rest, filters)


@pytest.mark.parametrize(
    "question",
    [
        "after:lunch chain",
        "after:2024-13 chain",
        "What did Mortimer say about it?",
        "What did Sam say about it?",  # which of them?
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
    assert filters.authors == (TOM,)


def test_a_name_that_nobody_has_is_said_and_dropped():
    rest, filters = split("from:Nobody chain after:2024")
    assert rest == "chain"
    assert filters.authors == ()
    assert filters.after
    [note] = filters.notes
    assert note.told == "Nobody here is called “Nobody”, so everybody's posts were searched."


def test_a_name_that_several_have_means_all_of_them_and_says_so():
    rest, filters = split("from:sam chain")
    assert (rest, filters.authors) == ("chain", SAMS)
    [note] = filters.notes
    assert note.told == (
        "“sam” may be Sam (s1), Sam (s2): all of them were searched. "
        "`from:` and an id asks for one."
    )


def test_conditions_are_told_in_words():
    described = Filters((TOM, *SAMS), datetime(2024, 1, 1, tzinfo=UTC)).described()
    assert described == "by Tom or Sam, from 2024-01-01 on"


def test_only_the_author_asked_for_is_found(engine):
    hits = engine.search.search("seatpost from:vera", 10).hits
    assert {hit.post.author for hit in hits} == {"Vera"}


def _post(number: int, name: str, author_id: str | None, account: str | None) -> PostDraft:
    text = f"Line {number} is about grease."
    paragraphs = tuple(split_paragraphs(text))
    return PostDraft(
        str(number), text, paragraphs, name, MARCH, author_id=author_id, account=account
    )


def test_people_are_found_by_name_account_id_and_a_part_of_their_name(tmp_path):
    people: list[tuple[str, str | None, str | None]]
    people = [("Anna Lee", "1", "anna77"), ("Anna L.", "1", "anna77"), ("Ann Lee", "2", None)]
    people += [("T_m", None, None), ("anna77", "4", None), ("Sam", "5", None), ("Sam", "6", None)]
    posts = tuple(_post(n, *person) for n, person in enumerate(people))
    stamp = FileStamp("/names", "names", 1, 2, "names", "1/")
    contents = file_contents(stamp, "test", [ThreadDraft("t", posts)], lambda t: [len(t)])
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([contents])
        kb = index.generation.knowledge_base

        def ids(name: str) -> list[str | None]:
            return [author.id for author in find_authors(index.catalogue, kb, name)]

        assert ids("ANNA LEE") == ids("anna l.") == ids("1") == ["1"]
        assert ids("anna77") == ["1", "4"]
        assert ids("anna") == ["1"], "a part will do where nobody is called so"
        assert ids("lee") == ["1", "2"]
        assert ids("sam") == ["5", "6"]
        assert ids("t_m") == [None]
        assert ids("Le%") == ids("tom") == ids("nobody") == []
        one = matching_ids(index.catalogue, kb, Filters((Author("Anna Lee", "1"),)))
        assert {at.post.author for at in index.library.located(one).values()} == {
            "Anna Lee", "Anna L."
        }  # fmt: skip


def test_only_the_time_asked_for_is_found(engine):
    assert engine.search.search("seatpost after:2026-03-01", 10).hits
    before = engine.search.search("seatpost before:2026-03-01", 10)
    assert before.hits, "what nothing fulfils is dropped"
    assert not before.filters


def test_conditions_that_nothing_fulfils_are_said_and_dropped(engine):
    answer = engine.answerer.answer("seatpost after:2027 before:2025")
    [note] = answer.notes
    assert note.told == (
        "There are no posts from 2027-01-01 on, before 2025-01-01, so all were searched."
    )
    assert note.told in answer.trace
    assert answer.citations or answer.closest or answer.outcome is Outcome.NOT_FOUND
