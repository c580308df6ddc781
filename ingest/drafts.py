"""What a reader makes of a file: threads and posts before they have ids in the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from retrieval.domain import TextKind


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to be read."""

    path: Path
    name: str
    """Its path relative to the folder that is ingested, POSIX style: what people see."""
    data: bytes
    encoding: str | None = None
    """How to read it where it is not UTF-8; None: refuse it then."""


@dataclass(frozen=True, slots=True)
class ParagraphDraft:
    """A paragraph and its place in its post: ``post.text[start:start + len(text)] == text``."""

    text: str
    start: int
    kind: TextKind = TextKind.OWN
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class PostDraft:
    """One contribution as the source gives it."""

    key: str
    """Names the post within its thread: the source's own id, or one made from its content."""
    text: str
    paragraphs: tuple[ParagraphDraft, ...]
    author: str | None = None
    created_at: datetime | None = None
    parent_key: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadDraft:
    """One discussion as the source gives it."""

    key: str
    """Names the thread among those of its kind, whatever file it stands in."""
    posts: tuple[PostDraft, ...]
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A format that can be read.

    ``sniff`` looks at a file's name and first 64 KiB and says how sure it is, 0 to 1, that
    ``read`` will understand it; the surest reader gets the file.  ``read`` raises
    ``FileRefusedError`` where the file is not what it seemed.
    """

    kind: str
    sniff: Callable[[str, bytes], float]
    read: Callable[[SourceFile], Iterator[ThreadDraft]]
