"""What one source file contributes to a knowledge base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from retrieval.records import Exchange, Passage, Post, Thread


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file as it was when it was read."""

    path: str
    """Absolute."""
    name: str
    """Relative to the folder that was ingested; what people see."""
    size: int
    mtime_ns: int
    sha256: str
    reading: str
    """Fingerprint of how it was read: a change of it reads the file again."""


@dataclass(frozen=True, slots=True)
class ThreadContents:
    """A thread with everything in it."""

    thread: Thread
    posts: tuple[Post, ...]
    passages: tuple[Passage, ...]
    exchanges: tuple[Exchange, ...] = ()
    silent: frozenset[str] = frozenset()
    """Ids of passages that are not indexed: quotes whose very words are indexed where they come
    from, and what says nothing to who reads it alone."""
    probes: Mapping[str, int] = field(default_factory=dict)
    """Of each quote, by id, a few words as a number: what holds the quote holds them too."""

    def indexed(self) -> Iterator[Passage]:
        """Yield the passages that belong in Chroma and in the lexical index."""
        return (passage for passage in self.passages if passage.id not in self.silent)

    def post_of(self) -> dict[str, Post]:
        """Return the posts by id."""
        return {post.id: post for post in self.posts}


@dataclass(frozen=True, slots=True)
class Covered:
    """A time of a thread that a file holds whole."""

    thread_id: str
    since: datetime | None
    """Aware; None: from its first post on."""
    until: datetime
    """Aware."""


@dataclass(frozen=True, slots=True)
class FileContents:
    """A file with everything in it."""

    stamp: FileStamp
    source_kind: str
    threads: tuple[ThreadContents, ...]
    repeats: int = 0
    """Lines that repeat another line of the file word for word."""
    as_of: datetime | None = None
    """When the file says that it was made; None: when it was last changed."""
    covered: tuple[Covered, ...] = ()

    def made_at(self) -> datetime:
        """Return an aware time: of what stands in several files, the newest counts."""
        return self.as_of or datetime.fromtimestamp(self.stamp.mtime_ns / 1e9, UTC)

    def indexed(self) -> Iterator[Passage]:
        """Yield the passages that belong in Chroma and in the lexical index."""
        return (passage for thread in self.threads for passage in thread.indexed())

    def exchanges(self) -> Iterator[Exchange]:
        """Yield the exchanges of all its threads."""
        return (exchange for thread in self.threads for exchange in thread.exchanges)


@dataclass(frozen=True, slots=True)
class Located:
    """A passage with the post and the thread around it."""

    passage: Passage
    post: Post
    thread: Thread


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a knowledge base holds."""

    files: int = 0
    threads: int = 0
    posts: int = 0
    quotes_linked: int = 0
    passages: int = 0
    """Distinct indexed passages: as many as Chroma has records."""
    copies: int = 0
    """Of them, those that repeat another one with small differences."""
