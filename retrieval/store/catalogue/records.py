"""Rows of the catalogue as the records that everybody speaks in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from retrieval.records import (
    Paragraph,
    Passage,
    Post,
    PostView,
    Standing,
    TextKind,
    Thread,
    ThreadView,
)
from retrieval.store.catalogue.contents import Located

POST_COLUMNS: Final = """
o.id AS post_id, o.thread_id, o.ordinal AS post_ordinal, o.text, o.author, o.created_at,
o.parent_id, o.url AS post_url, o.author_id, o.edited_at, o.score, o.is_accepted, o.is_bot,
o.attachments, o.mentions, o.account, o.exchange_id, o.standing, o.worth
"""
"""What ``post_in`` reads of the table ``posts o``."""
THREAD_COLUMNS: Final = "t.title, t.url AS thread_url, t.tags, t.is_solved, t.is_channel, t.room"
"""What a row with a thread needs of the table ``threads t``, beside its id and file."""

Row = Mapping[str, Any]
"""Values by column; SQLite's own rows carry no types either."""


def located_in(row: Row) -> Located:
    """Return the passage of a row with its post and thread."""
    return Located(passage_in(row), post_in(row), thread_in(row))


def passage_in(row: Row) -> Passage:
    """Return the passage of a row."""
    return Passage(
        id=row["id"],
        post_id=row["post_id"],
        thread_id=row["thread_id"],
        ordinal=row["ordinal"],
        paragraph=row["paragraph"],
        start=row["start"],
        end=row["end"],
        text=row["text"][row["start"] : row["end"]],
        kind=TextKind(row["kind"]),
        origin_id=row["origin_id"],
        repeats=row["repeats"],
        duplicate_of=row["duplicate_of"],
        quoted_author=row["quoted_author"],
    )


def post_in(row: Row) -> Post:
    """Return the post of a row."""
    return Post(
        id=row["post_id"],
        thread_id=row["thread_id"],
        ordinal=row["post_ordinal"],
        text=row["text"],
        author=row["author"],
        created_at=_time(row["created_at"]),
        parent_id=row["parent_id"],
        url=row["post_url"],
        author_id=row["author_id"],
        account=row["account"],
        edited_at=_time(row["edited_at"]),
        score=row["score"],
        is_accepted=bool(row["is_accepted"]),
        is_bot=bool(row["is_bot"]),
        attachments=tuple(json.loads(row["attachments"])),
        mentions=tuple(json.loads(row["mentions"])),
        exchange_id=row["exchange_id"],
        standing=Standing(row["standing"]),
        worth=row["worth"],
    )


def _time(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None


def thread_in(row: Row) -> Thread:
    """Return the thread of a row."""
    return Thread(
        id=row["thread_id"],
        file=row["file"],
        source_kind=row["source_kind"],
        title=row["title"],
        url=row["thread_url"],
        tags=tuple(json.loads(row["tags"])),
        is_solved=bool(row["is_solved"]),
        is_channel=bool(row["is_channel"]),
        room=row["room"],
    )


def thread_views(rows: Sequence[Row]) -> tuple[ThreadView, ...]:
    """Return the threads that rows in reading order make up."""
    threads: dict[tuple[int, str], Thread] = {}
    posts: dict[tuple[int, str], dict[str, Post]] = {}
    paragraphs: dict[tuple[int, str], dict[int, list[Passage]]] = {}
    for row in rows:
        key = (row["file_id"], row["thread_id"])
        threads.setdefault(key, thread_in(row))
        posts.setdefault(key, {}).setdefault(row["post_id"], post_in(row))
        of_post = paragraphs.setdefault((row["file_id"], row["post_id"]), {})
        of_post.setdefault(row["paragraph"], []).append(passage_in(row))
    return tuple(
        ThreadView(
            thread,
            tuple(
                PostView(
                    post,
                    tuple(
                        _paragraph(post, passages)
                        for passages in paragraphs[key[0], post.id].values()
                    ),
                )
                for post in posts[key].values()
            ),
        )
        for key, thread in threads.items()
    )


def _paragraph(post: Post, passages: Sequence[Passage]) -> Paragraph:
    first = passages[0]
    return Paragraph(
        id=first.id,
        text=post.text[first.start : passages[-1].end],
        kind=first.kind,
        origin_id=first.origin_id,
        repeats=first.repeats,
    )
