"""The file of rulings: kept, replaced, taken back, forgotten, and never passed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.errors import StorageError
from retrieval.records import RulingKind
from retrieval.rulings.book import FILE, RulingBook
from retrieval.rulings.records import Ruling, Subject

HIDE = Ruling(
    RulingKind.HIDDEN,
    Subject.POST,
    "a" * 16,
    datetime(2026, 5, 4, tzinfo=UTC),
    by="Mo",
    by_id=7,
    guild_id=3,
)


def test_a_ruling_outlives_the_process_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    kept = RulingBook(tmp_path).add("default", HIDE)
    assert RulingBook(tmp_path).of("default") == (kept,)
    assert RulingBook(tmp_path).of("other") == ()
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_of_two_rulings_about_the_same_the_later_holds(tmp_path: Path) -> None:
    book = RulingBook(tmp_path)
    book.add("default", HIDE)
    later = book.add("default", replace(HIDE, about="once more"))
    other = book.add("default", replace(HIDE, key="b" * 16))
    assert book.of("default") == (later, other)


def test_what_is_taken_back_is_gone_for_every_process(tmp_path: Path) -> None:
    book, other = RulingBook(tmp_path), RulingBook(tmp_path)
    kept = book.add("default", HIDE)
    assert other.of("default") == (kept,)
    assert other.take_back("default", kept.id) == kept
    assert other.take_back("default", kept.id) is None
    assert book.of("default") == ()


def test_who_decided_is_forgotten_and_the_decision_is_not(tmp_path: Path) -> None:
    book = RulingBook(tmp_path)
    book.add("default", HIDE)
    assert book.forget_person(8) == 0
    assert book.forget_person(7) == 1
    [left] = book.of("default")
    assert (left.key, left.by, left.by_id) == (HIDE.key, "", 0)
    assert "Mo" not in (tmp_path / FILE).read_text()


def test_a_server_that_is_left_takes_its_rulings_along(tmp_path: Path) -> None:
    book = RulingBook(tmp_path)
    book.add("default", HIDE)
    stays = book.add("default", replace(HIDE, key="b" * 16, guild_id=4))
    assert book.guild_ids() == {3, 4}
    assert book.forget_guild(3) == 1
    assert book.of("default") == (stays,)


def test_a_damaged_file_closes_rather_than_shows(tmp_path: Path) -> None:
    book = RulingBook(tmp_path)
    book.add("default", HIDE)
    (tmp_path / FILE).write_text('{"default": [{"kind": "hid')
    with pytest.raises(StorageError, match="never shown"):
        book.of("default")
    with pytest.raises(StorageError):
        book.add("default", HIDE)
