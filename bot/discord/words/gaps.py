"""What the bot says to staff of questions that were not answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GapWords:
    """Braces are filled in by ``str.format``; a pair is for one and for several."""

    title: str
    weekly: str
    none: str
    times: tuple[str, str]
    """``{n}``, ``{date}``: how often something was asked, and when last."""
    also: str
    """``{question}``: another wording."""
    answer_it: str
    """``{n}``; a button, and so are the next two."""
    as_csv: str
    ask_person: str
    gone: str
    csv_ready: str
    passed_on: str
    passed_before: str
    not_passed: str
    wants: str
    """``{name}``: in the channel of staff, over the question."""
    kept: str
    """``{where}``: in the channel of staff, under it."""

    def count(self, number: int, date: str) -> str:
        """Return how often something was asked, and when last."""
        return self.times[number != 1].format(n=number, date=date)
