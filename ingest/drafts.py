"""What a reader makes of a file: threads and posts before they have ids in the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ingest.sources import Bundle, Folder, Group, SourceFile
from retrieval.records import TextKind

CERTAIN: Final = 0.95
"""How sure a ``sniff`` is that knows a product by its content."""
LIKELY: Final = 0.7
"""By signs that other products might share."""
POSSIBLE: Final = 0.3
"""By the file's name alone."""


@dataclass(frozen=True, slots=True)
class ParagraphDraft:
    """A paragraph and its place in its post: ``post.text[start:start + len(text)] == text``."""

    text: str
    start: int
    kind: TextKind = TextKind.OWN
    repeats: int = 0
    quoted_author: str | None = None
    """For a quote: whose words the source says that they are."""
    quoted_key: str | None = None
    """For a quote: the key of the post that it is taken from, where the source says so."""
    quoted_thread_key: str | None = None
    """The key of that post's thread, where it is another one than this."""


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
    parent_thread_key: str | None = None
    """The key of the thread that the parent is in, where that is another one."""
    url: str | None = None
    author_id: str | None = None
    account: str | None = None
    """The author's other name, where they show under a nickname."""
    edited_at: datetime | None = None
    score: int | None = None
    """Votes, likes or reactions."""
    is_accepted: bool = False
    is_bot: bool = False
    """A program, webhooks included."""
    attachments: tuple[str, ...] = ()
    """Names of the files that hang on it."""
    mentions: tuple[str, ...] = ()
    """Ids of the people whom it addresses."""


@dataclass(frozen=True, slots=True)
class ThreadDraft:
    """One discussion as the source gives it."""

    key: str
    """Names the thread among those of its kind, whatever file it stands in."""
    posts: tuple[PostDraft, ...]
    title: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    is_solved: bool = False
    is_channel: bool = False
    """Whether people talk in it about one thing after another; else its first post opens it."""
    room: str | None = None
    """Names the live channel whose readers alone may read it; None: nobody else decides."""


class LeftOutReason(StrEnum):
    """Why something that a file holds is no post."""

    SYSTEM = "system"
    BOT = "bot"
    DELETED = "deleted"
    EMPTY = "empty"
    FORGOTTEN = "forgotten"
    REPEATED = "repeated"
    BROKEN = "broken"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Posts of a file that were not read, and why: every one is counted once."""

    reason: LeftOutReason
    posts: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a file itself says, or shows, that it does not hold, in words for a person."""

    text: str
    breaks_off: bool = False
    """Whether the file is a part of one, so that what is missing in it need not be gone."""


@dataclass(frozen=True, slots=True)
class ExportedAt:
    """When a file says that it was made; of what stands in several, the newest counts."""

    time: datetime
    """Aware."""


@dataclass(frozen=True, slots=True)
class Covers:
    """What time of a thread a file holds whole: a post of that time that is not in it is gone.

    Yielded beside ``ExportedAt``: an older file that holds such a post has to give it up.
    """

    thread_key: str
    since: datetime | None
    """Aware; None: from its first post on."""
    until: datetime
    """Aware."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Which version or layout of its format a file is in, where there are several."""

    text: str


Found = ThreadDraft | LeftOut | Shortfall | ExportedAt | Covers | Edition
"""What a reader finds in a file."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A format that can be read.

    ``sniff`` looks at a file's name and first 64 KiB and says how sure it is, 0 to 1, that
    ``read`` will understand it; the surest reader gets the file.  ``read`` raises
    ``FileRefusedError`` where the file is not what it seemed, and accounts for every post
    that it does not yield: threads and ``LeftOut`` together are what the file holds.

    A format of several files has ``bundles``, which picks from a folder, or an archive, those
    that belong together, and ``read_bundle``, which reads them; they are then nobody else's.
    """

    kind: str
    """Names the format in the catalogue and in reports."""
    label: str
    """What a person calls it."""
    suffixes: tuple[str, ...]
    """How the names of such files end, in lower case, with their dot."""
    sniff: Callable[[str, bytes], float]
    read: Callable[[SourceFile], Iterator[Found]]
    example: str = ""
    """A line or two of such a file, shortened."""
    export: str = ""
    """How a person gets such a file, in a sentence or two."""
    bundles: Callable[[Folder], Sequence[Group]] | None = None
    read_bundle: Callable[[Bundle], Iterator[Found]] | None = None
    beside: frozenset[str] = frozenset()
    """What files are called that its exports hold beside the posts; they are passed over."""
    family: str = ""
    """The kind whose thread keys it shares, so that a thread is the same in both; else none."""
