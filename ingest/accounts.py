"""An account of each file: what was found in it, and what became of all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from ingest.drafts import (
    Covers,
    ExportedAt,
    Found,
    LeftOut,
    LeftOutReason,
    Reader,
    Shortfall,
    ThreadDraft,
)
from ingest.report import FileReport


class Account:
    """Counts what a reader finds while it passes through."""

    def __init__(self) -> None:
        self._threads = 0
        self._posts = 0
        self._left_out: Counter[LeftOutReason] = Counter()
        self._shortfalls: dict[str, None] = {}
        self._edition = ""
        self.breaks_off = False
        """Whether the file is a part of one; known at its end, as is the next."""
        self.exported_at: datetime | None = None
        """When the file says that it was made."""
        self.covers: list[Covers] = []
        """What it holds whole; nothing where it is a part of a file."""

    def threads(self, found: Iterable[Found]) -> Iterator[ThreadDraft]:
        """Yield the threads that hold posts, and take note of everything else."""
        for each in found:
            if isinstance(each, ThreadDraft):
                if each.posts:
                    self._threads += 1
                    self._posts += len(each.posts)
                    yield each
            elif isinstance(each, LeftOut):
                self._left_out[each.reason] += each.posts
            elif isinstance(each, Shortfall):
                self._shortfalls.setdefault(each.text)
                self.breaks_off |= each.breaks_off
            elif isinstance(each, ExportedAt):
                self.exported_at = each.time
            elif isinstance(each, Covers):
                self.covers.append(each)
            else:
                self._edition = each.text

    def report(self, file: str, reader: Reader, kept_out: Iterable[LeftOut] = ()) -> FileReport:
        """Return the account of a file that was read to its end.

        ``kept_out`` are posts of its threads that were not let in after all.
        """
        for each in kept_out:
            self._left_out[each.reason] += each.posts
            self._posts -= each.posts
        return FileReport(
            file=file,
            kind=reader.kind,
            label=reader.label,
            edition=self._edition,
            threads=self._threads,
            posts=self._posts,
            left_out=tuple(
                LeftOut(reason, self._left_out[reason])
                for reason in LeftOutReason
                if self._left_out[reason]
            ),
            shortfalls=tuple(self._shortfalls),
        )
