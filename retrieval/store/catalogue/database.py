"""The catalogue's SQLite file: connections, transactions, layout."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final

from retrieval.errors import IndexDamagedError, IndexMismatchError, StorageError

SCHEMA_VERSION: Final = 10
_MIGRATIONS: Final = {
    # Near-copies were not linked; the next ingest looks at every passage for them.
    2: """
    INSERT OR IGNORE INTO sketches (kb, passage)
    SELECT f.kb, p.id FROM passages p JOIN files f ON f.id = p.file_id
     WHERE p.indexed AND p.kind = 'own' ORDER BY p.file_id, p.ordinal
    """,
    3: "",  # Sentences had no vectors; questions make those of old texts, new ones bring theirs.
    4: "",  # Passages that are not indexed were not counted by an index of their own.
    5: "",  # What sources say of their posts was not kept; the next ingest reads all files again.
    6: "",  # When files were made was not kept; the next ingest reads all files again.
    7: "",  # Authors had one name; the next ingest reads all files again.
    # A thread was one exchange; the next ingest tells exchanges apart.
    8: """
    INSERT OR IGNORE INTO exchanges
    SELECT file_id, id, id, summary, summary_key FROM threads;
    UPDATE posts SET exchange_id = thread_id WHERE exchange_id IS NULL;
    ALTER TABLE threads DROP COLUMN summary;
    ALTER TABLE threads DROP COLUMN summary_key;
    """,
    9: "",  # No thread was of a live channel, and files held nothing whole: they are read again.
}
"""What turns the layout of a version into that of the next, once the new tables are there."""
_ADDED_COLUMNS: Final = {
    "files": {
        "as_of": "TEXT NOT NULL DEFAULT ''",
        "is_dated": "INTEGER NOT NULL DEFAULT 0",
    },
    "threads": {
        "tags": "TEXT NOT NULL DEFAULT '[]'",
        "is_solved": "INTEGER NOT NULL DEFAULT 0",
        "is_channel": "INTEGER NOT NULL DEFAULT 0",
        "room": "TEXT",
    },
    "posts": {
        "author_id": "TEXT",
        "edited_at": "TEXT",
        "score": "INTEGER",
        "is_accepted": "INTEGER NOT NULL DEFAULT 0",
        "is_bot": "INTEGER NOT NULL DEFAULT 0",
        "attachments": "TEXT NOT NULL DEFAULT '[]'",
        "mentions": "TEXT NOT NULL DEFAULT '[]'",
        "account": "TEXT",
        "exchange_id": "TEXT",
        "standing": "TEXT NOT NULL DEFAULT 'statement'",
        "worth": "REAL NOT NULL DEFAULT 0",
    },
    "passages": {"quoted_author": "TEXT"},
}
"""Columns that tables of earlier versions lack, in the order of schema.sql."""
_BUSY_SECONDS: Final = 30.0
_RETRY_SECONDS: Final = 0.02
_PRAGMAS: Final = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # deleted means gone; SQLite's default on Debian, not elsewhere
    # Bounds what a reader that never pauses lets the write-ahead log keep of the disk.
    f"PRAGMA journal_size_limit = {64 * 2**20}",
)


class _Connection(sqlite3.Connection):
    """Says in words that its file is damaged, whatever was asked of it."""

    path: Path

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as sqlite3 has it
        try:
            return super().execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            if type(error) is sqlite3.DatabaseError:
                raise _damaged(self.path, str(error)) from error
            raise


class Database:
    """A SQLite file in WAL mode with one connection a thread, so any thread may ask."""

    def __init__(self, path: Path) -> None:
        """Open the file at ``path``, making it where there is none.

        Raises:
            StorageError: if it cannot be opened.
            IndexMismatchError: if another version of Footnote wrote it.
            IndexDamagedError: if it is no database.
        """
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection."""
        while self._connections:
            self._connections.pop().close()
        self._local = threading.local()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection.

        Raises:
            StorageError: if the file cannot be opened, or is gone.
        """
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        try:
            connection = self._connect()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        self._connections.append(connection)
        self._local.connection = connection
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction: all of it or nothing.

        Raises:
            StorageError: if the disk is full, read-only or gone.
        """
        connection = self.connection
        if not self.path.exists():
            # SQLite would go on writing into the deleted file, and lose it all at the end.
            raise StorageError(
                f"The catalogue {self.path} was deleted while it was in use. "
                "Run `footnote ingest` to build it again."
            )
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk among them.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise StorageError(
                f"The catalogue {self.path} cannot be written: {error}. Nothing that was "
                "committed is lost; free the disk or fix its permissions and run again."
            ) from error

    def check(self) -> None:
        """Check that SQLite can read its file.

        Raises:
            IndexDamagedError: if it cannot.
        """
        verdict = self.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise _damaged(self.path, verdict)

    def compact(self) -> None:
        """Give the pages that deleted rows left empty back to the disk.

        Raises:
            StorageError: if the disk is full, read-only or gone.
        """
        try:
            # As a script, since it takes a step a page, and execute() makes only one.
            self.connection.executescript("PRAGMA incremental_vacuum")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        connection = sqlite3.connect(
            self.path,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=_Connection,
        )
        connection.path = self.path
        connection.row_factory = sqlite3.Row
        try:
            if is_new:
                # Only before the first table; later it would wait for whoever writes.
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            _write_ahead(connection)
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except (sqlite3.Error, IndexDamagedError):
            connection.close()
            raise
        return connection

    def _prepare(self) -> None:
        version = self._version()
        if version == SCHEMA_VERSION:
            return
        if version != 0 and version not in _MIGRATIONS:
            self.close()
            raise IndexMismatchError(
                f"The catalogue {self.path} was written by another version of Footnote "
                f"(layout {version}, this one reads {SCHEMA_VERSION}). "
                "Install the version that wrote it, or ingest into a new data folder, where the "
                "bot shows nothing until `footnote kb grant` opens it again."
            )
        schema = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
        with self.writing() as connection:
            _add_columns(connection)  # first, for the indexes that are on them
            for statement in schema.split(";\n"):
                connection.execute(statement)
            # Another process may have been first.
            earlier = range(self._version() or SCHEMA_VERSION, SCHEMA_VERSION)
            for statement in ";\n".join(_MIGRATIONS[version] for version in earlier).split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _version(self) -> int:
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def _unusable(self, error: OSError | sqlite3.Error) -> StorageError:
        return StorageError(
            f"The catalogue {self.path} cannot be opened: {error}. "
            "Check that the data folder exists and may be written."
        )


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let others read while one writes.

    SQLite does not wait here, whatever its timeout, while another makes the same file.
    """
    give_up_at = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _add_columns(connection: sqlite3.Connection) -> None:
    for table, columns in _ADDED_COLUMNS.items():
        known = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
        for name, kind in columns.items():
            if known and name not in known:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def _damaged(path: Path, how: str) -> IndexDamagedError:
    return IndexDamagedError(
        f"The catalogue {path} is damaged: {how}. Put a backup of it in its place, or remove "
        "it, chroma and lexical, nothing else beside them, and ingest afresh."
    )
