from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.understand.linking import link_across_threads, link_after_crash
from retrieval.records import TextKind
from retrieval.store.catalogue.catalogue import UnfinishedWork
from retrieval.store.catalogue.contents import FileContents
from retrieval.store.index import PassageIndex
from tests.retrieval.store.builders import KB, Folder, Said, client_at, file_of

RISE = "A sourdough rises for twelve hours in a cold kitchen, at the very least."
ORIGIN = file_of("bread.txt", Said("ann", f"{RISE}\n\nMine stays flat."), thread="bread")
QUOTE = file_of("pizza.txt", Said("bob", f"> {RISE}\n\nFor pizza it is less."), thread="pizza")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PassageIndex]:
    with Folder(tmp_path, client_at(tmp_path)).index() as opened:
        yield opened


def _write(index: PassageIndex, *files: FileContents) -> int:
    index.write(files)
    return link_across_threads(index, [p for file in files for p in file.indexed()])


def _origin(index: PassageIndex, file: FileContents) -> str | None:
    (quote,) = (p for p in file.threads[0].passages if p.kind is TextKind.QUOTE)
    return index.library.located([quote.id])[quote.id].passage.origin_id


def _id_of(file: FileContents, text: str) -> str:
    return next(p.id for p in file.threads[0].passages if p.text == text)


def test_a_new_quote_finds_words_that_were_there_before(index: PassageIndex) -> None:
    assert _write(index, ORIGIN) == 0
    assert _write(index, QUOTE) == 1
    assert _origin(index, QUOTE) == _id_of(ORIGIN, RISE)


def test_a_quote_that_waits_is_found_by_words_that_come_later(index: PassageIndex) -> None:
    assert _write(index, QUOTE) == 0
    assert _write(index, ORIGIN) == 1
    assert _origin(index, QUOTE) == _id_of(ORIGIN, RISE)


def test_quote_and_words_may_come_together(index: PassageIndex) -> None:
    assert _write(index, QUOTE, ORIGIN) == 1
    assert _origin(index, QUOTE) == _id_of(ORIGIN, RISE)


def test_a_part_of_a_paragraph_may_be_quoted(index: PassageIndex) -> None:
    part = file_of("a.txt", Said("bob", "> rises for twelve hours in a cold kitchen"), thread="a")
    _write(index, ORIGIN)
    assert _write(index, part) == 1


@pytest.mark.parametrize("words", ["in a cold kitchen", "rises for thirteen hours in a kitchen"])
def test_a_few_words_or_other_words_are_no_quote(index: PassageIndex, words: str) -> None:
    other = file_of("a.txt", Said("bob", f"> {words}"), thread="a")
    _write(index, ORIGIN)
    assert _write(index, other) == 0


def test_of_several_origins_the_shortest_is_taken(index: PassageIndex) -> None:
    longer = file_of("c.txt", Said("cid", f"As I said: {RISE} That is all there is."), thread="c")
    _write(index, longer, ORIGIN)
    _write(index, QUOTE)
    assert _origin(index, QUOTE) == _id_of(ORIGIN, RISE)


def test_a_quote_whose_origin_went_finds_another_when_it_comes(index: PassageIndex) -> None:
    _write(index, ORIGIN, QUOTE)
    index.write((), [ORIGIN.stamp.path])
    link_across_threads(index, ())
    assert _origin(index, QUOTE) is None
    again = file_of("other.txt", Said("eve", RISE), thread="other")
    assert _write(index, again) == 1
    assert _origin(index, QUOTE) == _id_of(again, RISE)


def test_quotes_that_a_crash_left_unlinked_are_linked_at_the_next_start(
    index: PassageIndex,
) -> None:
    index.write([ORIGIN])
    index.write([QUOTE])
    assert _origin(index, QUOTE) is None
    assert link_after_crash(index) == 1
    assert _origin(index, QUOTE) == _id_of(ORIGIN, RISE)
    assert not index.catalogue.is_marked(KB, UnfinishedWork.UNLINKED)
    assert link_after_crash(index) == 0
