"""Writing the rows of one file into the catalogue."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from retrieval.text.sentences import question_share
from retrieval.text.wording import text_key

if TYPE_CHECKING:
    from retrieval.store.catalogue.contents import FileContents, ThreadContents


_INSERT: Final = "INSERT INTO {} VALUES ({})"


def insert_file(connection: sqlite3.Connection, kb: str, file: FileContents) -> None:
    """Insert a file with all its threads, posts and passages; call it in a transaction."""
    stamp = file.stamp
    file_id = connection.execute(
        "INSERT INTO files (kb, path, name, base, size, mtime_ns, sha256, reading, source_kind,"
        " repeats, as_of, is_dated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(kb, stamp.path, stamp.name, PurePath(stamp.path).name, stamp.size, stamp.mtime_ns),
            *(stamp.sha256, stamp.reading, file.source_kind, file.repeats),
            *(_iso(file.made_at()), int(file.as_of is not None)),
        ),
    ).lastrowid
    assert file_id is not None  # noqa: S101 - sqlite3 gives one after every INSERT
    connection.executemany(
        _INSERT.format("covered", _marks(4)),
        [(file_id, each.thread_id, _iso(each.since), _iso(each.until)) for each in file.covered],
    )
    connection.executemany(_INSERT.format("threads", _marks(9)), _threads(file_id, file))
    connection.executemany(_INSERT.format("exchanges", _marks(5)), _exchanges(file_id, file))
    for contents in file.threads:
        connection.executemany(_INSERT.format("posts", _marks(20)), _posts(file_id, contents))
        connection.executemany(
            _INSERT.format("passages", _marks(16)),
            _passages(file_id, contents),
        )


def _iso(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat(timespec="microseconds") if time else None


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _threads(file_id: int, file: FileContents) -> Iterator[tuple[object, ...]]:
    for ordinal, contents in enumerate(file.threads):
        thread = contents.thread
        yield (
            *(file_id, thread.id, ordinal, thread.title, thread.url),
            *(json.dumps(thread.tags), int(thread.is_solved), int(thread.is_channel)),
            thread.room,
        )


def _exchanges(file_id: int, file: FileContents) -> Iterator[tuple[object, ...]]:
    for contents in file.threads:
        for exchange in contents.exchanges:
            key = text_key(exchange.text)
            yield file_id, exchange.id, contents.thread.id, exchange.text, key


def _posts(file_id: int, contents: ThreadContents) -> Iterator[tuple[object, ...]]:
    for post in contents.posts:
        yield (
            *(file_id, post.thread_id, post.id, post.ordinal, post.text, post.author),
            post.created_at.isoformat() if post.created_at else None,
            *(post.parent_id, post.url, post.author_id),
            post.edited_at.isoformat() if post.edited_at else None,
            *(post.score, int(post.is_accepted), int(post.is_bot)),
            *(json.dumps(post.attachments), json.dumps(post.mentions), post.account),
            *(post.exchange_id, post.standing.value, post.worth),
        )


def _passages(file_id: int, contents: ThreadContents) -> Iterator[tuple[object, ...]]:
    for p in contents.passages:
        yield (
            *(file_id, p.thread_id, p.post_id, p.id, p.ordinal, p.paragraph, p.start, p.end),
            *(p.kind.value, p.origin_id, p.repeats, int(p.id not in contents.silent)),
            *(text_key(p.text), question_share(p.text), contents.probes.get(p.id)),
            p.quoted_author,
        )
