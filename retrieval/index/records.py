"""Rows of the catalogue as the records that everybody speaks in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from retrieval.domain import (
    Paragraph,
    Passage,
    Post,
    PostView,
    TextKind,
    Thread,
    ThreadView,
)
from retrieval.index.contents import Located

Row = Mapping[str, Any]
"""Values by column; SQLite's own rows carry no types either."""


def located_in(row: Row) -> Located:
    """Return the passage of a row with its post and thread."""
    return Located(passage_in(row), post_in(row), _thread(row))


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
    )


def post_in(row: Row) -> Post:
    """Return the post of a row."""
    created_at = row["created_at"]
    return Post(
        id=row["post_id"],
        thread_id=row["thread_id"],
        ordinal=row["post_ordinal"],
        text=row["text"],
        author=row["author"],
        created_at=datetime.fromisoformat(created_at) if created_at else None,
        parent_id=row["parent_id"],
        url=row["post_url"],
    )


def _thread(row: Row) -> Thread:
    return Thread(
        id=row["thread_id"],
        file=row["file"],
        source_kind=row["source_kind"],
        title=row["title"],
        url=row["thread_url"],
    )


def thread_views(rows: Sequence[Row]) -> tuple[ThreadView, ...]:
    """Return the threads that rows in reading order make up."""
    threads: dict[tuple[int, str], Thread] = {}
    posts: dict[tuple[int, str], dict[str, Post]] = {}
    paragraphs: dict[tuple[int, str], dict[int, list[Passage]]] = {}
    for row in rows:
        key = (row["file_id"], row["thread_id"])
        threads.setdefault(key, _thread(row))
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
