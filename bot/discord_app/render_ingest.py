"""An ingest in words: its progress and its report, each one plain message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.discord_app.cards import MESSAGE_LIMIT
from bot.discord_app.markdown import fit_line, length
from ingest.report import IngestReport, Progress, Refusal, Stage

_DOING: Final = {
    Stage.SCAN: "Looking for files",
    Stage.READ: "Reading files",
    Stage.EMBED: "Embedding passages",
    Stage.WRITE: "Writing the index",
}


def render_progress(progress: Progress) -> str:
    """Return one line on how far an ingest is."""
    line = f"**{_DOING[progress.stage]}**"
    if progress.total > 0:
        line += f" · {progress.done:,} of {progress.total:,}"
    detail = fit_line(progress.detail, 100)
    return f"{line}\n-# {detail}" if detail else line


def render_report(report: IngestReport) -> str:
    """Return the figures of an ingest and the refused files, in at most 2,000 characters."""
    title = "Dry run finished; nothing was changed" if report.dry_run else "Re-ingest finished"
    lines = [
        f"**{title}** · {report.seconds:,.1f} s",
        f"Files: {report.files_read:,} read, {report.files_unchanged:,} unchanged, "
        f"{report.files_removed:,} removed, {len(report.refused):,} refused",
        f"Passages: {report.passages_added:,} added, {report.passages_removed:,} removed, "
        f"{report.passages_unchanged:,} unchanged, {report.passages_total:,} in all",
        f"Now known: {report.threads:,} threads, {report.posts:,} posts, "
        f"{report.quotes_linked:,} quotes linked",
        f"Duplicates: {report.repeats:,} repeated lines, {report.near:,} near-duplicates",
    ]
    return _with_refusals("\n".join(lines), report.refused)


def _with_refusals(text: str, refused: Sequence[Refusal]) -> str:
    if not refused:
        return text
    text += "\n**Refused**"
    for shown, refusal in enumerate(refused):
        line = f"\n- {fit_line(refusal.file, 120)}: {fit_line(refusal.reason, 240)}"
        rest = f"\n-# and {len(refused) - shown:,} more; see the log"
        is_last = shown == len(refused) - 1
        if length(text + line) + (0 if is_last else length(rest)) > MESSAGE_LIMIT:
            return text + rest
        text += line
    return text
