"""How a written answer ends: as statements with citations, as what comes closest, or not at all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from retrieval.language_model.usage import Meter
from retrieval.records import Answer, Citation, Outcome, Statement, Support, Verification
from retrieval.writing.check import Checked, Kept

_log = logging.getLogger(__name__)
SAYS_CLOSEST: Final = "The threads do not clearly answer this; these passages come closest."
_MOST_CLOSEST: Final = 3
_LINE: Final = 160
"""Characters of a trace's line."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of the extractive answer."""

    extractive: Answer
    name: str
    """The model's."""
    meter: Meter
    steps: list[str]

    def answered(self, checked: Checked) -> Answer:
        """Return the sentences that may be shown; the extractive answer where there is none."""
        each = [one.support for one in checked.kept]
        counts = Verification(
            quoted=each.count(Support.QUOTED),
            confirmed=each.count(Support.CONFIRMED),
            partly=each.count(Support.PARTLY),
            unconfirmed=each.count(Support.UNCONFIRMED),
            dropped=len(checked.dropped),
        )
        if not checked.kept:
            return self.fallen_back("none of its sentences could be shown", counts)
        statements, citations = numbered(checked.kept)
        self.steps.append(self._verdicts("they do"))
        self.steps.append(f"{counts.told}. The model was {self.name}: {self.meter.told()}.")
        text = " ".join(
            f"{statement.text} {''.join(f'[{n}]' for n in statement.citations)}"
            for statement in statements
        )
        return replace(
            self._counted(),
            outcome=Outcome.ANSWERED,
            text=text,
            statements=statements,
            citations=citations,
            closest=(),
            mode=self.name,
            verification=counts,
        )

    def not_answered(self) -> Answer:
        """Return what comes closest: the model, having read it, says that it does not answer."""
        self.steps.append(self._verdicts("they do not"))
        self.steps.append(f"The model was {self.name}: {self.meter.told()}.")
        return replace(
            self._counted(),
            outcome=Outcome.CLOSEST,
            text=SAYS_CLOSEST,
            statements=(),
            citations=(),
            closest=self.extractive.closest or self.extractive.citations[:_MOST_CLOSEST],
            mode=self.name,
        )

    def fallen_back(self, reason: str, counts: Verification | None = None) -> Answer:
        """Return the extractive answer, which says why it is shown."""
        reason = shortened(reason).rstrip(".") or "the model gave no reply"
        _log.info("The extractive answer is shown: %s", reason)
        spent = f" ({self.meter.told()})" if self.meter.used else ""
        self.steps.append(f"The model's answer is not shown: {reason}{spent}.")
        return replace(self._counted(), fallback=reason, verification=counts)

    def _counted(self) -> Answer:
        trace = (*self.extractive.trace, *self.steps)
        return replace(self.extractive, usage=self.meter.used, trace=trace)

    def _verdicts(self, said: str) -> str:
        gate = "they do" if self.extractive.outcome is Outcome.ANSWERED else "that is not clear"
        return (
            f"Whether the threads answer: by the gate {gate} ({self.extractive.confidence:.0%}), "
            f"by the model, which read the passages, {said}; the model's word counts."
        )


def shortened(text: str) -> str:
    """Return a text on one line, cut where it is too long for a trace."""
    line = " ".join(text.split())
    return line if len(line) <= _LINE else f"{line[: _LINE - 1]}…"


def numbered(kept: Sequence[Kept]) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Return the sentences as statements; what they rest on is numbered in reading order."""
    numbers: dict[Citation, int] = {}
    statements = []
    for one in kept:
        for citation in one.citations:
            numbers.setdefault(citation, len(numbers) + 1)
        cited = tuple(sorted(numbers[citation] for citation in one.citations))
        statements.append(Statement(one.text, cited, one.support, one.missing))
    return tuple(statements), tuple(replace(one, n=n) for one, n in numbers.items())
