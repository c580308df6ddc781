"""An extractive answer, said in a language model's words where they hold.

The story: the gate has decided that the threads answer → prompt → call → parse → check →
at most one repair → review where it is switched on → an answer of what holds.  Whatever goes
wrong on the way ends in the extractive answer, which is there already and says why it is
shown.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from retrieval.domain import Answer, Hit, Verification
from retrieval.errors import ModelCallError
from retrieval.llm.chat import ChatModel, ChatRequest
from retrieval.settings import WritingSettings
from retrieval.writing.assembling import numbered, with_disputes
from retrieval.writing.check import Dropped, Verdict, check
from retrieval.writing.material import Material, select
from retrieval.writing.parsing import parse_reply
from retrieval.writing.prompt import (
    SCHEMA,
    Fault,
    Prompt,
    citing_prompt,
    repair_prompt,
    write_prompt,
)
from retrieval.writing.reviewing import Reviewer
from retrieval.writing.usage import Meter

_log = logging.getLogger(__name__)
_REPAIR_FROM = 1 / 3
"""Share of dropped sentences from which the model is asked once more."""
_LEAST_SECONDS = 1.0
"""With less time than that left no further call is begun."""
_REASON_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How much one answer may take."""

    deadline_seconds: float
    """For all its calls together."""
    max_output_tokens: int
    """Of one reply."""


class Writer:
    """Writes answers with a language model and shows only what their quotes carry.

    Any thread may call it.
    """

    def __init__(
        self,
        model: ChatModel,
        settings: WritingSettings,
        limits: CallLimits,
        reviewer: Reviewer | None = None,
    ) -> None:
        """Write with ``model``; ``reviewer`` may take further sentences away."""
        self._model = model
        self._settings = settings
        self._limits = limits
        self._reviewer = reviewer

    def write(
        self,
        question: str,
        hits: Sequence[Hit],
        extractive: Answer,
        *,
        asker: str | None = None,
    ) -> Answer:
        """Return the model's answer to a question, or ``extractive`` saying why not.

        The steps taken are in its trace, the model's usage with it.  Never raises for
        anything that a model does.
        """
        work = _Work(Meter(), time.monotonic() + self._limits.deadline_seconds, asker)
        chosen = select(hits, most=self._settings.passages, tokens=self._settings.passage_tokens)
        work.tell_selection(len(chosen.taken), chosen.withheld)
        if not chosen.taken:
            return _fallen_back(extractive, "no passage may be given to the model", work)
        try:
            verdict = self._checked(question, chosen.taken, work)
        except ModelCallError as error:
            return _fallen_back(extractive, _reason(error), work)
        except _NothingUsableError as nothing:
            return _fallen_back(extractive, str(nothing), work)
        verdict = self._reviewed(verdict, work)
        if not verdict.kept:
            return _fallen_back(extractive, "none of its sentences could be verified", work,
                                Verification(0, len(verdict.dropped)))  # fmt: skip
        return _assembled(extractive, self._model.name, verdict, work)

    def _checked(self, question: str, material: Sequence[Material], work: _Work) -> Verdict:
        most = self._settings.max_sentences
        if self._model.cites_natively:
            prompt = citing_prompt(question, material, most_sentences=most)
        else:
            as_json = self._model.follows_schemas
            prompt = write_prompt(question, material, most_sentences=most, as_json=as_json)
        verdict = self._ask(prompt, question, material, work)
        if verdict is None or _wants_repair(verdict):
            verdict = self._repaired(prompt, question, material, verdict, work)
        if verdict is None:
            raise _NothingUsableError("its reply could not be read")
        return verdict

    def _repaired(
        self,
        prompt: Prompt,
        question: str,
        material: Sequence[Material],
        verdict: Verdict | None,
        work: _Work,
    ) -> Verdict | None:
        """Ask once more for what did not hold; a failure of that costs nothing."""
        if not self._settings.repair or work.seconds_left() < _LEAST_SECONDS:
            return verdict
        dropped = verdict.dropped if verdict else ()
        faults = [Fault(one.text, one.reason) for one in dropped]
        work.tell("Asked the model once more for what did not hold.")
        try:
            again = self._ask(repair_prompt(prompt, faults), question, material, work)
        except (ModelCallError, _NothingUsableError):
            return verdict
        if verdict is None or again is None:
            return verdict or again
        return _merged(verdict, again)

    def _ask(
        self, prompt: Prompt, question: str, material: Sequence[Material], work: _Work
    ) -> Verdict | None:
        """Return the verdict on a reply, None if it cannot be read.

        Raises:
            ModelCallError: if there is none.
            _NothingUsableError: if the model says that the passages do not answer.
        """
        reply = self._model.complete(
            ChatRequest(
                system=prompt.system,
                user=prompt.user,
                max_output_tokens=self._limits.max_output_tokens,
                deadline_seconds=work.seconds_left(),
                sources=prompt.sources,
                # No provider takes citations of its own and a schema in one request.
                schema=SCHEMA if self._model.follows_schemas and not prompt.sources else None,
                asker=work.first_asker(),
            )
        )
        work.meter.add(reply.usage)
        draft = parse_reply(reply.text)
        if not draft.well_formed:
            cut = "" if reply.finished else " before its output limit ended it"
            work.tell(f"The model's reply had no readable answer in it{cut}.")
            return None
        if not draft.answerable or not draft.items:
            work.tell("The model says that the passages do not answer the question.")
            raise _NothingUsableError("it says that the passages do not answer")
        verdict = check(draft, material, question)
        work.tell_verdict(verdict)
        return verdict

    def _reviewed(self, verdict: Verdict, work: _Work) -> Verdict:
        if self._reviewer is None or not verdict.kept:
            return verdict
        kept, dropped = [], list(verdict.dropped)
        for one in verdict.kept:
            if self._reviewer.holds(one, work.meter, work.ends_at):
                kept.append(one)
            else:
                dropped.append(Dropped(one.text, "the second reading was not sure of it"))
        away = len(verdict.kept) - len(kept)
        work.tell(f"A second reading of each sentence beside its quotes took {away} away.")
        return Verdict(tuple(kept), tuple(dropped))


class _NothingUsableError(Exception):
    """The model answered, and there is nothing in it to show."""


@dataclass(slots=True)
class _Work:
    """One answer under way."""

    meter: Meter
    ends_at: float
    asker: str | None = None
    steps: list[str] = field(default_factory=list)

    def first_asker(self) -> str | None:
        """Return who asks, once: an answer counts once, however many calls it takes."""
        asker, self.asker = self.asker, None
        return asker

    def seconds_left(self) -> float:
        return max(self.ends_at - time.monotonic(), 0.0)

    def tell(self, step: str) -> None:
        self.steps.append(step)

    def tell_selection(self, taken: int, withheld: int) -> None:
        note = ""
        if withheld:
            verb = "was" if withheld == 1 else "were"
            note = f"; {withheld} that spoke to a language model {verb} left out"
        self.tell(f"Gave the model {taken} passages, each under an id made for this call{note}.")

    def tell_verdict(self, verdict: Verdict) -> None:
        total = len(verdict.kept) + len(verdict.dropped)
        self.tell(f"Of {total} sentences {len(verdict.kept)} held against their quotes.")
        for one in verdict.dropped:
            self.tell(f"Dropped “{_shortened(one.text)}”: {one.reason}.")


def _wants_repair(verdict: Verdict) -> bool:
    total = len(verdict.kept) + len(verdict.dropped)
    return bool(total) and len(verdict.dropped) >= _REPAIR_FROM * total


def _merged(first: Verdict, again: Verdict) -> Verdict:
    """Return the sentences of both rounds; what was repaired no longer counts as dropped."""
    known = {one.text.casefold() for one in first.kept}
    repaired = tuple(one for one in again.kept if one.text.casefold() not in known)
    still = max(len(first.dropped) - len(repaired), 0)
    return Verdict((*first.kept, *repaired), first.dropped[:still])


def _assembled(extractive: Answer, name: str, verdict: Verdict, work: _Work) -> Answer:
    statements, citations = numbered(verdict.kept)
    statements, told = with_disputes(statements, citations, extractive)
    for step in told:
        work.tell(step)
    counts = Verification(len(verdict.kept), len(verdict.dropped))
    work.tell(f"{counts.told}. The model was {name}: {work.meter.told()}.")
    text = " ".join(
        f"{statement.text} {''.join(f'[{n}]' for n in statement.citations)}"
        for statement in statements
    )
    return replace(
        extractive,
        text=text,
        statements=statements,
        citations=citations,
        mode=name,
        verification=counts,
        usage=work.meter.used,
        trace=(*extractive.trace, *work.steps),
    )


def _fallen_back(
    extractive: Answer, reason: str, work: _Work, counts: Verification | None = None
) -> Answer:
    _log.info("The extractive answer is shown: %s", reason)
    used = work.meter.used
    spent = f" ({work.meter.told()})" if used.calls else ""
    work.tell(f"The model's answer is not shown: {reason}{spent}.")
    return replace(
        extractive,
        fallback=reason,
        verification=counts,
        usage=used if used.calls else None,
        trace=(*extractive.trace, *work.steps),
    )


def _reason(error: ModelCallError) -> str:
    line = " ".join(str(error).split()).rstrip(".")
    return line[:_REASON_CHARACTERS] or "the model gave no reply"


def _shortened(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"  # noqa: PLR2004 - a line of a trace
