"""The catalogue: a SQLite file that knows every file, thread, post and passage.

It is the truth; Chroma and the lexical index are derived from it.  What it holds changes in
whole transactions, a file at a time or more, so a reader sees the old or the new state of a
file and never a mixture.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from retrieval.records import TextKind
from retrieval.store.catalogue import counting, sketches
from retrieval.store.catalogue.contents import Counts, FileContents, FileStamp
from retrieval.store.catalogue.database import Database
from retrieval.store.catalogue.new_posts import note_arrivals
from retrieval.store.catalogue.rows import insert_file

CATALOGUE: Final = "catalogue.sqlite3"
"""The file's name in the data folder."""

# The JSON array comes first, so that what is looked up is what was asked for, by index.
_STILL_INDEXED: Final = """
SELECT DISTINCT x.id FROM json_each(?) wanted
 CROSS JOIN passages x ON x.id = wanted.value {condition}
 CROSS JOIN files f ON f.id = x.file_id AND f.kb = ?
"""
_INDEXED: Final = "AND x.indexed"
_OWN: Final = "AND x.indexed AND x.kind = 'own'"
_OF_FILES: Final = """
SELECT DISTINCT x.id FROM json_each(?) wanted
 CROSS JOIN files f ON f.kb = ? AND f.path = wanted.value
 CROSS JOIN {table} x ON x.file_id = f.id {condition}
"""


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


@dataclass(frozen=True, slots=True)
class Pending:
    """What the other stores may hold otherwise than the catalogue, by kind of id."""

    passages: frozenset[str] = frozenset()
    exchanges: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.passages or self.exchanges)


class UnfinishedWork(StrEnum):
    """What is not done yet; a mark that stands at the next start tells of a crash."""

    UNLINKED = "unlinked"
    """Quotes have not been linked since the last write."""
    UNCOMPARED = "uncompared"
    """Files were written and not compared with each other, whether one holds newer texts."""
    WRITING = "writing"
    """Somebody writes to Chroma, or was killed while doing so."""


class Catalogue(Database):
    """Reads and writes the catalogue; any thread may ask."""

    def generation(self, knowledge_base: str) -> Generation | None:
        """Return the live generation of a knowledge base, None before its first ingest."""
        row = self.connection.execute(
            "SELECT * FROM knowledge_bases WHERE name = ?", (knowledge_base,)
        ).fetchone()
        if row is None:
            return None
        updated_at = datetime.fromisoformat(row["updated_at"]) if row["updated_at"] else None
        return Generation(row["name"], row["generation"], row["embedding"], updated_at)

    def knowledge_bases(self) -> tuple[str, ...]:
        """Return the names of all knowledge bases."""
        rows = self.connection.execute("SELECT name FROM knowledge_bases ORDER BY name")
        return tuple(row[0] for row in rows)

    def begin_generation(self, knowledge_base: str, embedding: str) -> Generation:
        """Record the first generation of a knowledge base."""
        with self.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO knowledge_bases VALUES (?, 1, ?, NULL)",
                (knowledge_base, embedding),
            )
        return Generation(knowledge_base, 1, embedding)

    def flip(self, generation: Generation) -> None:
        """Make ``generation`` the live one, in the place of that before it."""
        kb = generation.knowledge_base
        with self.writing() as connection:
            connection.execute(
                "UPDATE knowledge_bases SET generation = ?, embedding = ?, updated_at = ?"
                " WHERE name = ?",
                (generation.number, generation.embedding, _now(), kb),
            )
            connection.execute("DELETE FROM pending WHERE kb = ? AND generation > 0", (kb,))
            connection.execute("DELETE FROM removed_vectors WHERE kb = ?", (kb,))
            _unmark(connection, kb, UnfinishedWork.WRITING)

    def stamps(self, knowledge_base: str) -> dict[str, FileStamp]:
        """Return the files of a knowledge base as they were read, by path."""
        cursor = self.connection.execute(
            "SELECT path, name, size, mtime_ns, sha256, reading FROM files WHERE kb = ?",
            (knowledge_base,),
        )
        cursor.row_factory = None  # there may be many
        return {row[0]: FileStamp(*row) for row in cursor}

    def restamp(self, knowledge_base: str, stamps: Iterable[FileStamp]) -> None:
        """Record new times of files whose bytes have not changed."""
        with self.writing() as connection:
            connection.executemany(
                "UPDATE files SET size = ?, mtime_ns = ?, name = ? WHERE kb = ? AND path = ?",
                [(s.size, s.mtime_ns, s.name, knowledge_base, s.path) for s in stamps],
            )

    def read_all_again(self) -> None:
        """Let the next ingest read every file anew, each in the encoding that it has."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE files SET reading = '/' || substr(reading, instr(reading, '/') + 1)"
            )

    def post_ids(self, knowledge_base: str, path: str) -> set[str]:
        """Return the ids of the posts of the file at ``path``."""
        return self._of_files(knowledge_base, [path], "posts", "")

    def indexed_ids(self, knowledge_base: str, paths: Sequence[str] | None = None) -> set[str]:
        """Return the ids of indexed passages, of all files or of those at ``paths``."""
        if paths is not None:
            return self._of_files(knowledge_base, paths, "passages", _INDEXED)
        rows = self.connection.execute(
            "SELECT DISTINCT p.id FROM passages p JOIN files f ON f.id = p.file_id"
            " WHERE f.kb = ? AND p.indexed",
            (knowledge_base,),
        )
        return {row[0] for row in rows}

    def still_indexed(self, knowledge_base: str, ids: Iterable[str]) -> set[str]:
        """Return those ``ids`` that are indexed passages of a knowledge base."""
        return self._still(knowledge_base, ids, _INDEXED)

    def write(
        self,
        generation: Generation,
        contents: Sequence[FileContents],
        removed_paths: Sequence[str] = (),
    ) -> Pending:
        """Put files in the place of what stood at their paths, and drop the removed ones.

        Returns:
            The passages that are indexed no more, and the exchanges that came, went or may
            have changed.  They are recorded as pending until ``settle`` says that Chroma and
            the lexical index have followed.
        """
        kb = generation.knowledge_base
        paths = [*removed_paths, *(file.stamp.path for file in contents)]
        with self.writing() as connection:
            note_arrivals(connection, kb, contents)
            before = self.indexed_ids(kb, paths)
            own = self._of_files(kb, paths, "passages", _OWN)
            exchanges = self._of_files(kb, paths, "exchanges", "")
            connection.executemany(
                "DELETE FROM files WHERE kb = ? AND path = ?", [(kb, path) for path in paths]
            )
            for file in contents:
                insert_file(connection, kb, file)
                exchanges.update(exchange.id for exchange in file.exchanges())
            gone = before - self.still_indexed(kb, before)
            _forget_origins(connection, kb, gone)
            sketches.forget(connection, kb, own - self._still(kb, own, _OWN))
            sketches.enqueue(connection, kb, _own_ids(contents))
            pending = Pending(frozenset(gone), frozenset(exchanges))
            _announce(connection, generation, pending)
            _count_removed(connection, generation, len(gone))
            _mark(connection, kb, UnfinishedWork.UNLINKED)
            connection.execute(
                "UPDATE knowledge_bases SET updated_at = ? WHERE name = ?", (_now(), kb)
            )
        return pending

    def link_quotes(self, knowledge_base: str, origins: Mapping[str, str]) -> None:
        """Record the origin of quotes that had none, quote id → passage id: all known now."""
        with self.writing() as connection:
            _unmark(connection, knowledge_base, UnfinishedWork.UNLINKED)
            connection.executemany(
                "UPDATE passages SET origin_id = ? WHERE id = ?"
                " AND file_id IN (SELECT id FROM files WHERE kb = ?)",
                [(origin, quote, knowledge_base) for quote, origin in origins.items()],
            )

    def announce(self, generation: Generation, ids: Iterable[str]) -> None:
        """Record ids as pending: about to be inserted into Chroma and the lexical index."""
        with self.writing() as connection:
            _announce(connection, generation, Pending(passages=frozenset(ids)))

    def pending(self, generation: Generation) -> Pending:
        """Return what is pending, whether or not it has a passage or exchange here."""
        rows = self.connection.execute(
            "SELECT kind, id FROM pending WHERE kb = ? AND generation = ?",
            (generation.knowledge_base, generation.number),
        ).fetchall()
        return Pending(
            frozenset(row["id"] for row in rows if row["kind"] == "passage"),
            frozenset(row["id"] for row in rows if row["kind"] == "exchange"),
        )

    def mark(self, knowledge_base: str, mark: UnfinishedWork) -> None:
        """Leave a mark that a crash cannot take away."""
        with self.writing() as connection:
            _mark(connection, knowledge_base, mark)

    def unmark(self, knowledge_base: str, mark: UnfinishedWork) -> None:
        """Take a mark away."""
        with self.writing() as connection:
            _unmark(connection, knowledge_base, mark)

    def is_marked(self, knowledge_base: str, mark: UnfinishedWork) -> bool:
        """Tell whether a mark stands."""
        row = self.connection.execute(
            "SELECT 1 FROM pending WHERE kb = ? AND generation = 0 AND kind = ?",
            (knowledge_base, mark),
        ).fetchone()
        return row is not None

    def is_settled(self, knowledge_base: str) -> bool:
        """Tell whether nothing is pending, no mark stands and no passage waits."""
        row = self.connection.execute(
            "SELECT 1 FROM pending WHERE kb = ? LIMIT 1", (knowledge_base,)
        ).fetchone()
        return row is None and not sketches.is_waiting(self.connection, knowledge_base)

    def settle(self, generation: Generation, pending: Pending) -> None:
        """Forget what was pending: there the index agrees with the catalogue again."""
        with self.writing() as connection:
            connection.executemany(
                "DELETE FROM pending WHERE kb = ? AND generation = ? AND kind = ? AND id = ?",
                _pending_rows(generation, pending),
            )

    def removed_vectors(self, generation: Generation) -> int:
        """Return how many vectors have been taken out of a generation since it was made."""
        row = self.connection.execute(
            "SELECT count FROM removed_vectors WHERE kb = ? AND generation = ?",
            (generation.knowledge_base, generation.number),
        ).fetchone()
        return int(row[0]) if row else 0

    def counts(self, knowledge_base: str) -> Counts:
        """Count what a knowledge base holds."""
        return counting.count(self.connection, knowledge_base)

    def _of_files(
        self, knowledge_base: str, paths: Sequence[str], table: str, condition: str
    ) -> set[str]:
        statement = _OF_FILES.format(table=table, condition=condition)
        rows = self.connection.execute(statement, (json.dumps(list(paths)), knowledge_base))
        return {row[0] for row in rows}

    def _still(self, knowledge_base: str, ids: Iterable[str], condition: str) -> set[str]:
        statement = _STILL_INDEXED.format(condition=condition)
        rows = self.connection.execute(statement, (json.dumps(list(ids)), knowledge_base))
        return {row[0] for row in rows}


def _own_ids(contents: Sequence[FileContents]) -> list[str]:
    """Return the ids of passages that may be or have copies: of words that are no quotes."""
    return [p.id for file in contents for p in file.indexed() if p.kind is TextKind.OWN]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _announce(connection: sqlite3.Connection, generation: Generation, pending: Pending) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO pending VALUES (?, ?, ?, ?)", _pending_rows(generation, pending)
    )


def _pending_rows(generation: Generation, pending: Pending) -> Iterator[tuple[str, int, str, str]]:
    # In the order of their table, which is faster.
    for kind, ids in (("passage", pending.passages), ("exchange", pending.exchanges)):
        for id_ in sorted(ids):
            yield generation.knowledge_base, generation.number, kind, id_


def _count_removed(connection: sqlite3.Connection, generation: Generation, count: int) -> None:
    connection.execute(
        "INSERT INTO removed_vectors VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count",
        (generation.knowledge_base, generation.number, count),
    )


def _mark(connection: sqlite3.Connection, kb: str, mark: UnfinishedWork) -> None:
    connection.execute("INSERT OR IGNORE INTO pending VALUES (?, 0, ?, '')", (kb, mark))


def _unmark(connection: sqlite3.Connection, kb: str, mark: UnfinishedWork) -> None:
    connection.execute(
        "DELETE FROM pending WHERE kb = ? AND generation = 0 AND kind = ?", (kb, mark)
    )


def _forget_origins(connection: sqlite3.Connection, kb: str, gone: Iterable[str]) -> None:
    connection.executemany(
        "UPDATE passages SET origin_id = NULL WHERE origin_id = ? "
        "AND file_id IN (SELECT id FROM files WHERE kb = ?)",
        [(passage_id, kb) for passage_id in gone],
    )
