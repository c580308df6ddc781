"""What is new: which posts came when."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from retrieval.records import News, ThreadNews
from retrieval.store.catalogue.records import POST_COLUMNS, THREAD_COLUMNS, post_in, thread_in

if TYPE_CHECKING:
    from retrieval.store.catalogue.contents import FileContents
    from retrieval.store.catalogue.database import Database

_KNOWN: Final = """
SELECT DISTINCT x.id FROM json_each(?) wanted
 CROSS JOIN {table} x ON x.id = wanted.value
 CROSS JOIN files f ON f.id = x.file_id AND f.kb = ?
"""
# Threads that have gone since are left out.
_SINCE: Final = """
WITH came AS (
    SELECT thread_id AS id, sum(posts) AS posts, max(is_new) AS is_new FROM arrivals
     WHERE kb = :kb AND at >= :since GROUP BY thread_id
)
SELECT came.id, came.posts, came.is_new FROM came
 WHERE EXISTS (SELECT 1 FROM threads t JOIN files f ON f.id = t.file_id
                WHERE t.id = came.id AND f.kb = :kb)
   AND came.id NOT IN (SELECT value FROM json_each(:unseen))
 ORDER BY came.is_new DESC, came.posts DESC, came.id
"""
_THREAD: Final = """
SELECT t.file_id, t.id AS thread_id, f.name AS file, f.source_kind, {columns}
  FROM threads t JOIN files f ON f.id = t.file_id AND f.kb = :kb
 WHERE t.id = :thread ORDER BY f.as_of DESC, f.name LIMIT 1
"""
_POST: Final = """
SELECT {columns} FROM posts o
 WHERE o.file_id = ? AND o.thread_id = ?
   AND o.id NOT IN (SELECT value FROM json_each(?)) ORDER BY o.ordinal {order} LIMIT 1
"""


def note_arrivals(
    connection: sqlite3.Connection, kb: str, contents: Sequence[FileContents]
) -> None:
    """Record which posts of ``contents`` are not there yet; call it before they are written."""
    threads = [thread for file in contents for thread in file.threads]
    posts = {post.id: post.thread_id for thread in threads for post in thread.posts}
    known_posts = _known(connection, kb, "posts", posts)
    known_threads = _known(connection, kb, "threads", {each.thread.id for each in threads})
    came = Counter(thread_id for id_, thread_id in posts.items() if id_ not in known_posts)
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    connection.executemany(
        "INSERT OR IGNORE INTO arrivals VALUES (?, ?, ?, ?, ?)",
        [(kb, at, id_, number, id_ not in known_threads) for id_, number in came.items()],
    )


def news_since(
    catalogue: Database,
    kb: str,
    since: datetime,
    limit: int,
    hidden: Collection[str] = (),
    unseen: Collection[str] = (),
) -> News:
    """Return what came since a time, an aware one, with at most ``limit`` threads of it.

    Of each a post is shown that is not among the ``hidden`` ones; threads that are ``unseen``
    do not count.
    """
    at = since.astimezone(UTC).isoformat(timespec="microseconds")
    values = {"kb": kb, "since": at, "unseen": json.dumps(list(unseen))}
    rows = catalogue.connection.execute(_SINCE, values).fetchall()
    new = sum(bool(row["is_new"]) for row in rows)
    shown = (_thread_news(catalogue.connection, kb, hidden, *row) for row in rows[:limit])
    return News(
        since=since,
        threads=tuple(news for news in shown if news is not None),
        new_threads=new,
        grown_threads=len(rows) - new,
        new_posts=sum(row["posts"] for row in rows),
    )


def _thread_news(
    connection: sqlite3.Connection,
    kb: str,
    hidden: Collection[str],
    thread_id: str,
    posts: int,
    is_new: int,
) -> ThreadNews | None:
    row = connection.execute(
        _THREAD.format(columns=THREAD_COLUMNS), {"kb": kb, "thread": thread_id}
    ).fetchone()
    if row is None:  # another process took it away just now
        return None
    order = "ASC" if is_new else "DESC"
    post = connection.execute(
        _POST.format(columns=POST_COLUMNS, order=order),
        (row["file_id"], thread_id, json.dumps(list(hidden))),
    ).fetchone()
    if post is None:
        return None
    return ThreadNews(thread_in(dict(row)), posts, bool(is_new), post_in(dict(post)))


def _known(
    connection: sqlite3.Connection,
    kb: str,
    table: str,
    ids: Sequence[str] | set[str] | dict[str, str],
) -> set[str]:
    rows = connection.execute(_KNOWN.format(table=table), (json.dumps(list(ids)), kb))
    return {row[0] for row in rows}
