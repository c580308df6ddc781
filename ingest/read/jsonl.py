"""Footnote's own JSONL: one post a line, for whoever can write a small script.

Each line is a JSON object, UTF-8::

    {"thread_id": "42", "post_id": "1", "text": "Markdown, blank lines between paragraphs",
     "thread_title": "…", "thread_url": "https://…", "author": "…",
     "created_at": "2026-03-01T12:00:00+00:00", "parent_id": null, "url": "https://…",
     "author_id": "…", "account": "…", "edited_at": null, "score": 3, "accepted": false,
     "bot": false, "attachments": ["log.txt"], "mentions": ["…"], "tags": ["…"],
     "solved": false, "channel": false}

``thread_id``, ``post_id`` and ``text`` are needed; the rest helps search and citation.  ``tags``,
``solved`` and ``channel`` speak of the thread and may stand on any of its lines; ``channel`` says
that people talk there about one thing after another.  A thread's posts keep the order of their
lines.  Blank lines are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.drafts import (
    CERTAIN,
    POSSIBLE,
    Found,
    LeftOut,
    LeftOutReason,
    PostDraft,
    Reader,
    ThreadDraft,
)
from ingest.files.decoding import decode
from ingest.read.fields import Key, OneLine, UtcTime, Words, load_json
from ingest.read.gathering import without_circles
from ingest.sources import SourceFile
from ingest.understand.paragraphs import split_paragraphs
from retrieval.errors import FileRefusedError

KIND: Final = "jsonl"
_BEFORE: Final = b"\xef\xbb\xbf \t"


class Row(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(extra="ignore")

    thread_id: Key
    post_id: Key
    text: Words
    thread_title: OneLine | None = None
    thread_url: OneLine | None = None
    author: OneLine | None = None
    created_at: UtcTime | None = None
    parent_id: Key | None = None
    url: OneLine | None = None
    author_id: Key | None = None
    account: OneLine | None = None
    edited_at: UtcTime | None = None
    score: int | None = None
    accepted: bool | None = None
    bot: bool | None = None
    attachments: list[OneLine] | None = None
    mentions: list[Key] | None = None
    tags: list[OneLine] | None = None
    solved: bool | None = None
    channel: bool | None = None


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is our JSONL: its first line must carry our field names."""
    first = next((line for line in head.splitlines() if line.strip()), b"")
    if b'"thread_id"' in first and b'"post_id"' in first and first.lstrip(_BEFORE)[:1] == b"{":
        return CERTAIN
    # It comes here all the same, to be told what is missing.
    return POSSIBLE if name.lower().endswith((".jsonl", ".ndjson")) else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the threads of a file in the order in which they begin.

    Raises:
        FileRefusedError: naming the first line that is not a post.
    """
    threads: dict[str, list[Row]] = {}
    for number, line in enumerate(decode(source).split("\n"), 1):
        if line.strip():
            row = _row(source.name, number, line)
            threads.setdefault(row.thread_id, []).append(row)
    if not threads:
        raise FileRefusedError(source.name, "is empty: there is no post in it; nothing was added")
    for key, rows in threads.items():
        # An edited post stands twice: the last counts.
        unique = {row.post_id: row for row in rows}
        posts = [_post(row) for row in unique.values()]
        worded = [post for post in posts if post.paragraphs]
        yield LeftOut(LeftOutReason.REPEATED, len(rows) - len(unique))
        yield LeftOut(LeftOutReason.EMPTY, len(unique) - len(worded))
        yield _thread(key, rows, worded)


def _row(name: str, number: int, line: str) -> Row:
    try:
        return Row.model_validate(load_json(line))
    except ValidationError as error:  # a ValueError, too
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the line"
        raise FileRefusedError(name, f"line {number}: {field}: {first['msg']}") from error
    except ValueError as error:
        raise FileRefusedError(name, f"line {number} is not JSON: {error}") from error


def _thread(key: str, rows: list[Row], posts: list[PostDraft]) -> ThreadDraft:
    titles = (row.thread_title for row in rows if row.thread_title)
    urls = (row.thread_url for row in rows if row.thread_url)
    return ThreadDraft(
        key=key,
        title=next(titles, None),
        url=next(urls, None),
        tags=tuple(dict.fromkeys(tag for row in rows for tag in row.tags or ())),
        is_solved=any(row.solved for row in rows),
        is_channel=any(row.channel for row in rows),
        posts=without_circles(posts),
    )


def _post(row: Row) -> PostDraft:
    return PostDraft(
        key=row.post_id,
        text=row.text,
        paragraphs=split_paragraphs(row.text),
        author=row.author or None,
        created_at=row.created_at,
        parent_key=row.parent_id,
        url=row.url or None,
        author_id=row.author_id,
        account=row.account or None,
        edited_at=row.edited_at,
        score=row.score,
        is_accepted=bool(row.accepted),
        is_bot=bool(row.bot),
        attachments=tuple(row.attachments or ()),
        mentions=tuple(row.mentions or ()),
    )


READER: Final = Reader(
    kind=KIND,
    label="Footnote's JSONL",
    suffixes=(".jsonl", ".ndjson"),
    sniff=sniff,
    read=read,
    example='{"thread_id": "42", "post_id": "1", "author": "Ann", "text": "How do I …?"}',
    export="Write one JSON object a post with a small script of your own.",
)
