"""The catalogue: a SQLite file that knows every file, thread, post and passage.

It is the truth; Chroma and the lexical index are derived from it.  What it holds changes in
whole transactions, a file at a time or more, so a reader sees the old or the new state of a
file and never a mixture.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Final

from retrieval.errors import StorageError
from retrieval.index.contents import Counts, FileContents, FileStamp, ThreadContents
from retrieval.wording import text_key

SCHEMA_VERSION: Final = 1
_BUSY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Generation:
    """The live state of a knowledge base."""

    knowledge_base: str
    number: int
    embedding: str
    """Fingerprint of the model that made its vectors."""
    updated_at: datetime | None = None

    @property
    def collection(self) -> str:
        """The name of its Chroma collection and of its lexical index."""
        return f"kb-{self.knowledge_base}-g{self.number:04d}"


class Catalogue:
    """Reads and writes the catalogue; one connection a thread, so any thread may ask."""

    def __init__(self, path: Path) -> None:
        """Open the catalogue at ``path``, making it where there is none.

        Raises:
            StorageError: if the file cannot be opened or is of another version.
        """
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._prepare()

    def close(self) -> None:
        """Close every connection."""
        while self._connections:
            self._connections.pop().close()
        self._local = threading.local()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"The catalogue {self.path} cannot be opened: {error}. "
                "Check that the data folder exists and may be written."
            ) from error
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
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StorageError(
                f"The catalogue {self.path} cannot be written: {error}. Nothing that was "
                "committed is lost; free the disk or mend its permissions and run again."
            ) from error

    def generation(self, knowledge_base: str) -> Generation | None:
        """Return the live generation of a knowledge base, None before its first ingest."""
        row = self.connection.execute(
            "SELECT * FROM knowledge_bases WHERE name = ?", (knowledge_base,)
        ).fetchone()
        if row is None:
            return None
        updated_at = datetime.fromisoformat(row["updated_at"]) if row["updated_at"] else None
        return Generation(row["name"], row["generation"], row["embedding"], updated_at)

    def begin_generation(self, knowledge_base: str, embedding: str) -> Generation:
        """Record the first generation of a knowledge base."""
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO knowledge_bases VALUES (?, 1, ?, NULL)", (knowledge_base, embedding)
            )
        return Generation(knowledge_base, 1, embedding)

    def stamps(self, knowledge_base: str) -> dict[str, FileStamp]:
        """Return the files of a knowledge base as they were read, by path."""
        rows = self.connection.execute(
            "SELECT path, name, size, mtime_ns, sha256, reading FROM files WHERE kb = ?",
            (knowledge_base,),
        )
        return {row["path"]: FileStamp(**dict(row)) for row in rows}

    def restamp(self, knowledge_base: str, stamps: Iterable[FileStamp]) -> None:
        """Record new times of files whose bytes have not changed."""
        with self.writing() as connection:
            connection.executemany(
                "UPDATE files SET size = ?, mtime_ns = ?, name = ? WHERE kb = ? AND path = ?",
                [(s.size, s.mtime_ns, s.name, knowledge_base, s.path) for s in stamps],
            )

    def indexed_ids(self, knowledge_base: str, paths: Sequence[str] | None = None) -> set[str]:
        """Return the ids of indexed passages, of all files or of those at ``paths``."""
        rows = self.connection.execute(
            """
            SELECT DISTINCT p.id FROM passages p JOIN files f ON f.id = p.file_id
             WHERE f.kb = ?1 AND p.indexed
               AND (?2 IS NULL OR f.path IN (SELECT value FROM json_each(?2)))
            """,
            (knowledge_base, None if paths is None else json.dumps(list(paths))),
        )
        return {row[0] for row in rows}

    def still_indexed(self, knowledge_base: str, ids: Iterable[str]) -> set[str]:
        """Return those ``ids`` that are indexed passages of a knowledge base."""
        return _still_indexed(self.connection, knowledge_base, set(ids))

    def write(
        self,
        generation: Generation,
        contents: Sequence[FileContents],
        removed_paths: Sequence[str] = (),
    ) -> frozenset[str]:
        """Put files in the place of what stood at their paths, and drop the removed ones.

        Returns:
            The ids that are indexed no more.  They are recorded as pending until
            ``settle`` says that Chroma and the lexical index have let go of them.
        """
        kb = generation.knowledge_base
        paths = [*removed_paths, *(file.stamp.path for file in contents)]
        before = self.indexed_ids(kb, paths)
        with self.writing() as connection:
            connection.executemany(
                "DELETE FROM files WHERE kb = ? AND path = ?", [(kb, path) for path in paths]
            )
            for file in contents:
                _insert_file(connection, kb, file)
            gone = frozenset(before - _still_indexed(connection, kb, before))
            _forget_origins(connection, kb, gone)
            connection.executemany(
                "INSERT OR IGNORE INTO pending VALUES (?, ?, ?)",
                [(kb, generation.number, passage_id) for passage_id in gone],
            )
            connection.execute(
                "UPDATE knowledge_bases SET updated_at = ? WHERE name = ?",
                (datetime.now(UTC).isoformat(timespec="microseconds"), kb),
            )
        return gone

    def link_quotes(self, origins: Mapping[str, str]) -> None:
        """Record the origin of quotes that had none: quote id → passage id."""
        with self.writing() as connection:
            connection.executemany(
                "UPDATE passages SET origin_id = ? WHERE id = ?",
                [(origin, quote) for quote, origin in origins.items()],
            )

    def announce(self, generation: Generation, ids: Iterable[str]) -> None:
        """Record ids as pending: about to be inserted into Chroma and the lexical index."""
        with self.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO pending VALUES (?, ?, ?)",
                [(generation.knowledge_base, generation.number, id_) for id_ in ids],
            )

    def orphans(self, generation: Generation) -> set[str]:
        """Return the pending ids that are no passage: the index must let go of them."""
        rows = self.connection.execute(
            "SELECT id FROM pending WHERE kb = ? AND generation = ?",
            (generation.knowledge_base, generation.number),
        )
        pending = {row[0] for row in rows}
        return pending - _still_indexed(self.connection, generation.knowledge_base, pending)

    def settle(self, generation: Generation) -> None:
        """Forget what was pending: the index agrees with the catalogue again."""
        with self.writing() as connection:
            connection.execute(
                "DELETE FROM pending WHERE kb = ? AND generation = ?",
                (generation.knowledge_base, generation.number),
            )

    def counts(self, knowledge_base: str) -> Counts:
        """Count what a knowledge base holds."""
        row = self.connection.execute(
            """
            WITH mine AS (SELECT id FROM files WHERE kb = ?)
            SELECT (SELECT count(*) FROM mine),
                   (SELECT count(DISTINCT id) FROM threads WHERE file_id IN mine),
                   (SELECT count(DISTINCT id) FROM posts WHERE file_id IN mine),
                   (SELECT count(DISTINCT id) FROM passages
                     WHERE file_id IN mine AND origin_id IS NOT NULL),
                   (SELECT count(DISTINCT id) FROM passages WHERE file_id IN mine AND indexed)
            """,
            (knowledge_base,),
        ).fetchone()
        return Counts(*row)

    def _prepare(self) -> None:
        with self.writing() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, SCHEMA_VERSION):
                raise StorageError(
                    f"The catalogue {self.path} was written by another version of Footnote "
                    f"(layout {version}, this one reads {SCHEMA_VERSION}). "
                    "Ingest into a new data folder, or install the version that wrote it."
                )
            if version == 0:
                schema = resources.files("retrieval.index").joinpath("schema.sql")
                for statement in schema.read_text("utf-8").split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _still_indexed(connection: sqlite3.Connection, kb: str, ids: set[str]) -> set[str]:
    rows = connection.execute(
        """
        SELECT DISTINCT p.id FROM passages p JOIN files f ON f.id = p.file_id
         WHERE f.kb = ? AND p.indexed AND p.id IN (SELECT value FROM json_each(?))
        """,
        (kb, json.dumps(sorted(ids))),
    )
    return {row[0] for row in rows}


def _forget_origins(connection: sqlite3.Connection, kb: str, gone: Iterable[str]) -> None:
    connection.executemany(
        "UPDATE passages SET origin_id = NULL WHERE origin_id = ? "
        "AND file_id IN (SELECT id FROM files WHERE kb = ?)",
        [(passage_id, kb) for passage_id in gone],
    )


def _insert_file(connection: sqlite3.Connection, kb: str, file: FileContents) -> None:
    stamp = file.stamp
    file_id = connection.execute(
        "INSERT INTO files (kb, path, name, size, mtime_ns, sha256, reading, source_kind, repeats)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(kb, stamp.path, stamp.name, stamp.size, stamp.mtime_ns, stamp.sha256),
            *(stamp.reading, file.source_kind, file.repeats),
        ),
    ).lastrowid
    assert file_id is not None  # noqa: S101 - sqlite3 gives one after every INSERT
    for ordinal, contents in enumerate(file.threads):
        _insert_thread(connection, file_id, ordinal, contents)


def _insert_thread(
    connection: sqlite3.Connection, file_id: int, ordinal: int, contents: ThreadContents
) -> None:
    thread = contents.thread
    connection.execute(
        "INSERT INTO threads VALUES (?, ?, ?, ?, ?, ?)",
        (file_id, thread.id, ordinal, thread.title, thread.url, contents.summary),
    )
    connection.executemany(
        "INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(file_id, post.thread_id, post.id, post.ordinal, post.text, post.author),
                post.created_at.isoformat() if post.created_at else None,
                *(post.parent_id, post.url),
            )
            for post in contents.posts
        ],
    )
    connection.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(file_id, p.thread_id, p.post_id, p.id, p.ordinal, p.paragraph, p.start, p.end),
                *(p.kind.value, p.origin_id, p.repeats, int(p.id not in contents.silent)),
                text_key(p.text),
            )
            for p in contents.passages
        ],
    )
