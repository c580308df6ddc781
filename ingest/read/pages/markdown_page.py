"""Markdown files: a page each, with what its front matter says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

from ingest.drafts import LIKELY, Found, Reader
from ingest.files.decoding import decode
from ingest.read.fields import clean
from ingest.read.pages.pages import page
from ingest.sources import SourceFile

KIND: Final = "markdown"
_SUFFIXES: Final = (".md", ".markdown", ".mdown")
_FRONT: Final = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_LINE: Final = re.compile(r"^(title|author|date)\s*:\s*(.+?)\s*$", re.MULTILINE | re.IGNORECASE)
_COMMENT: Final = re.compile(r"^[ \t]*<!--.*?-->[ \t]*\n?", re.DOTALL | re.MULTILINE)


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is Markdown: only its name tells it from other text."""
    return LIKELY if name.lower().endswith(_SUFFIXES) and b"\x00" not in head else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the page.

    Raises:
        FileRefusedError: if it cannot be decoded.
    """
    text = clean(decode(source).replace("\r\n", "\n"))
    front = _FRONT.match(text)
    told = (
        {name.lower(): value.strip("\"'") for name, value in _LINE.findall(front[1])}
        if front
        else {}
    )
    body = _COMMENT.sub("", text[front.end() :] if front else text)
    yield from page(
        source,
        [body],
        title=told.get("title"),
        author=told.get("author"),
        created_at=_day(told.get("date", "")),
    )


def _day(told: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(told[:10]), datetime.min.time(), UTC)
    except ValueError:
        return None


READER: Final = Reader(
    kind=KIND,
    label="Markdown page",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    example="# Opening hours, then text with headings, lists and code.",
    export="Put the files of a handbook or a wiki into the folder, as they are.",
)
