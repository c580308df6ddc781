"""What staff said, as people see it in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.text import Text

from bot.terminal.printing.layout import HEADING, SECONDARY, indented, plain
from retrieval.records import RulingKind

if TYPE_CHECKING:
    from retrieval.records import OfficialAnswer, StaffNote

_STAFF: Final = "staff"


def official_view(official: OfficialAnswer) -> Group:
    """Show what staff answers, who said so, when and for which question."""
    details = [official.by or _STAFF, official.at.date().isoformat()]
    if official.expires_at is not None:
        details.append(f"until {official.expires_at.date().isoformat()}")
    return Group(
        Text("Official answer", style=HEADING),
        indented(plain(official.text), 2),
        indented(plain(f"{' · '.join(details)} · to “{official.question}”", SECONDARY), 2),
    )


def staff_line(note: StaffNote) -> str:
    """Return what staff said of a post, on a line."""
    who, when = note.by or _STAFF, note.at.date().isoformat()
    if note.is_replacement:
        return f"replaces an outdated post, says {who}, {when}"
    if note.kind is RulingKind.ANSWER:
        return f"marked as the answer by {who}, {when}"
    told = f"outdated, says {who}, {when}"
    return f"{told}: {note.text}" if note.text else told
