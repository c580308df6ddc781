"""One answer from the question to its card, for commands, forms and messages alike."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import discord

from bot.community.answers_shown import NOTHING_BEFORE, AnswersShown, Context, ShownAnswer
from bot.community.community import Community
from bot.discord.admission.desk import Admission
from bot.discord.async_librarian import ComingAnswer
from bot.discord.cards.responses import (
    Interaction,
    acknowledge,
    change_card,
    reply_with_card,
    show_card,
    show_progress,
)
from bot.discord.errors import RefusedError
from bot.discord.features.ask.card import Showing, render_answer
from bot.discord.words import Words
from retrieval.errors import FootnoteError, StorageError
from retrieval.records import Answer, Hit, Outcome, Status

PATIENCE_SECONDS: Final = 1.5
"""An answer that is there sooner is shown at once; a later one is announced."""
STATUS_SECONDS: Final = 300.0
"""What a knowledge base holds is counted at most so often."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and in which light."""

    text: str
    context: Context = NOTHING_BEFORE
    is_private: bool = False
    can_open_thread: bool = False


class Answers:
    """Has questions answered, and shows the answers with buttons that last.

    Args:
        community: Keeps what the buttons need.
    """

    def __init__(self, community: Community) -> None:
        self._shown: AnswersShown = community.answers
        self._at_work = 0
        self._statuses: dict[str, tuple[float, Status]] = {}

    async def in_interaction(
        self, interaction: Interaction, admission: Admission, question: Question
    ) -> None:
        """Answer a command or a form: at most one word in between, then the card."""
        await acknowledge(interaction, private=question.is_private)

        async def tell(text: str) -> None:
            await show_progress(interaction, text)

        words = _words(admission, question)
        first = await self._answer(admission, question, tell)
        if first.write is not None:  # what there is, while the model makes something better
            coming = Showing(writer=first.writer)
            await show_card(interaction, render_answer(first.answer, coming, words))
        answer = await first.finished()
        showing, shown = await self._kept(admission, question, answer)
        message = await show_card(interaction, render_answer(answer, showing, words))
        await self._posted(shown, message)

    async def in_reply(
        self, message: discord.Message, admission: Admission, question: Question
    ) -> None:
        """Answer a message by a reply, with typing shown until it is there."""
        words = _words(admission, question)
        async with message.channel.typing():
            first = await self._first(admission, question)
        if first.write is None:
            showing, shown = await self._kept(admission, question, first.answer)
            card = render_answer(first.answer, showing, words)
            await self._posted(shown, await reply_with_card(message, card))
            return
        coming = Showing(writer=first.writer)
        reply = await reply_with_card(message, render_answer(first.answer, coming, words))
        answer = await first.finished()
        showing, shown = await self._kept(admission, question, answer)
        await self._posted(shown, await change_card(reply, render_answer(answer, showing, words)))

    async def show_under(
        self, message: discord.Message, admission: Admission, question: Question, answer: Answer
    ) -> None:
        """Show an answer that is there as a reply to a message."""
        showing, shown = await self._kept(admission, question, answer)
        card = render_answer(answer, showing, admission.public_words)
        await self._posted(shown, await reply_with_card(message, card))

    async def keep(
        self, admission: Admission, question: Question, answer: Answer
    ) -> ShownAnswer | None:
        """Keep an answer that nobody but staff sees yet; None where it cannot be kept."""
        _, shown = await self._kept(admission, question, answer)
        return shown

    async def show_kept(
        self, message: discord.Message, admission: Admission, shown: ShownAnswer
    ) -> None:
        """Show an answer that was kept as a reply to a message, without what has left since."""
        quoted = [citation.passage.id for citation in shown.answer.citations]
        if await admission.librarian.look_up(lambda known: known.missing(quoted)):
            raise RefusedError(admission.words.talk.gone_source)
        card = render_answer(shown.answer, Showing(answer_id=shown.id), admission.public_words)
        await self._posted(shown, await reply_with_card(message, card))

    async def _answer(
        self, admission: Admission, question: Question, tell: Callable[[str], Awaitable[None]]
    ) -> ComingAnswer:
        """Return what there is at once; where it takes long, say what it is being made of."""
        writing = asyncio.create_task(self._first(admission, question))
        self._at_work += 1
        try:
            await asyncio.wait({writing}, timeout=PATIENCE_SECONDS)
            if not writing.done():
                # A crowd waits for the answers themselves, not for a second search each.
                is_alone = self._at_work == 1
                words = _words(admission, question)
                text = words.answer.reading
                if is_alone:
                    text = await _announcement(admission, question, words)
                if not writing.done():
                    await tell(text)
            return await writing
        finally:
            self._at_work -= 1
            writing.cancel()

    async def _first(self, admission: Admission, question: Question) -> ComingAnswer:
        context = question.context
        about = ""
        if context.about_id is not None:
            about = await asyncio.to_thread(self._shown.question_of, context.about_id)
        librarian = admission.told_to(asker_only=question.is_private)
        return await librarian.first_answer(question.text, context.history, about=about)

    async def _kept(
        self, admission: Admission, question: Question, answer: Answer
    ) -> tuple[Showing, ShownAnswer | None]:
        """Return what the card may offer; an answer that cannot be kept gets no buttons."""
        asker = admission.asker
        searched = None if answer.outcome is Outcome.ANSWERED else await self._status(admission)
        try:
            shown = await asyncio.to_thread(
                lambda: self._shown.keep(
                    answer,
                    asker_id=asker.user_id,
                    place=asker.place,
                    knowledge_base=admission.knowledge_base,
                    context=question.context,
                    is_private=question.is_private,
                    language=_words(admission, question).tag,
                )
            )
        except StorageError as error:
            _log.warning("an answer is shown without buttons: %s", error)
            return Showing(searched=searched), None
        showing = Showing(
            answer_id=shown.id,
            can_open_thread=question.can_open_thread,
            can_wait=admission.may_remember,
            can_ask_person=admission.settings.staff_channel is not None,
            searched=searched,
        )
        return showing, shown

    async def _posted(self, shown: ShownAnswer | None, message: discord.Message | None) -> None:
        if shown is None or message is None:
            return
        try:
            await asyncio.to_thread(self._shown.posted, shown.id, message.id)
        except StorageError as error:
            _log.warning("replies to message %s will not be understood: %s", message.id, error)

    async def _status(self, admission: Admission) -> Status | None:
        known = self._statuses.get(admission.knowledge_base)
        if known is not None and time.monotonic() - known[0] < STATUS_SECONDS:
            return known[1]
        try:
            status = await admission.librarian.look_up(lambda known: known.status())
        except FootnoteError as error:
            _log.info("what was searched is not said: %s", error)
            return None
        self._statuses[admission.knowledge_base] = (time.monotonic(), status)
        return status


def _words(admission: Admission, question: Question) -> Words:
    """Return the words for whoever will see the answer."""
    return admission.words if question.is_private else admission.public_words


async def _announcement(admission: Admission, question: Question, words: Words) -> str:
    """Return what was found so far; whatever fails here, the answer itself will say."""
    try:
        librarian = admission.told_to(asker_only=question.is_private)
        hits, _ = await librarian.search(lambda known: known.search(question.text))
    except Exception as error:  # noqa: BLE001 - a word in between must not cost the answer
        _log.info("nothing to announce: %s", error)
        return words.answer.reading
    return found(hits, words) if hits else words.answer.reading


def found(hits: Sequence[Hit], words: Words) -> str:
    """Return one line about what a search found."""
    text = words.answer
    threads = len({hit.thread.id for hit in hits})
    return text.found.format(
        passages=words.count(text.passages, len(hits)), threads=words.count(text.threads, threads)
    )
