"""The file of what the bot remembers: all of a change or none of it, and clear errors."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from bot.community.database import VERSION, CommunityDatabase
from retrieval.errors import StorageError


def test_a_change_that_fails_half_way_leaves_nothing(tmp_path):
    database = CommunityDatabase(tmp_path / "new" / "community.sqlite3")
    with database.transaction() as connection:
        connection.execute("CREATE TABLE kept (n INTEGER)")
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(database)
    with database.transaction() as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    database.close()


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    path = tmp_path / "community.sqlite3"
    path.write_bytes(b"somebody's notes, and not a database at all" * 50)
    before = path.read_bytes()
    with pytest.raises(StorageError, match=r"community\.sqlite3"):
        CommunityDatabase(path)
    assert path.read_bytes() == before


def _write_and_fail(database: CommunityDatabase) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO kept VALUES (1)")
        raise ZeroDivisionError


def test_a_file_of_a_newer_footnote_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "community.sqlite3"
    CommunityDatabase(path).close()
    with contextlib.closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StorageError, match="made by a newer Footnote"):
        CommunityDatabase(path)
    with contextlib.closing(sqlite3.connect(path)) as newer:
        assert newer.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
