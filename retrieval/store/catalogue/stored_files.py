"""Files as the catalogue holds them, to be written again with something taken out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from retrieval.records import Exchange, Post
from retrieval.store.catalogue.contents import Covered, FileContents, FileStamp, ThreadContents
from retrieval.store.catalogue.records import (
    POST_COLUMNS,
    THREAD_COLUMNS,
    Row,
    passage_in,
    post_in,
    thread_in,
)

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue

_FILES: Final = """
SELECT f.* FROM json_each(?) wanted CROSS JOIN files f ON f.id = wanted.value ORDER BY f.name
"""
_THREADS: Final = """
SELECT t.id AS thread_id, {columns}, f.name AS file, f.source_kind
  FROM threads t JOIN files f ON f.id = t.file_id WHERE t.file_id = ? ORDER BY t.ordinal
"""
_EXCHANGES: Final = "SELECT thread_id, id, text FROM exchanges WHERE file_id = ? ORDER BY id"
_POSTS: Final = "SELECT {columns} FROM posts o WHERE o.file_id = ? ORDER BY o.ordinal"
WITH_POSTS_OF: Final = """
SELECT DISTINCT f.path FROM json_each(?) wanted
 CROSS JOIN posts o ON o.author_id = wanted.value
 CROSS JOIN files f ON f.id = o.file_id AND f.kb = ?
"""
# Which passage one copies is worked out anew where it is written.
_PASSAGES: Final = """
SELECT p.*, NULL AS duplicate_of FROM passages p WHERE p.file_id = ? ORDER BY p.ordinal
"""


def stored_files(catalogue: Catalogue, file_ids: Sequence[int]) -> Iterator[FileContents]:
    """Yield files as they were last written, by the numbers of their rows."""
    rows = catalogue.connection.execute(_FILES, (json.dumps(list(file_ids)),)).fetchall()
    for row in rows:
        stamp = FileStamp(
            *(row["path"], row["name"], row["size"], row["mtime_ns"], row["sha256"]),
            reading=row["reading"],
        )
        threads = tuple(_threads(catalogue, row["id"]))
        as_of = datetime.fromisoformat(row["as_of"]) if row["is_dated"] else None
        covered = tuple(_covered(catalogue, row["id"]))
        yield FileContents(stamp, row["source_kind"], threads, row["repeats"], as_of, covered)


def paths_with_posts_of(catalogue: Catalogue, kb: str, author_ids: Collection[str]) -> set[str]:
    """Return the paths of files that hold posts of these people, by the source's ids."""
    if not author_ids:
        return set()
    wanted = json.dumps(sorted(author_ids))
    return {row["path"] for row in catalogue.connection.execute(WITH_POSTS_OF, (wanted, kb))}


def _covered(catalogue: Catalogue, file_id: int) -> Iterator[Covered]:
    rows = catalogue.connection.execute("SELECT * FROM covered WHERE file_id = ?", (file_id,))
    for row in rows.fetchall():
        since = datetime.fromisoformat(row["since"]) if row["since"] else None
        yield Covered(row["thread_id"], since, datetime.fromisoformat(row["until"]))


def _threads(catalogue: Catalogue, file_id: int) -> Iterator[ThreadContents]:
    connection = catalogue.connection
    posts: dict[str, list[Post]] = {}
    for row in connection.execute(_POSTS.format(columns=POST_COLUMNS), (file_id,)):
        posts.setdefault(row["thread_id"], []).append(post_in(dict(row)))
    texts = {post.id: post.text for each in posts.values() for post in each}
    rows: dict[str, list[Row]] = {}
    for row in connection.execute(_PASSAGES, (file_id,)):
        rows.setdefault(row["thread_id"], []).append(dict(row))
    exchanges: dict[str, list[Exchange]] = {}
    for row in connection.execute(_EXCHANGES, (file_id,)):
        exchanges.setdefault(row["thread_id"], []).append(Exchange(row["id"], row["text"]))
    for row in connection.execute(_THREADS.format(columns=THREAD_COLUMNS), (file_id,)):
        thread = thread_in(dict(row))
        own = rows.get(thread.id, [])
        yield ThreadContents(
            thread,
            tuple(posts.get(thread.id, ())),
            tuple(passage_in({**each, "text": texts[each["post_id"]]}) for each in own),
            tuple(exchanges.get(thread.id, ())),
            frozenset(each["id"] for each in own if not each["indexed"]),
            {each["id"]: each["probe"] for each in own if each["probe"] is not None},
        )
