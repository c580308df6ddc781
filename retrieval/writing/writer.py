"""An extractive answer, said in a language model's words beside the posts' own.

The story: passages → prompt → call → the model's verdict on the passages → parse → check → at
most one repair → one second reading of all sentences → an answer.  Where the model says that
the passages do not answer, that is the outcome; whatever goes wrong on the way ends in the
extractive answer, which is there already and says why it is shown.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from retrieval.domain import Answer, Hit, Outcome, Post, Support, Verification
from retrieval.errors import FootnoteError, ModelCallError
from retrieval.llm.chat import ChatModel, ChatRequest
from retrieval.settings import WritingSettings
from retrieval.writing.assembling import numbered
from retrieval.writing.check import Checked, Dropped, Kept, TextsWith, check
from retrieval.writing.material import Material, select
from retrieval.writing.parsing import parse_reply
from retrieval.writing.prompt import (
    SCHEMA,
    Asked,
    Fault,
    Prompt,
    citing_prompt,
    repair_prompt,
    room_for_passages,
    write_prompt,
)
from retrieval.writing.reviewing import Finding, Review, Reviewer
from retrieval.writing.usage import Meter

_log = logging.getLogger(__name__)
SAYS_CLOSEST: Final = "The threads do not clearly answer this; these passages come closest."
_MOST_CLOSEST: Final = 3
_REPAIR_FROM: Final = 1 / 3
"""Share of dropped sentences from which the model is asked once more."""
_LEAST_SECONDS: Final = 1.0
"""With less time than that left no further call is begun."""
_REASON_CHARACTERS: Final = 160
_UNREADABLE: Final = "its reply could not be read"
RepliedTo = Callable[[Sequence[Post]], Mapping[str, Post]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a knowledge base knows beside the passages that were found."""

    replied_to: RepliedTo = lambda _: {}
    """What posts reply to, or what opened their thread, by the ids of those that do."""
    texts_with: TextsWith = lambda _: ()
    """Some texts that hold a word."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How much one answer may take."""

    deadline_seconds: float
    """For all its calls together."""
    max_output_tokens: int
    """Of one reply."""


class Writer:
    """Has a language model judge passages and write answers from them.

    Any thread may call it.
    """

    def __init__(
        self,
        model: ChatModel,
        settings: WritingSettings,
        limits: CallLimits,
        reviewer: Reviewer | None = None,
    ) -> None:
        """Write with ``model``; ``reviewer`` compares sentences with their quotes."""
        self._model = model
        self._settings = settings
        self._limits = limits
        self._reviewer = reviewer

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def write(
        self,
        asked: Asked,
        hits: Sequence[Hit],
        extractive: Answer,
        *,
        surroundings: Surroundings | None = None,
        meter: Meter | None = None,
    ) -> Answer:
        """Return what the model makes of an answer, or of what comes closest to one.

        Args:
            asked: the question, and what a model may know of who asks.
            hits: the passages that were found, best first.
            extractive: comes back, saying why, where the model fails.
            surroundings: knows what stands around the passages.
            meter: knows what the question has used before.

        The steps taken are in the answer's trace.  Never raises for anything a model does.
        """
        surroundings = surroundings or Surroundings()
        work = _Work(
            meter or Meter(),
            time.monotonic() + self._limits.deadline_seconds,
            surroundings.texts_with,
            asked.asker,
        )
        material = self._material(asked, hits, extractive, surroundings.replied_to, work)
        if not material:
            return _fallen_back(extractive, "no passage may be given to the model", work)
        try:
            checked = self._checked(asked, material, work)
        except _NotAnswerableError:
            return _not_answered(extractive, self.name, work)
        except ModelCallError as error:
            work.meter.add(error.usage)
            return _fallen_back(extractive, _reason(error), work)
        except _NothingUsableError as nothing:
            return _fallen_back(extractive, str(nothing), work)
        checked = self._reviewed(checked, work)
        if not checked.kept:
            return _fallen_back(extractive, "none of its sentences could be shown", work,
                                Verification(dropped=len(checked.dropped)))  # fmt: skip
        return _assembled(extractive, self.name, checked, work)

    def _material(
        self,
        asked: Asked,
        hits: Sequence[Hit],
        extractive: Answer,
        replied_to: RepliedTo,
        work: _Work,
    ) -> tuple[Material, ...]:
        shown = [one.post for one in (*extractive.citations, *extractive.closest)]
        chosen = select(
            extractive,
            hits,
            replied_to([*shown, *(hit.post for hit in hits[: self._settings.passages])]),
            most=self._settings.passages,
            tokens=room_for_passages(asked, self._settings.prompt_tokens),
        )
        work.tell_selection(len(chosen.taken), chosen.withheld)
        return chosen.taken

    def _checked(self, asked: Asked, material: Sequence[Material], work: _Work) -> Checked:
        most = self._settings.max_sentences
        if self._model.cites_natively:
            prompt = citing_prompt(asked, material, most_sentences=most)
        else:
            as_json = self._model.follows_schemas
            prompt = write_prompt(asked, material, most_sentences=most, as_json=as_json)
        checked = self._ask(prompt, asked, material, work)
        if checked is None or _wants_repair(checked):
            checked = self._repaired(prompt, asked, material, checked, work)
        if checked is None:
            raise _NothingUsableError(_UNREADABLE)
        return checked

    def _repaired(
        self,
        prompt: Prompt,
        asked: Asked,
        material: Sequence[Material],
        checked: Checked | None,
        work: _Work,
    ) -> Checked | None:
        """Ask once more for what was dropped; a failure of that costs no sentence."""
        if not self._settings.repair or work.seconds_left() < _LEAST_SECONDS:
            return checked
        faults = [Fault(one.text, one.reason) for one in (checked.dropped if checked else ())]
        work.tell("Asked the model once more for what could not be shown.")
        try:
            again = self._ask(repair_prompt(prompt, faults), asked, material, work)
        except _NotAnswerableError:
            if checked is None or not checked.kept:  # nothing else is left of its answer
                raise
            return checked
        except ModelCallError as error:
            if checked is None:
                raise
            work.meter.add(error.usage)
            return checked
        if checked is None or again is None:
            return checked or again
        return _merged(checked, again)

    def _ask(
        self, prompt: Prompt, asked: Asked, material: Sequence[Material], work: _Work
    ) -> Checked | None:
        """Return what became of a reply's sentences, None if it cannot be read.

        Raises:
            ModelCallError: if there is none.
            _NotAnswerableError: if the model says that the passages do not answer.
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
            raise _NotAnswerableError
        checked = check(draft, material, "\n".join(asked.told), work.texts_with)
        work.tell_checked(checked)
        return checked

    def _reviewed(self, checked: Checked, work: _Work) -> Checked:
        """Return what a second reading leaves of the sentences that are not quotations."""
        doubtful = [one for one in checked.kept if one.support is not Support.QUOTED]
        left = work.seconds_left()
        if self._reviewer is None or not doubtful or left < _LEAST_SECONDS:
            return checked
        try:
            found = self._reviewer.review(doubtful, work.meter, left)
        except FootnoteError as error:
            _log.warning("no second reading: %s", error)
            found = (None,) * len(doubtful)
        reviews = dict(zip(doubtful, found, strict=True))
        if not any(found):
            work.tell("There was no second reading of the sentences: none is confirmed.")
            return checked
        kept = tuple(_marked(checked.kept, reviews))
        taken = tuple(
            Dropped(one.text, "a second reading found that its quotes do not say it")
            for one, review in reviews.items()
            if review and review.finding is Finding.NOT
        )
        work.tell_review(kept, taken)
        return Checked(kept, (*checked.dropped, *taken))


class _NothingUsableError(Exception):
    """The model answered, and there is nothing in it to show."""


class _NotAnswerableError(Exception):
    """The model says that the passages do not answer the question."""


@dataclass(slots=True)
class _Work:
    """One answer under way."""

    meter: Meter
    ends_at: float
    texts_with: TextsWith
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
            note = f"; {withheld} that only gave orders to its readers {verb} left out"
        self.tell(f"Gave the model {taken} passages, each under an id made for this call{note}.")

    def tell_checked(self, checked: Checked) -> None:
        self.tell(
            f"Of {checked.total} sentences {len(checked.kept)} may be shown: their quotes stand "
            "in the posts, and so do their numbers and names."
        )
        self._tell_dropped(checked.dropped)

    def tell_review(self, kept: Sequence[Kept], taken: Sequence[Dropped]) -> None:
        confirmed = sum(one.support is Support.CONFIRMED for one in kept)
        partly = sum(one.support is Support.PARTLY for one in kept)
        self.tell(
            f"A second reading beside the quotes confirmed {confirmed}, {partly} in part, and "
            f"took {len(taken)} away."
        )
        self._tell_dropped(taken)

    def _tell_dropped(self, dropped: Sequence[Dropped]) -> None:
        for one in dropped:
            self.tell(f"Dropped “{_shortened(one.text)}”: {one.reason}.")


def _marked(kept: Sequence[Kept], reviews: Mapping[Kept, Review | None]) -> Iterator[Kept]:
    supports = {Finding.SUPPORTED: Support.CONFIRMED, Finding.PARTLY: Support.PARTLY}
    for one in kept:
        review = reviews.get(one)
        if review is None:
            yield one
        elif review.finding is not Finding.NOT:
            missing = review.missing if review.finding is Finding.PARTLY else ""
            yield replace(one, support=supports[review.finding], missing=missing)


def _wants_repair(checked: Checked) -> bool:
    return bool(checked.total) and len(checked.dropped) >= _REPAIR_FROM * checked.total


def _merged(first: Checked, again: Checked) -> Checked:
    """Return the sentences of both rounds; what was repaired no longer counts as dropped."""
    shown = {one.text.casefold() for one in first.kept}
    repaired = tuple(one for one in again.kept if one.text.casefold() not in shown)
    still = max(len(first.dropped) - len(repaired), 0)
    return Checked((*first.kept, *repaired), first.dropped[:still])


def _counts(checked: Checked) -> Verification:
    each = [one.support for one in checked.kept]
    return Verification(
        each.count(Support.QUOTED),
        each.count(Support.CONFIRMED),
        each.count(Support.PARTLY),
        each.count(Support.UNCONFIRMED),
        len(checked.dropped),
    )


def _assembled(extractive: Answer, name: str, checked: Checked, work: _Work) -> Answer:
    statements, citations = numbered(checked.kept)
    work.tell(_verdicts(extractive, "they do"))
    counts = _counts(checked)
    work.tell(f"{counts.told}. The model was {name}: {work.meter.told()}.")
    text = " ".join(
        f"{statement.text} {''.join(f'[{n}]' for n in statement.citations)}"
        for statement in statements
    )
    return replace(
        extractive,
        outcome=Outcome.ANSWERED,
        text=text,
        statements=statements,
        citations=citations,
        closest=(),
        mode=name,
        verification=counts,
        usage=work.meter.used,
        trace=(*extractive.trace, *work.steps),
    )


def _not_answered(extractive: Answer, name: str, work: _Work) -> Answer:
    """Return what comes closest: the model, having read it, says that it does not answer."""
    work.tell(_verdicts(extractive, "they do not"))
    work.tell(f"The model was {name}: {work.meter.told()}.")
    return replace(
        extractive,
        outcome=Outcome.CLOSEST,
        text=SAYS_CLOSEST,
        statements=(),
        citations=(),
        closest=extractive.closest or extractive.citations[:_MOST_CLOSEST],
        mode=name,
        usage=work.meter.used,
        trace=(*extractive.trace, *work.steps),
    )


def _verdicts(extractive: Answer, said: str) -> str:
    gate = "they do" if extractive.outcome is Outcome.ANSWERED else "that is not clear"
    return (
        f"Whether the threads answer: by the gate {gate} ({extractive.confidence:.0%}), by the "
        f"model, which read the passages, {said}; the model's word counts."
    )


def _fallen_back(
    extractive: Answer, reason: str, work: _Work, counts: Verification | None = None
) -> Answer:
    _log.info("The extractive answer is shown: %s", reason)
    spent = f" ({work.meter.told()})" if work.meter.used else ""
    work.tell(f"The model's answer is not shown: {reason}{spent}.")
    return replace(
        extractive,
        fallback=reason,
        verification=counts,
        usage=work.meter.used,
        trace=(*extractive.trace, *work.steps),
    )


def _reason(error: ModelCallError) -> str:
    line = " ".join(str(error).split()).rstrip(".")
    return line[:_REASON_CHARACTERS] or "the model gave no reply"


def _shortened(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"  # noqa: PLR2004 - a line of a trace
