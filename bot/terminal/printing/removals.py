"""What an ingest took out of the index or passed over, and why, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.terminal.printing.layout import counted
from bot.terminal.safe_text import one_line
from ingest.report import Why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.report import IngestReport

_SHOWN: Final = 10
_FOLDERS_SHOWN: Final = 3
_BY_SHOWN: Final = 3
_REASONS: Final = {
    Why.FILE_GONE: "since the file is gone",
    Why.EMPTIED: "since there are none in it any more",
    Why.GONE: "since they are not in it any more",
    Why.NEWER: "since newer texts of them are in {by}",
    Why.DELETED: "since they are missing from a newer export ({by})",
    Why.BOT: "since a program wrote them (FOOTNOTE_INGEST__BOTS lets it in)",
    Why.FORGOTTEN: "since their author wants to be forgotten",
}


def removal_lines(report: IngestReport) -> Iterator[str]:
    """Yield a line for each file that lost posts, of many for the first ten."""
    verb = "would go" if report.dry_run else "taken out"
    for each in report.removals[:_SHOWN]:
        by = ", ".join(each.by[:_BY_SHOWN]) + (" …" if len(each.by) > _BY_SHOWN else "")
        why = _REASONS[each.why].format(by=by)
        yield one_line(f"{each.file}: {counted(each.posts, 'post')} {verb}, {why}")
    more = len(report.removals) - _SHOWN
    if more > 0:
        yield f"and posts of {counted(more, 'other file')}; --json names them all"


def passed_over_line(report: IngestReport) -> str:
    """Return what was not looked into."""
    names = ", ".join(report.passed_over[:_FOLDERS_SHOWN])
    more = len(report.passed_over) - _FOLDERS_SHOWN
    others = f" and {counted(more, 'other')}" if more > 0 else ""
    return one_line(f"passed over, as no posts are in there: {names}{others}")
