"""What is new in each round of a watch, in words."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.report import IngestReport, Refusal


class RoundNews:
    """Tells of each round only what the rounds before did not tell.

    A refused file is told once, and again when it was not refused in between.
    """

    def __init__(self) -> None:
        self._refused: frozenset[Refusal] = frozenset()
        self._error = ""

    def of_report(self, report: IngestReport) -> tuple[str | None, tuple[Refusal, ...]]:
        """Return what the round did, None for nothing, and which files are newly refused."""
        self._error = ""
        before, self._refused = self._refused, frozenset(report.refused)
        news = tuple(refusal for refusal in report.refused if refusal not in before)
        return ", ".join(_deeds(report)) or None, news

    def of_error(self, error: Exception) -> str | None:
        """Return what went wrong, None if that was said of the round before."""
        before, self._error = self._error, str(error)
        return self._error if self._error != before else None


def _deeds(report: IngestReport) -> Iterator[str]:
    for count, noun, verb in (
        (report.files_read, "file", "read"),
        (report.files_removed, "file", "removed"),
        (report.passages_added, "passage", "added"),
        (report.passages_removed, "passage", "removed"),
    ):
        if count:
            yield f"{count:,} {noun if count == 1 else noun + 's'} {verb}"
