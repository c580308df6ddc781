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

from retrieval.errors import FootnoteError, ModelCallError
from retrieval.language_model.chat import ChatModel, ChatRequest
from retrieval.language_model.usage import Meter
from retrieval.records import Answer, Hit, Post, Support
from retrieval.settings import WritingSettings
from retrieval.writing.assembling import Ending, shortened
from retrieval.writing.check import Checked, Dropped, Kept, TextsWith, check
from retrieval.writing.material import Material, Selection, select
from retrieval.writing.parsing import parse_reply
from retrieval.writing.prompt import (
    Asked,
    Form,
    Prompt,
    repair_prompt,
    room_for_passages,
    write_prompt,
)
from retrieval.writing.reviewing import Review, Reviewer

_log = logging.getLogger(__name__)
_REPAIR_FROM: Final = 1 / 3
"""Share of dropped sentences from which the model is asked once more."""
_LEAST_SECONDS: Final = 1.0
"""With less time than that left no further call is begun."""
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

    @property
    def _form(self) -> Form:
        if self._model.cites_natively:
            return Form.CITED
        return Form.JSON if self._model.follows_schemas else Form.LINES

    def write(
        self,
        asked: Asked,
        hits: Sequence[Hit],
        extractive: Answer,
        *,
        surroundings: Surroundings | None = None,
    ) -> Answer:
        """Return what the model makes of an answer, or of what comes closest to one.

        Args:
            asked: the question, and what a model may know of who asks.
            hits: the passages that were found, best first.
            extractive: comes back, saying why, where the model fails.
            surroundings: knows what stands around the passages.

        The steps taken are in the answer's trace.  Never raises for anything a model does.
        """
        ends_at = time.monotonic() + self._limits.deadline_seconds
        work = _Work(asked, surroundings or Surroundings(), ends_at)
        ending = Ending(extractive, self.name, work.meter, work.steps)
        try:
            checked = self._reviewed(self._written(hits, extractive, work), work)
        except _NotAnswerableError:
            return ending.not_answered()
        except (ModelCallError, _NothingUsableError) as error:
            return ending.fallen_back(str(error))
        return ending.answered(checked)

    def _written(self, hits: Sequence[Hit], extractive: Answer, work: _Work) -> Checked:
        asked, settings = work.asked, self._settings
        shown = [one.post for one in (*extractive.citations, *extractive.closest)]
        chosen = select(
            extractive,
            hits,
            work.around.replied_to([*shown, *(hit.post for hit in hits[: settings.passages])]),
            most=settings.passages,
            tokens=room_for_passages(asked, settings.prompt_tokens),
        )
        work.take(chosen)
        if not chosen.taken:
            raise _NothingUsableError("no passage may be given to the model")
        prompt = write_prompt(
            asked, chosen.taken, most_sentences=settings.max_sentences, form=self._form
        )
        checked = self._ask(prompt, work)
        if settings.repair and (checked is None or _wants_repair(checked)):
            checked = self._repaired(prompt, checked, work)
        if checked is None:
            raise _NothingUsableError("its reply could not be read")
        return checked

    def _repaired(self, prompt: Prompt, checked: Checked | None, work: _Work) -> Checked | None:
        """Ask once more for what was dropped; a failure of that costs no sentence."""
        if work.seconds_left() < _LEAST_SECONDS:
            return checked
        work.tell("Asked the model once more for what could not be shown.")
        try:
            again = self._ask(repair_prompt(prompt, checked.dropped if checked else ()), work)
        except _NotAnswerableError:
            if checked is None or not checked.kept:  # nothing else is left of its answer
                raise
            return checked
        except ModelCallError:
            if checked is None:
                raise
            return checked
        return _merged(checked, again) if checked and again else checked or again

    def _ask(self, prompt: Prompt, work: _Work) -> Checked | None:
        """Return what became of a reply's sentences, None if it cannot be read.

        Raises:
            ModelCallError: if there is none.
            _NotAnswerableError: if the model says that the passages do not answer.
        """
        request = ChatRequest(
            system=prompt.system,
            user=prompt.user,
            max_output_tokens=self._limits.max_output_tokens,
            deadline_seconds=work.seconds_left(),
            sources=prompt.sources,
            schema=prompt.schema,
            # An answer counts once against who asks, however many calls it takes.
            asker=None if work.meter.used else work.asked.asker,
        )
        reply = work.meter.complete(self._model, request)
        draft = parse_reply(reply.text)
        if not draft.well_formed:
            cut = "" if reply.finished else " before its output limit ended it"
            work.tell(f"The model's reply had no readable answer in it{cut}.")
            return None
        if not draft.answerable or not draft.items:
            raise _NotAnswerableError
        asked = "\n".join(work.asked.told)
        checked = check(draft, work.material, asked, work.around.texts_with)
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
            found = ()
        if not any(found):
            work.tell("There was no second reading of the sentences: none is confirmed.")
            return checked
        reviews = dict(zip(doubtful, found, strict=True))
        kept = tuple(left for one in checked.kept for left in _after(reviews.get(one), one))
        taken = tuple(
            Dropped(one.text, "a second reading found that its quotes do not say it")
            for one, review in reviews.items()
            if review and review.support is None
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

    asked: Asked
    around: Surroundings
    ends_at: float
    material: tuple[Material, ...] = ()
    meter: Meter = field(default_factory=Meter)
    steps: list[str] = field(default_factory=list)

    def seconds_left(self) -> float:
        return max(self.ends_at - time.monotonic(), 0.0)

    def tell(self, step: str) -> None:
        self.steps.append(step)

    def take(self, chosen: Selection) -> None:
        self.material = chosen.taken
        note = ""
        if chosen.withheld:
            verb = "was" if chosen.withheld == 1 else "were"
            note = f"; {chosen.withheld} that only gave orders to its readers {verb} left out"
        self.tell(
            f"Gave the model {len(chosen.taken)} passages, each under an id made for this call"
            f"{note}."
        )

    def tell_checked(self, checked: Checked) -> None:
        self.tell(
            f"Of {checked.total} sentences {len(checked.kept)} may be shown: their quotes stand "
            "in the posts, and so do their numbers and names."
        )
        self._tell_dropped(checked.dropped)

    def tell_review(self, kept: Sequence[Kept], taken: Sequence[Dropped]) -> None:
        each = [one.support for one in kept]
        self.tell(
            f"A second reading beside the quotes confirmed {each.count(Support.CONFIRMED)}, "
            f"{each.count(Support.PARTLY)} in part, and took {len(taken)} away."
        )
        self._tell_dropped(taken)

    def _tell_dropped(self, dropped: Sequence[Dropped]) -> None:
        for one in dropped:
            self.tell(f"Dropped “{shortened(one.text)}”: {one.reason}.")


def _after(review: Review | None, one: Kept) -> Iterator[Kept]:
    """Yield what a second reading leaves of a sentence."""
    if review is None:
        yield one
    elif review.support is not None:
        yield replace(one, support=review.support, missing=review.missing)


def _wants_repair(checked: Checked) -> bool:
    return bool(checked.total) and len(checked.dropped) >= _REPAIR_FROM * checked.total


def _merged(first: Checked, again: Checked) -> Checked:
    """Return the sentences of both rounds; what was repaired no longer counts as dropped."""
    shown = {one.text.casefold() for one in first.kept}
    repaired = tuple(one for one in again.kept if one.text.casefold() not in shown)
    still = max(len(first.dropped) - len(repaired), 0)
    return Checked((*first.kept, *repaired), first.dropped[:still])
