"""Threads put together from posts that come in any order, without keeping them in memory."""

from __future__ import annotations

import pickle
import sqlite3
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final

from ingest.drafts import Found, LeftOut, LeftOutReason, ParagraphDraft, PostDraft, ThreadDraft
from retrieval.errors import FileRefusedError
from retrieval.records import TextKind

_rest_of_post: Final = attrgetter(*(field.name for field in fields(PostDraft)[3:]))
_rest_of_paragraph: Final = attrgetter(*(field.name for field in fields(ParagraphDraft)[3:]))
_ROWS_AT_ONCE: Final = 500
_TABLE: Final = """
    CREATE TABLE post (
        thread INTEGER, key TEXT, rank INTEGER, at TEXT, edited TEXT, draft BLOB,
        PRIMARY KEY (thread, key)
    ) WITHOUT ROWID
"""
# Of a post that stands twice, what was written last counts, whatever the order in the file.
_INSERT: Final = """
    INSERT INTO post VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        rank = excluded.rank, at = excluded.at, edited = excluded.edited, draft = excluded.draft
    WHERE excluded.edited >= edited
"""
_IN_ORDER: Final = "SELECT thread, draft FROM post ORDER BY thread, rank, at, length(key), key"


@dataclass(slots=True)
class ThreadFacts:
    """What is known of a thread besides its posts; what is said first of it stays."""

    number: int
    title: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    is_solved: bool = False
    is_channel: bool = False
    last_at: str = ""


class Gathering:
    """Collects the posts of one source, and accounts for those that are left out."""

    def __init__(self, name: str) -> None:
        """Start with nothing.  ``name`` is the file's, for an error."""
        self._name = name
        self._threads: dict[str, ThreadFacts] = {}
        self._left_out: Counter[LeftOutReason] = Counter()
        self._added = 0
        self._rows: list[tuple[int, str, int, str, str, bytes]] = []
        # A nameless database goes to a temporary file once it outgrows its small cache.
        # Any thread may be the one that collects a reader which gave up.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        # Not every file is read to its end.
        weakref.finalize(self, self._database.close)
        self._database.execute(_TABLE)

    def thread(self, key: str) -> ThreadFacts:
        """Return what is known of a thread, to be added to."""
        return self._threads.setdefault(key, ThreadFacts(len(self._threads)))

    def add(self, thread: str, post: PostDraft, rank: int = 0) -> None:
        """Take a post of a thread, ordered by ``rank``, then by time.

        A post without words is counted as empty.
        """
        if not post.paragraphs:
            self.leave_out(LeftOutReason.EMPTY)
            return
        facts = self.thread(thread)
        at = _sortable(post.created_at) or facts.last_at
        facts.last_at = at
        edited = _sortable(post.edited_at) or at
        draft = _packed(post)
        self._rows.append((facts.number, post.key, rank, at, edited, draft))
        self._added += 1
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._store()

    def leave_out(self, reason: LeftOutReason, posts: int = 1) -> None:
        """Count posts that are not read."""
        self._left_out[reason] += posts

    def found(self) -> Iterator[Found]:
        """Yield the threads in the order in which they were first heard of, then what is left out.

        Raises:
            FileRefusedError: if there was neither a post nor anything that was left out.
        """
        self._store()
        (kept,) = self._database.execute("SELECT count(*) FROM post").fetchone()
        self._left_out[LeftOutReason.REPEATED] += self._added - kept
        if not kept and not self._left_out.total():
            raise FileRefusedError(self._name, "is empty: there is no whole post in it")
        keys = list(self._threads)
        rows = self._database.execute(_IN_ORDER)
        for number, group in groupby(rows, itemgetter(0)):
            posts = [_unpacked(draft) for _, draft in group]
            yield _thread(keys[number], self._threads[keys[number]], posts)
        self._database.close()
        for reason, count in self._left_out.items():
            if count:
                yield LeftOut(reason, count)

    def _store(self) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(_INSERT, self._rows)
        self._database.execute("COMMIT")
        self._rows.clear()


def _packed(post: PostDraft) -> bytes:
    # Plain values, and no text twice: dataclasses and enums take many times as long.
    paragraphs = [
        (each.start, len(each.text), each.kind.value, *_rest_of_paragraph(each))
        for each in post.paragraphs
    ]
    return pickle.dumps(
        (post.key, post.text, paragraphs, *_rest_of_post(post)), pickle.HIGHEST_PROTOCOL
    )


def _unpacked(packed: bytes) -> PostDraft:
    # Written above by this very module.
    key, text, paragraphs, *rest = pickle.loads(packed)  # noqa: S301
    drafts = (
        ParagraphDraft(text[start : start + length], start, TextKind(kind), *more)
        for start, length, kind, *more in paragraphs
    )
    return PostDraft(key, text, tuple(drafts), *rest)


def _sortable(time: datetime | None) -> str:
    return time.isoformat(timespec="microseconds") if time else ""


def _thread(key: str, facts: ThreadFacts, posts: list[PostDraft]) -> ThreadDraft:
    return ThreadDraft(
        key=key,
        posts=without_circles(posts),
        title=facts.title,
        url=facts.url,
        tags=facts.tags,
        is_solved=facts.is_solved,
        is_channel=facts.is_channel,
    )


def without_circles(posts: list[PostDraft]) -> tuple[PostDraft, ...]:
    """Return posts none of which answers itself, be it through others."""
    parents = {post.key: post.parent_key for post in posts}
    sound: set[str] = set()
    for key in parents:
        path: dict[str, None] = {}
        at: str | None = key
        while at is not None and at in parents and at not in sound:
            path[at] = None
            if parents[at] in path:
                parents[at] = None
            at = parents[at]
        sound.update(path)
    return tuple(
        post if parents[post.key] == post.parent_key else replace(post, parent_key=None)
        for post in posts
    )
