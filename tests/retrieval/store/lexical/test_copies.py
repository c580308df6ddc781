from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.duplicates import measure
from benchmarks.planted import plant
from retrieval.records import TextKind
from retrieval.store.catalogue.catalogue import Catalogue, Generation
from retrieval.store.catalogue.contents import FileContents
from retrieval.store.catalogue.library import Library
from retrieval.store.lexical.copies import count_copies, link_copies, rarity
from retrieval.store.lexical.tantivy_index import LexicalIndex
from tests.retrieval.store.builders import KB, Said, file_of

RISE = (
    "A sourdough that rises for twelve hours in a cold kitchen bakes better than one that was "
    "hurried along beside the stove."
)
HALF = "that rises for twelve hours in a cold kitchen bakes better than one"
COLD = RISE.replace("better", "worse")
BREAD = file_of("bread.txt", Said("ann", RISE))
CROSS = file_of("cross.txt", Said("bob", RISE.upper()))
PART = file_of("part.txt", Said("cid", HALF))
OPPOSED = file_of("opposed.txt", Said("dan", COLD))
FILES = (BREAD, CROSS, PART, OPPOSED)


class Shelf:
    """A catalogue of one knowledge base, linked after every write as an ingest does."""

    def __init__(self, path: Path, kb: str = KB) -> None:
        self.catalogue = Catalogue(path)
        self.kb = kb
        self.generation: Generation = self.catalogue.begin_generation(kb, "none")

    def write(self, *files: FileContents, gone: tuple[FileContents, ...] = ()) -> int:
        self.catalogue.write(self.generation, files, [file.stamp.path for file in gone])
        return self.link()

    def link(self) -> int:
        return link_copies(self.catalogue, self.kb, lambda _: False)

    def original(self, file: FileContents) -> str | None:
        passage_id = id_in(file)
        located = Library(self.catalogue, self.kb).located([passage_id])
        return located[passage_id].passage.duplicate_of

    def counted(self) -> tuple[int, int]:
        """Copies, and fingerprints that belong to no original: there must be none."""
        orphans = self.catalogue.connection.execute(
            "SELECT count(*) FROM fingerprints f LEFT JOIN sketches s ON s.id = f.sketch"
            " WHERE s.id IS NULL OR s.original IS NOT NULL OR s.fingerprints IS NULL"
        ).fetchone()[0]
        return self.catalogue.counts(self.kb).copies, orphans


def id_in(file: FileContents) -> str:
    return file.threads[0].passages[0].id


def dated(file: FileContents, year: int) -> FileContents:
    (thread,) = file.threads
    posts = tuple(replace(p, created_at=datetime(year, 1, 1, tzinfo=UTC)) for p in thread.posts)
    return replace(file, threads=(replace(thread, posts=posts),))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "catalogue.sqlite3")
    yield made
    assert made.counted()[1] == 0
    made.catalogue.close()


def test_copies_are_linked_across_files_and_opposites_are_not(shelf: Shelf) -> None:
    assert shelf.write(*FILES) == 2
    assert [shelf.original(file) for file in FILES] == [None, id_in(BREAD), id_in(BREAD), None]
    assert shelf.catalogue.counts(KB).copies == 2


def test_what_comes_in_a_later_run_is_linked_to_what_was_there(shelf: Shelf) -> None:
    assert shelf.write(BREAD) == 0
    assert shelf.write(OPPOSED) == 0
    assert shelf.write(CROSS) == 1
    assert shelf.write(PART) == 1
    assert shelf.original(PART) == shelf.original(CROSS) == id_in(BREAD)


def test_when_an_original_goes_its_copies_have_a_new_one(shelf: Shelf) -> None:
    shelf.write(*FILES)
    assert shelf.write(gone=(BREAD,)) == 1
    assert [shelf.original(file) for file in FILES[1:]] == [None, id_in(CROSS), None]
    assert shelf.write(gone=(CROSS,)) == 0
    assert shelf.original(PART) is None
    assert shelf.write(CROSS) == 0, "it holds the part and more, and came later"


def test_an_edited_original_is_a_new_text(shelf: Shelf) -> None:
    shelf.write(*FILES)
    edited = file_of("bread.txt", Said("ann", RISE.replace("twelve", "fourteen")))
    assert shelf.write(edited) == 1
    assert shelf.original(edited) is None
    assert shelf.original(PART) == id_in(CROSS)


def test_an_edited_file_keeps_the_links_of_what_was_not_edited(shelf: Shelf) -> None:
    shelf.write(*FILES)
    more = file_of("cross.txt", Said("bob", RISE.upper()), Said("eve", "Mine stays flat."))
    assert shelf.write(more) == 0
    assert shelf.original(more) == id_in(BREAD)
    rows = shelf.catalogue.connection.execute("SELECT count(*) FROM sketches").fetchone()[0]
    assert rows == 5


def test_a_thread_in_two_files_is_no_copy_and_outlives_one_of_them(shelf: Shelf) -> None:
    one = file_of("one.txt", Said("ann", RISE), thread="same")
    two = file_of("two.txt", Said("ann", RISE), thread="same")
    assert shelf.write(one, two) == 0
    assert shelf.write(CROSS) == 1
    assert shelf.write(gone=(one,)) == 0
    assert shelf.original(CROSS) == id_in(two)
    shelf.write(gone=(two,))
    assert shelf.original(CROSS) is None


def test_the_elder_post_is_the_original_even_when_it_comes_later(shelf: Shelf) -> None:
    young, old = dated(CROSS, 2025), dated(BREAD, 2024)
    shelf.write(young)
    assert shelf.write(dated(PART, 2026)) == 1
    assert shelf.original(PART) == id_in(CROSS)
    assert shelf.write(old) == 1, "what copied the younger is looked at again"
    assert shelf.original(CROSS) == shelf.original(PART) == id_in(BREAD)
    assert shelf.original(BREAD) is None


def test_a_quote_is_linked_to_its_origin_only(shelf: Shelf) -> None:
    quoting = file_of("quoting.txt", Said("eve", f"> {RISE}\n\nIndeed."))
    assert shelf.write(BREAD, quoting) == 0
    (quote,) = (p for p in quoting.threads[0].passages if p.kind is TextKind.QUOTE)
    assert Library(shelf.catalogue, KB).originals([quote.id]) == {}


def test_a_quote_that_becomes_own_words_may_be_a_copy(shelf: Shelf) -> None:
    (thread,) = CROSS.threads
    quoted = tuple(replace(p, kind=TextKind.QUOTE) for p in thread.passages)
    assert shelf.write(BREAD, replace(CROSS, threads=(replace(thread, passages=quoted),))) == 0
    assert shelf.write(CROSS) == 1
    shelf.write(replace(CROSS, threads=(replace(thread, passages=quoted),)))
    assert shelf.original(CROSS) is None


def test_what_a_crash_left_unlinked_waits_for_the_next_start(shelf: Shelf) -> None:
    shelf.catalogue.write(shelf.generation, FILES)
    assert not shelf.catalogue.is_settled(KB)
    assert shelf.original(CROSS) is None
    assert shelf.link() == 2
    assert shelf.original(CROSS) == id_in(BREAD)
    assert shelf.link() == 0


def test_a_copy_is_never_left_with_an_original_that_is_gone(shelf: Shelf) -> None:
    shelf.write(*FILES)
    shelf.catalogue.write(shelf.generation, (), [BREAD.stamp.path])
    assert shelf.original(CROSS) is None
    assert shelf.original(PART) is None


def test_knowledge_bases_have_copies_of_their_own(shelf: Shelf, tmp_path: Path) -> None:
    other = Shelf(tmp_path / "catalogue.sqlite3", "other")
    shelf.write(BREAD)
    assert other.write(CROSS, PART) == 1
    assert other.original(CROSS) is None
    assert other.original(PART) == id_in(CROSS)
    assert shelf.write(gone=(BREAD,)) == 0
    assert other.catalogue.counts("other").copies == 1
    other.catalogue.close()


def test_counting_beforehand_writes_nothing_and_says_what_then_happens(shelf: Shelf) -> None:
    assert count_copies(shelf.catalogue, KB, FILES) == 2
    assert shelf.link() == 0
    shelf.write(BREAD)
    assert count_copies(shelf.catalogue, KB, FILES) == 2
    assert shelf.write(*FILES) == 2
    assert count_copies(shelf.catalogue, KB, FILES) == 0


def test_the_other_places_of_a_text_are_its_copies_and_their_original(shelf: Shelf) -> None:
    shelf.write(*FILES)
    library = Library(shelf.catalogue, KB)
    for file in FILES[:3]:
        places = {place.thread.file for place in library.source(id_in(file)).also_in}
        assert places == {"bread.txt", "cross.txt", "part.txt"} - {file.stamp.name}
    assert library.source(id_in(OPPOSED)).also_in == ()


def test_only_a_word_of_one_text_is_rare(tmp_path: Path) -> None:
    lexical = LexicalIndex(tmp_path / "lexical")
    lexical.write([("1", "a sourdough and a bagel"), ("2", "two bagels with the jam")])
    is_rare = rarity(lexical)
    assert [is_rare(word) for word in ("sourdough", "bagel", "soap", "the")] == [
        *(True, False, True, False)
    ]
    lexical.close()


def test_a_catalogue_of_before_is_looked_through_at_the_next_ingest(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite3"
    shelf = Shelf(path)
    shelf.catalogue.write(shelf.generation, FILES)
    shelf.catalogue.close()
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "DROP TABLE sketches; DROP TABLE fingerprints; DROP TABLE exchanges;"
            "ALTER TABLE threads ADD COLUMN summary TEXT NOT NULL DEFAULT '';"
            "ALTER TABLE threads ADD COLUMN summary_key TEXT NOT NULL DEFAULT '';"
            "PRAGMA user_version = 2"
        )
    connection.close()
    shelf = Shelf(path)
    assert shelf.catalogue.counts(KB).passages == 4
    assert not shelf.catalogue.is_settled(KB)
    assert shelf.link() == 2
    assert shelf.original(PART) == id_in(BREAD)
    shelf.catalogue.close()


@pytest.mark.slow
def test_half_quotes_are_found_and_opposites_never_merged(tmp_path: Path) -> None:
    outcome = measure(plant(6_000, 200), tmp_path)
    halves = [kind for kind in outcome.planted if "half" in kind]
    assert sum(outcome.found[kind] for kind in halves) >= 0.95 * 200 * len(halves)
    assert outcome.found["word for word"] == outcome.found["reformatted"] == 200
    assert outcome.found["slip"] >= 190
    assert (outcome.planted["negated"], outcome.merged["negated"]) == (200, 0)
    assert (outcome.merged["signed"], outcome.wrong) == (0, 0)
