"""Journals on disk: nothing lost, nothing double, whatever ends the writer."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.journal.files import Journal, journal_path, journal_paths
from ingest.journal.lines import Fields, Header
from retrieval.errors import StorageError

HEADER = Header("1", "Keepers", "20", "GuildTextChat", "talk")


def said(id_: int, text: str = "words", edited: str | None = None) -> Fields:
    return {"id": str(id_), "content": text, "timestampEdited": edited}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(journal_path(tmp_path, HEADER))
    journal.describe(HEADER)
    return journal


def test_it_says_the_same_after_a_restart(journal: Journal) -> None:
    journal.add([said(5), said(4)], down_to=4, is_whole=False)
    journal.delete([5])
    again = Journal(journal.path)
    assert again.header == HEADER
    assert again.marks == journal.marks
    assert again.marks.keys() == {4}
    assert (again.deleted, again.down_to, again.is_whole) == ({5}, 4, False)


def test_what_is_known_is_not_written_again(journal: Journal) -> None:
    journal.add([said(5), said(4)])
    size = journal.path.stat().st_size
    assert not journal.add([said(4), said(5)])
    assert not journal.describe(HEADER)
    assert journal.path.stat().st_size == size
    assert journal.add([said(5, "changed", "2026-01-01")])
    assert not journal.add([said(5, "as a page of before had it")])
    assert journal.messages()[5]["content"] == "changed"


def test_a_page_that_comes_after_a_deletion_brings_nothing_back(journal: Journal) -> None:
    journal.delete([5])
    journal.add([said(5), said(6)])
    assert Journal(journal.path).marks.keys() == {6}


def test_a_line_that_a_crash_cut_short_is_taken_away_and_read_again(journal: Journal) -> None:
    journal.add([said(5)], down_to=5, is_whole=False)
    whole = journal.path.read_bytes()
    journal.add([said(4, "a long text " * 50)], down_to=4, is_whole=True)
    torn = journal.path.read_bytes()
    for cut in (len(whole), len(whole) + 1, (len(whole) + len(torn)) // 2, len(torn) - 1):
        journal.path.write_bytes(torn[:cut])
        again = Journal(journal.path)
        assert 5 in again.marks
        assert not again.is_whole
        again.add([said(4, "a long text " * 50), said(5)], down_to=4, is_whole=True)
        assert Journal(journal.path).messages().keys() == {4, 5}
        assert journal.path.read_bytes().count(b'"id":"5"') == 1


def test_a_message_edited_a_hundred_times_is_one_line_in_the_end(journal: Journal) -> None:
    for number in range(1, 1200):
        journal.add([said(5, f"text {number}", f"2026-01-01T00:00:00.{number:06d}")])
        journal.compact_if_worn()
    assert journal.path.read_bytes().count(b"\n") < 700
    journal.compact()
    assert journal.path.read_bytes().count(b"\n") == 2
    assert Journal(journal.path).messages()[5]["content"] == "text 1199"


def test_somebodys_words_go_from_the_file(journal: Journal) -> None:
    journal.add([said(5, "zyzzogeton"), said(6)])
    assert journal.drop(lambda message: message["content"] == "zyzzogeton") == 1
    assert b"zyzzogeton" not in journal.path.read_bytes()
    assert journal.marks.keys() == {6}


def test_a_removed_journal_leaves_no_empty_folder(journal: Journal, tmp_path: Path) -> None:
    assert list(journal_paths(tmp_path, 1, 20)) == [journal.path]
    journal.remove()
    assert not (tmp_path / "discord" / "1").exists()


def test_a_disk_that_refuses_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "discord").write_text("a file where a folder should be")
    journal = Journal(journal_path(tmp_path / "elsewhere", HEADER))
    journal.path = journal_path(tmp_path, HEADER)
    with pytest.raises(StorageError, match="Check the disk"):
        journal.describe(HEADER)
