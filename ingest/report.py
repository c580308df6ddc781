"""What an ingest says while it runs and when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ingest.drafts import LeftOut


class Stage(StrEnum):
    """The stages of an ingest, in their order."""

    SCAN = "scan"
    READ = "read"
    EMBED = "embed"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Progress:
    """One step forward in a stage."""

    stage: Stage
    done: int
    total: int
    detail: str = ""
    """The file at hand, where there is one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that could not be ingested, and why, in words for a person."""

    file: str
    reason: str


class Why(StrEnum):
    """Why posts that were there are not any more."""

    FILE_GONE = "file-gone"
    EMPTIED = "emptied"
    """Their file holds no posts at all."""
    GONE = "gone"
    """Their file does not hold them."""
    NEWER = "newer"
    """Other files hold newer texts of them."""
    DELETED = "deleted"
    """Newer files of the same time do not hold them."""
    BOT = "bot"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Removal:
    """Posts of a file that were taken out, and why."""

    file: str
    posts: int
    why: Why
    by: tuple[str, ...] = ()
    """Where their newer texts stand, or which files they are missing from."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a file that was read came to; posts and ``left_out`` are all that it holds."""

    file: str
    kind: str
    """The reader's name for its format."""
    label: str
    """What a person calls that."""
    edition: str
    """Which version or layout of it, where there are several."""
    threads: int
    posts: int
    left_out: tuple[LeftOut, ...]
    """Posts that it holds and that were not taken in, by reason."""
    shortfalls: tuple[str, ...]
    """What the file itself says, or shows, that it does not hold."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The figures at the end of an ingest."""

    files_read: int
    files_unchanged: int
    files_removed: int
    refused: tuple[Refusal, ...]
    threads: int
    """Threads in the knowledge base afterwards, as are posts and quotes_linked."""
    posts: int
    quotes_linked: int
    repeats: int
    """Lines of the files read that repeat another line of theirs word for word."""
    near: int
    """Passages of the files read that repeat another of them with small differences."""
    passages_total: int
    passages_added: int
    passages_removed: int
    passages_unchanged: int
    seconds: float
    dry_run: bool = False
    passed_over: tuple[str, ...] = ()
    """Folders of what was attached to an export's messages, and its files without posts."""
    removals: tuple[Removal, ...] = ()
    """What was taken out; a rehearsal does not compare files with each other."""
    files: tuple[FileReport, ...] = ()
    """Of each file that was read, in the order of reading."""
