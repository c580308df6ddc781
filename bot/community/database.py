"""The one SQLite file of what the bot remembers of people and servers.

It stands apart from the catalogue: an index can be rebuilt from its threads, and what people
asked cannot; whoever deletes one must not lose the other (docs/decisions/0013).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from retrieval.errors import StorageError

VERSION: Final = 1
"""Raised with a migration whenever a table changes; new tables need none."""


class CommunityDatabase:
    """A connection that any thread may use, one at a time.

    Args:
        path: The file; it and its folder are made if they are not there.

    Raises:
        StorageError: if it cannot be opened or is no database of ours.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute("PRAGMA secure_delete = ON")  # forgotten means gone
            self._check_version(path)
            schema = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
            self._connection.executescript(schema)
            self._connection.execute(f"PRAGMA user_version = {VERSION}")
        except (sqlite3.Error, OSError) as error:
            raise _refused(path, error) from error

    def _check_version(self, path: Path) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            self._connection.close()
            raise StorageError(
                f"{path} is of version {version}, made by a newer Footnote; this one knows "
                f"version {VERSION}. Update Footnote, or choose another data folder."
            )

    def close(self) -> None:
        """Close the file; nothing may be asked afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection; all of the block is kept, or none of it.

        Raises:
            StorageError: if the disk is full, read-only or gone.
        """
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            except sqlite3.OperationalError as error:
                raise _refused(self._path, error) from error

    def delete(self, table: str, condition: str, value: str | int) -> int:
        """Delete the rows of one of our tables that fulfil ``condition``; return how many.

        ``table`` and ``condition`` are written by us, ``value`` takes the place of its ``?``.
        """
        with self.transaction() as connection:
            return connection.execute(
                f"DELETE FROM {table} WHERE {condition}",  # noqa: S608 - ours
                (value,),
            ).rowcount


def _refused(path: Path, error: Exception) -> StorageError:
    return StorageError(
        f"{path} cannot be read or written ({error}). Check the disk and its permissions; "
        "nothing that was kept before is lost."
    )
