"""The rows behind near-copies: one for each passage that may be or have one.

Fingerprints are kept for originals only: a copy is found through its original, so a
signature that stands under a thousand posts costs no more than one that stands there once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zlib import crc32

import numpy as np

from retrieval.copies.duplicates import Age
from retrieval.copies.fingerprints import Hashes

_NONE: Final = np.empty(0, np.int64)
_FORGET: Final = """
DELETE FROM sketches WHERE id IN (
    SELECT s.id FROM json_each(?) gone CROSS JOIN sketches s ON s.kb = ? AND s.passage = gone.value
)
"""
_REVIEW: Final = """
UPDATE sketches SET original = NULL, fingerprints = NULL
 WHERE kb = ? AND original IN (SELECT value FROM json_each(?))
"""
_PLACES: Final = """
SELECT s.id, s.passage, p.file_id, p.post_id, p.start, p.end
  FROM ({which}) s
 CROSS JOIN passages p ON p.id = s.passage
 CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb
"""
_WAITING: Final = """
SELECT id, passage FROM sketches WHERE kb = :kb AND fingerprints IS NULL ORDER BY id LIMIT :limit
"""
_BY_NUMBER: Final = """
SELECT s.id, s.passage FROM json_each(:ids) wanted CROSS JOIN sketches s ON s.id = wanted.value
"""
_POSTS: Final = """
SELECT o.file_id, o.id, o.thread_id, o.ordinal, o.text, o.created_at
  FROM json_each(?) wanted
 CROSS JOIN posts o ON o.file_id = wanted.value ->> 0 AND o.id = wanted.value ->> 1
"""


@dataclass(frozen=True, slots=True)
class Sketched:
    """A passage by the number of its sketch."""

    number: int
    passage_id: str
    text: str
    age: Age


@dataclass(frozen=True, slots=True)
class CopyFinding:
    """What was found out about a passage."""

    number: int
    original_id: str | None
    """None where it is an original itself."""
    fingerprints: Hashes
    """Those by which copies of it shall be found."""


def enqueue(connection: sqlite3.Connection, kb: str, ids: Iterable[str]) -> None:
    """Let passages wait to be looked at; those that were stay as they are."""
    connection.executemany(
        "INSERT OR IGNORE INTO sketches (kb, passage) VALUES (?, ?)", [(kb, id_) for id_ in ids]
    )


def forget(connection: sqlite3.Connection, kb: str, ids: Iterable[str]) -> None:
    """Drop passages; what copied them waits to be looked at again."""
    gone = json.dumps(list(ids))
    rows = connection.execute(
        "SELECT s.id, s.fingerprints FROM json_each(?) gone"
        " CROSS JOIN sketches s ON s.kb = ? AND s.passage = gone.value",
        (gone, kb),
    ).fetchall()
    _unpost(connection, [(row[0], row[1]) for row in rows])
    connection.execute(_FORGET, (gone, kb))
    connection.execute(_REVIEW, (kb, gone))


def is_waiting(connection: sqlite3.Connection, kb: str) -> bool:
    """Tell whether there are passages that were not looked at."""
    row = connection.execute(_WAITING, {"kb": kb, "limit": 1}).fetchone()
    return row is not None


def waiting(connection: sqlite3.Connection, kb: str, limit: int) -> list[Sketched]:
    """Return some passages that were not looked at, in the order in which they came."""
    return _sketched(connection, _WAITING, {"kb": kb, "limit": limit})


def numbered(connection: sqlite3.Connection, kb: str, numbers: Iterable[int]) -> list[Sketched]:
    """Return passages by the numbers of their sketches."""
    return _sketched(connection, _BY_NUMBER, {"kb": kb, "ids": json.dumps(list(numbers))})


def postings(connection: sqlite3.Connection, kb: str, hashes: Hashes) -> tuple[Hashes, Hashes]:
    """Return fingerprints with the numbers of the originals that have them, pair by pair."""
    salted = json.dumps((hashes ^ _salt(kb)).tolist())
    cursor = connection.execute(
        "SELECT f.hash, f.sketch FROM json_each(?) wanted"
        " CROSS JOIN fingerprints f ON f.hash = wanted.value",
        (salted,),
    )
    cursor.row_factory = None
    # Straight into an array: common fingerprints make many rows.
    pairs = np.fromiter(cursor, dtype=[("hash", np.int64), ("sketch", np.int64)])
    return pairs["hash"] ^ _salt(kb), pairs["sketch"].copy()


def sizes(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, int]:
    """Return how many fingerprints originals have, by number."""
    rows = connection.execute(
        "SELECT s.id, length(s.fingerprints) / 8 FROM json_each(?) wanted"
        " CROSS JOIN sketches s ON s.id = wanted.value",
        (json.dumps(list(numbers)),),
    )
    return {row[0]: row[1] for row in rows}


def settle(connection: sqlite3.Connection, kb: str, verdicts: Sequence[CopyFinding]) -> None:
    """Record what was found out; call it in a transaction.

    A passage that was an original and is a copy from now on loses its fingerprints, and what
    copied it waits to be looked at again.
    """
    copies = [verdict.number for verdict in verdicts if verdict.original_id is not None]
    demoted = _fingerprints_of(connection, copies)
    _unpost(connection, demoted.items())
    connection.execute(_REVIEW, (kb, json.dumps(_passages_of(connection, demoted))))
    salt = _salt(kb)
    connection.executemany(
        "UPDATE sketches SET original = ?, fingerprints = ? WHERE id = ?",
        [(v.original_id, (v.fingerprints ^ salt).tobytes(), v.number) for v in verdicts],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO fingerprints VALUES (?, ?)",
        _sorted_pairs(verdicts, salt),
    )


def count_copies(connection: sqlite3.Connection, kb: str) -> int:
    """Return how many passages of a knowledge base are copies of another."""
    statement = "SELECT count(*) FROM sketches WHERE kb = ? AND original IS NOT NULL"
    return int(connection.execute(statement, (kb,)).fetchone()[0])


def _sketched(
    connection: sqlite3.Connection, which: str, values: Mapping[str, str | int]
) -> list[Sketched]:
    places = connection.execute(_PLACES.format(which=which), values).fetchall()
    wanted = sorted({(row["file_id"], row["post_id"]) for row in places})
    posts = {
        (row["file_id"], row["id"]): row
        for row in connection.execute(_POSTS, (json.dumps(wanted),))
    }
    found: dict[int, Sketched] = {}
    for row in places:
        post = posts[row["file_id"], row["post_id"]]
        text = post["text"][row["start"] : row["end"]]
        created_at = datetime.fromisoformat(post["created_at"]) if post["created_at"] else None
        age = Age(post["thread_id"], post["ordinal"], created_at)
        # The same passage in several files is one.
        found.setdefault(row["id"], Sketched(row["id"], row["passage"], text, age))
    return list(found.values())


def _fingerprints_of(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, bytes]:
    rows = connection.execute(
        "SELECT s.id, s.fingerprints FROM json_each(?) wanted"
        " CROSS JOIN sketches s ON s.id = wanted.value WHERE s.fingerprints IS NOT NULL",
        (json.dumps(numbers),),
    )
    return {row[0]: row[1] for row in rows}


def _passages_of(connection: sqlite3.Connection, numbers: Iterable[int]) -> list[str]:
    rows = connection.execute(
        "SELECT s.passage FROM json_each(?) wanted CROSS JOIN sketches s ON s.id = wanted.value",
        (json.dumps(list(numbers)),),
    )
    return [row[0] for row in rows]


def _sorted_pairs(verdicts: Sequence[CopyFinding], salt: int) -> Iterator[tuple[int, int]]:
    """Yield fingerprints with their sketches in the order of their table, which is faster."""
    hashes = np.concatenate([_NONE, *(verdict.fingerprints for verdict in verdicts)]) ^ salt
    counts = [len(verdict.fingerprints) for verdict in verdicts]
    numbers = np.repeat(np.array([v.number for v in verdicts], np.int64), counts)
    order = np.argsort(hashes, kind="stable")
    return zip(hashes[order].tolist(), numbers[order].tolist(), strict=True)


def _unpost(connection: sqlite3.Connection, rows: Iterable[tuple[int, bytes | None]]) -> None:
    connection.executemany(
        "DELETE FROM fingerprints WHERE hash = ? AND sketch = ?",
        _posted(rows),
    )


def _posted(rows: Iterable[tuple[int, bytes | None]]) -> Iterator[tuple[int, int]]:
    for number, blob in rows:
        for value in np.frombuffer(blob or b"", np.int64).tolist():
            yield value, number


def _salt(kb: str) -> int:
    """A number that keeps the fingerprints of knowledge bases apart in one table."""
    return crc32(kb.encode("utf-8", "surrogatepass")) >> 1
