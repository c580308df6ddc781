"""The figures of an ingest while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.report import FileReport, IngestReport, Refusal, Removal
from retrieval.store.catalogue.contents import Counts


@dataclass(slots=True)
class Tally:
    """Counts what an ingest does."""

    read: int = 0
    unchanged: int = 0
    repeats: int = 0
    near: int = 0
    added: int = 0
    removed: int = 0
    refused: list[Refusal] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    read_paths: list[str] = field(default_factory=list)
    files: list[FileReport] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def report(
        self, counts: Counts, seconds: float, *, files_removed: int, dry_run: bool
    ) -> IngestReport:
        """Return the figures, given what the knowledge base holds in the end."""
        # What a rehearsal would add is not there yet, and what it would remove still is.
        added, removed = (self.added, self.removed) if dry_run else (0, 0)
        total = counts.passages + added - removed
        return IngestReport(
            files_read=self.read,
            files_unchanged=self.unchanged,
            files_removed=files_removed,
            refused=tuple(self.refused),
            threads=counts.threads,
            posts=counts.posts,
            quotes_linked=counts.quotes_linked,
            repeats=self.repeats,
            near=self.near,
            passages_total=total,
            passages_added=self.added,
            passages_removed=self.removed,
            passages_unchanged=total - self.added,
            seconds=seconds,
            dry_run=dry_run,
            removals=tuple(self.removals),
            files=tuple(self.files),
        )
