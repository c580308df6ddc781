"""What the bot says to staff of questions that were not answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


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


ENGLISH: Final = GapWords(
    title="Questions without a good answer",
    weekly="Questions without a good answer this week",
    none="Every question was answered, and no answer was voted down.",
    times=("asked once, on {date}", "asked {n} times, last on {date}"),
    also="also: {question}",
    answer_it="Answer {n}",
    as_csv="All as CSV",
    ask_person="Ask a person",
    gone="This question is not kept any more.",
    csv_ready="All questions without a good answer, grouped by what they ask.",
    passed_on="Your question is with the staff of this server now.",
    passed_before="This question was passed on to the staff before.",
    not_passed="I could not pass this on: I may not write in the channel of the staff.",
    wants="{name} asks for a person:",
    kept="-# Whoever answers there answers everybody: {where}",
)
GERMAN: Final = GapWords(
    title="Fragen ohne gute Antwort",
    weekly="Fragen ohne gute Antwort in dieser Woche",
    none="Jede Frage wurde beantwortet, und keine Antwort wurde abgewertet.",
    times=("einmal gefragt, am {date}", "{n}-mal gefragt, zuletzt am {date}"),
    also="auch: {question}",
    answer_it="{n} beantworten",
    as_csv="Alle als CSV",
    ask_person="Einen Menschen fragen",
    gone="Diese Frage ist nicht mehr aufbewahrt.",
    csv_ready="Alle Fragen ohne gute Antwort, zusammengefasst nach dem, was sie fragen.",
    passed_on="Deine Frage liegt jetzt beim Team dieses Servers.",
    passed_before="Diese Frage liegt schon beim Team.",
    not_passed="Ich konnte das nicht weitergeben: Im Kanal des Teams darf ich nicht schreiben.",
    wants="{name} möchte einen Menschen fragen:",
    kept="-# Wer dort antwortet, antwortet allen: {where}",
)
