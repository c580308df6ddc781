"""What people see of formats, and of the files that an ingest read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from bot.terminal.printing.layout import (
    HEADING,
    SECONDARY,
    SEPARATOR,
    Hanging,
    counted,
    label,
    lines,
    plain,
    stack,
)
from bot.terminal.safe_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Group

    from bot.librarian import Format
    from ingest.drafts import LeftOut
    from ingest.report import FileReport, IngestReport

_REASONS: Final = {
    "system": "written by the system",
    "bot": "by bots",
    "deleted": "deleted",
    "empty": "without words",
    "forgotten": "by people who are to be forgotten",
    "repeated": "standing twice",
    "broken": "broken",
}
_INDENT: Final = "  "


def formats_view(formats: Sequence[Format]) -> Group:
    """Show each format with how to export it and how it looks."""
    return stack(map(_format, formats))


def _format(one: Format) -> Group:
    headline = Text.assemble(
        label(one.label, HEADING), ("  ", SECONDARY), label(" ".join(one.suffixes), SECONDARY)
    )
    indent = Text(_INDENT)
    example = Hanging(plain(one.example, SECONDARY), indent) if one.example else None
    return lines(headline, Hanging(plain(one.export), indent), example)


def file_lines(report: IngestReport) -> Iterator[str]:
    """Yield a line for each file of which there is something to say: in a rehearsal, for all."""
    for file in report.files:
        remarks = list(_remarks(file, whole=report.dry_run))
        if remarks:
            yield one_line(f"{file.file}: {SEPARATOR.join(remarks)}")


def _remarks(file: FileReport, *, whole: bool) -> Iterator[str]:
    if whole:
        edition = f" ({file.edition})" if file.edition else ""
        yield f"{file.label}{edition}"
        yield f"{counted(file.threads, 'thread')}, {counted(file.posts, 'post')}"
    elif not file.posts:
        yield "nothing to read in it"
    if file.left_out and (whole or file.shortfalls or not file.posts):
        yield f"left out: {left_out_told(file.left_out)}"
    yield from file.shortfalls


def left_out_told(left_out: Sequence[LeftOut]) -> str:
    """Return what was left out and why: ``3 without words, 1 by bots``."""
    return ", ".join(f"{each.posts:,} {_REASONS[each.reason]}" for each in left_out)


def all_left_out(report: IngestReport) -> str:
    """Return what was left out of all files together, nothing where that is nothing."""
    sums: dict[str, int] = {}
    for file in report.files:
        for each in file.left_out:
            sums[each.reason] = sums.get(each.reason, 0) + each.posts
    return ", ".join(f"{count:,} {_REASONS[reason]}" for reason, count in sums.items())
