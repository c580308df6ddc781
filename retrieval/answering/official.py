"""Official answers: what staff say themselves, before what the threads say."""

from __future__ import annotations

from dataclasses import replace

from retrieval.question.identifiers import missing_identifiers
from retrieval.records import Answer, OfficialAnswer, Outcome


def led_by(answer: Answer, official: OfficialAnswer, likeness: float) -> Answer:
    """Return ``answer`` led by an official one, unless that is about another version or part.

    What only comes closest is left out: the question is answered.
    """
    if missing_identifiers(answer.question, (official.question, official.text)):
        return answer
    told = (
        f"Staff answered “{official.question}”, which is like this question (meaning "
        f"{likeness:.2f}): their answer comes first."
    )
    text = f"{official.text}\n\n{answer.text}" if answer.statements else official.text
    return replace(
        answer,
        outcome=Outcome.ANSWERED,
        text=text,
        closest=(),
        official=official,
        trace=(*answer.trace, told),
    )
