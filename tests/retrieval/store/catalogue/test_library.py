from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from retrieval.errors import NotFoundError
from retrieval.records import TextKind
from retrieval.store.catalogue import library as statements
from retrieval.store.catalogue.library import Library
from retrieval.store.catalogue.records import POST_COLUMNS, THREAD_COLUMNS
from retrieval.store.index import PassageIndex
from tests.retrieval.store.builders import KB, Folder, Said, client_at, file_of, files_of

RISE = "A sourdough rises for twelve hours in a cold kitchen, at the very least."
BREAD = file_of(
    "bakery/bread.txt",
    Said("ann", "How long must it rise?\n\nMine stays flat."),
    Said("bob", RISE, answers="ann"),
    Said("cid", f"> {RISE}\n\nEven longer in winter.", answers="bob"),
    thread="bread",
    title="Sourdough",
)
COPY = file_of(
    "zz.txt",
    *(
        Said("ann", "How long must it rise?\n\nMine stays flat."),
        Said("bob", RISE, answers="ann"),
        Said("cid", f"> {RISE}\n\nEven longer in winter.", answers="bob"),
    ),
    thread="bread",
    title="Sourdough",
)
PIZZA = file_of(
    "pizza.txt",
    Said("dan", f"> {RISE[:60]}\n\nFor pizza it is less."),
    thread="pizza",
)
STATEMENTS = sorted(name for name, value in vars(statements).items() if "SELECT" in str(value))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PassageIndex]:
    with Folder(tmp_path, client_at(tmp_path)).index() as opened:
        opened.write([BREAD, COPY, PIZZA])
        quote = next(p for p in PIZZA.threads[0].passages if p.kind is TextKind.QUOTE)
        opened.catalogue.link_quotes(KB, {quote.id: _id_of(RISE)})
        yield opened


@pytest.fixture
def library(index: PassageIndex) -> Library:
    return index.library


def _id_of(text: str) -> str:
    return next(p.id for p in BREAD.threads[0].passages if p.text == text)


def test_a_source_shows_what_stands_before_and_after_it(library: Library) -> None:
    source = library.source(_id_of(RISE), around=2)
    assert [p.text for p in source.before] == ["How long must it rise?", "Mine stays flat."]
    assert [p.text for p in source.after] == [f"> {RISE}", "Even longer in winter."]
    assert source.thread.title == "Sourdough"
    assert source.thread.file == "bakery/bread.txt"


def test_around_bounds_what_a_source_shows(library: Library) -> None:
    source = library.source(_id_of(RISE), around=1)
    assert [p.text for p in source.before] == ["Mine stays flat."]
    assert [p.text for p in source.after] == [f"> {RISE}"]


def test_a_source_names_what_it_answers_and_who_answers_or_quotes_it(library: Library) -> None:
    source = library.source(_id_of(RISE))
    assert source.in_reply_to is not None
    assert source.in_reply_to.author == "ann"
    assert [post.author for post in source.replies] == ["cid", "dan"]


def test_an_opening_post_answers_nothing(library: Library) -> None:
    assert library.source(_id_of("Mine stays flat.")).in_reply_to is None


def test_a_parent_that_is_in_no_file_is_left_out(tmp_path: Path) -> None:
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([file_of("a.txt", Said("bob", "An answer to a deleted post.", answers="?"))])
        (passage_id,) = index.catalogue.indexed_ids(KB)
        assert index.library.source(passage_id).in_reply_to is None


def test_the_other_places_of_the_same_words_are_quotes_and_other_files(library: Library) -> None:
    source = library.source(_id_of(RISE))
    places = {(place.kind, place.thread.file) for place in source.also_in}
    assert places == {
        (TextKind.QUOTE, "bakery/bread.txt"),
        (TextKind.OWN, "zz.txt"),
        (TextKind.QUOTE, "zz.txt"),
        (TextKind.QUOTE, "pizza.txt"),
    }


def test_a_quote_leads_to_its_origin(library: Library) -> None:
    quote = next(p for p in PIZZA.threads[0].passages if p.kind is TextKind.QUOTE)
    source = library.source(quote.id)
    assert source.passage.origin_id == _id_of(RISE)
    assert any(place.passage_id == _id_of(RISE) for place in source.also_in)


def test_any_unambiguous_prefix_of_an_id_will_do(library: Library) -> None:
    assert library.source(_id_of(RISE)[:8].upper() + " ").passage.text == RISE


@pytest.mark.parametrize("prefix", ["", "abc", "zzzz", "%", "ffffffffffffffff0", "’"])
def test_a_prefix_that_is_too_short_or_unknown_is_said_to_be_so(
    library: Library, prefix: str
) -> None:
    with pytest.raises(NotFoundError, match="There is no passage"):
        library.source(prefix)


def test_an_ambiguous_prefix_asks_for_more_digits(tmp_path: Path) -> None:
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        text = "\n\n".join(f"Paragraph {n}." for n in range(1_500))
        index.write([file_of("a.txt", Said("ann", text))])
        ids = sorted(index.catalogue.indexed_ids(KB))
        twins = next(a for a, b in pairwise(ids) if a[:4] == b[:4])
        with pytest.raises(NotFoundError, match=f"More than one passage begins with “{twins[:4]}”"):
            index.library.source(twins[:4])


@pytest.mark.parametrize(
    "name", ["bread.txt", "bakery/bread.txt", "./bakery/bread.txt", "/threads/bakery/bread.txt"]
)
def test_a_thread_answers_to_its_files_name_or_path(library: Library, name: str) -> None:
    (view,) = library.thread(name)
    assert view.thread.title == "Sourdough"
    assert [post.post.author for post in view.posts] == ["ann", "bob", "cid"]
    assert [[p.text for p in post.paragraphs] for post in view.posts] == [
        ["How long must it rise?", "Mine stays flat."],
        [RISE],
        [f"> {RISE}", "Even longer in winter."],
    ]
    assert view.posts[2].paragraphs[0].origin_id == _id_of(RISE)


def test_a_thread_in_two_files_is_shown_once_by_its_id(library: Library) -> None:
    (view,) = library.thread(BREAD.threads[0].thread.id[:6])
    assert view.thread.file == "bakery/bread.txt"


@pytest.mark.parametrize("name", ["", "read.txt", "%", "b_ead.txt", "*.txt", "nowhere.txt"])
def test_a_name_of_nothing_is_said_to_be_so(library: Library, name: str) -> None:
    with pytest.raises(NotFoundError, match="There is no thread or file"):
        library.thread(name)


def test_a_file_of_several_threads_is_shown_whole(tmp_path: Path) -> None:
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        two = {"one": [Said("ann", "First.")], "two": [Said("bob", "Second.")]}
        index.write([files_of("both.txt", two)])
        views = index.library.thread("both.txt")
        assert [view.posts[0].post.text for view in views] == ["First.", "Second."]


def test_what_is_typed_finds_ids_that_begin_so(library: Library) -> None:
    wanted = _id_of(RISE)
    assert wanted in {found.passage.id for found in library.beginning(wanted[:5], 25)}
    assert library.beginning("rise", 25) == []
    assert len(library.beginning("", 3)) == 3


def test_another_knowledge_base_sees_nothing_of_this_one(index: PassageIndex) -> None:
    other = Library(index.catalogue, "other")
    assert other.located([_id_of(RISE)]) == {}
    assert other.exchanges() == {}
    assert other.probes() == []
    with pytest.raises(NotFoundError):
        other.source(_id_of(RISE))
    with pytest.raises(NotFoundError):
        other.thread("bread.txt")


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_looks_at_every_row(index: PassageIndex, name: str) -> None:
    statement = getattr(statements, name)
    names = (
        "kb",
        "ids",
        "low",
        "high",
        "thread",
        "base",
        "name",
        "tail",
        "id",
        "origin",
        "post",
        "ordinal",
    )
    lists = {"ids": "[]", "posts": "[]", "exchanges": "[]"}
    values = dict.fromkeys((*names, "passage"), "x") | lists | {"limit": 1}
    columns = POST_COLUMNS if "posts o" in statement else THREAD_COLUMNS
    places = "SELECT 1 AS file_id, 'x' AS id"
    plan = index.catalogue.connection.execute(
        "EXPLAIN QUERY PLAN " + statement.format(places=places, columns=columns), values
    ).fetchall()
    scans = [row["detail"] for row in plan if row["detail"].startswith("SCAN")]
    assert [scan for scan in scans if not re.search(r"json_each|wanted|place|CONSTANT", scan)] == []
