"""The one SQLite file of what the bot remembers of people and servers.

It stands apart from the catalogue: an index can be rebuilt from its threads, and what people
asked cannot; whoever deletes one must not lose the other (docs/decisions/0013).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from retrieval.errors import StorageError

VERSION: Final = 2
"""Raised with a migration whenever a table changes; new tables need none."""

_ONLY_FOR_ITS_OWNER: Final = 0o600
"""Questions, names and grants are nobody else's on the machine."""
_TO_VERSION_2: Final = """
ALTER TABLE grants RENAME TO grants_1;
CREATE TABLE grants (
    kb         TEXT NOT NULL,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    may_add    INTEGER NOT NULL,
    granted_at TEXT NOT NULL,
    revoked_at TEXT,
    PRIMARY KEY (kb, guild_id, channel_id, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO grants SELECT kb, guild_id, channel_id, 0, 0, granted_at, revoked_at FROM grants_1;
DROP TABLE grants_1;
"""


class CommunityDatabase:
    """A connection that any thread may use, one at a time.

    Args:
        path: The file; it and its folder are made if they are not there.

    Raises:
        StorageError: if it cannot be opened or is no database of ours.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _keep_private(path)
            self._connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute("PRAGMA secure_delete = ON")  # forgotten means gone
            self._bring_up_to_date(path)
            self._file = _identity(path)
        except (sqlite3.Error, OSError) as error:
            if hasattr(self, "_connection"):
                self._connection.close()
            raise _refused(path, error) from error

    def _bring_up_to_date(self, path: Path) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            self._connection.close()
            raise StorageError(
                f"{path} is of version {version}, made by a newer Footnote; this one knows "
                f"version {VERSION}. Update Footnote, or choose another data folder; in that one "
                "no server is granted anything until `footnote kb grant` says so."
            )
        schema = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
        if version < VERSION:
            self._migrate(schema)
        self._connection.executescript(schema)

    def _migrate(self, schema: str) -> None:
        """Bring the tables to this version, all of them or none, one process at a time."""
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            # Read anew: another process may have done it while this one waited.
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version >= VERSION:
                return
            # bot.community.starts reads what this says of the file's past.
            past = "upgraded" if version else "new"
            script = _TO_VERSION_2 + schema if version == 1 else schema
            script += f"\nINSERT OR IGNORE INTO starts VALUES ('first_start', '{past}');"
            for statement in _statements(script):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file; nothing may be asked afterwards."""
        with self._lock:
            self._connection.close()

    def is_in_its_place(self) -> bool:
        """Tell whether the open file is still the one that its path leads to."""
        return _identity(self.path) == self._file

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection; all of the block is kept, or none of it.

        Raises:
            StorageError: if the disk is full, read-only or gone, or the file was closed.
        """
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            # A thread may still be at its last entry when the bot closes the file.
            except (sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
                raise _refused(self.path, error) from error

    def insert_once(self, table: str, *values: object) -> bool:
        """Insert a row into one of our tables; False where one with its key is there already."""
        places = ", ".join("?" * len(values))
        try:
            with self.transaction() as connection:
                connection.execute(f"INSERT INTO {table} VALUES ({places})", values)  # noqa: S608 - ours
        except sqlite3.IntegrityError:
            return False
        return True

    def guild_ids(self, table: str) -> frozenset[int]:
        """Return the servers that one of our tables speaks of; 0 and NULL stand for none."""
        with self.transaction() as connection:
            rows = connection.execute(
                f"SELECT DISTINCT guild_id FROM {table} WHERE guild_id > 0"  # noqa: S608 - ours
            ).fetchall()
        return frozenset(guild_id for (guild_id,) in rows)

    def delete(self, table: str, condition: str, value: str | int) -> int:
        """Delete the rows of one of our tables that fulfil ``condition``; return how many.

        ``table`` and ``condition`` are written by us, ``value`` takes the place of its ``?``.
        """
        with self.transaction() as connection:
            return connection.execute(
                f"DELETE FROM {table} WHERE {condition}",  # noqa: S608 - ours
                (value,),
            ).rowcount


def _keep_private(path: Path) -> None:
    """Make the file readable for its owner alone, and what SQLite puts beside it likewise.

    SQLite gives its own files the mode of the database's.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, _ONLY_FOR_ITS_OWNER))
    for suffix in ("", "-wal", "-shm"):
        # Somebody else's file is used as it is: its owner decides who reads it.
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).chmod(_ONLY_FOR_ITS_OWNER)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _refused(path: Path, error: Exception) -> StorageError:
    if not os.access(path.parent, os.W_OK):
        return StorageError(
            f"The data folder {path.parent} cannot be written ({error}). It keeps the grants and "
            "what the bot has shown: let it be written, or choose another with FOOTNOTE_DATA_DIR, "
            "where `footnote kb grant` has to say again who may see what."
        )
    return StorageError(
        f"{path} cannot be read or written ({error}). Check the disk and its permissions; "
        "nothing that was kept before is lost. It holds the grants: if it is damaged, put a backup "
        "in its place, since without it the bot shows nothing."
    )
