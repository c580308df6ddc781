"""What happens when somebody presses a button under an answer, or sends the form behind one.

Nothing is remembered in the process: each press looks up its answer and is let in anew, so
that buttons work after a restart, and stop working where access was taken back.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Final

import discord
from discord.ext import commands

from bot.access.rules import Surface
from bot.community.answers_shown import ShownAnswer
from bot.community.community import Community
from bot.community.feedback import Feedback, Rating
from bot.community.unanswered import WaitingQuestion
from bot.discord.admission.askers import asker_of
from bot.discord.admission.desk import Admission, Desk
from bot.discord.cards.cards import Card
from bot.discord.cards.markdown import fit_label
from bot.discord.cards.responses import (
    Interaction,
    acknowledge,
    acknowledge_update,
    open_form,
    show_card,
    show_text,
)
from bot.discord.errors import RefusedError, report
from bot.discord.features.ask.answers import Answers, Question
from bot.discord.features.ask.asking import can_open_thread
from bot.discord.features.ask.buttons import Action, Press, answer_button
from bot.discord.features.ask.forms import FollowUpForm, RatingForm, submitted
from bot.discord.features.ask.pages import cited_on, render_sources, render_whole, render_why
from bot.discord.features.config.feedback_channel import FeedbackChannel
from bot.discord.features.gaps.person import ask_person
from bot.discord.features.source.reading import source_view
from bot.discord.words import Words, words_for
from retrieval.errors import NotFoundError
from retrieval.records import Answer, SourceView

_PASSAGE_ID: Final = re.compile(r"\b[0-9a-f]{16}\b")
_THREAD_EXISTS: Final = 160004
_MISSING_PERMISSIONS: Final = frozenset({50001, 50013})
_SURFACES: Final = {
    Action.GOOD: Surface.FEEDBACK,
    Action.BAD: Surface.FEEDBACK,
    Action.TELL_ME: Surface.WAIT,
    Action.PERSON: Surface.WAIT,
}
_log = logging.getLogger(__name__)

_Work = Callable[[Interaction, Press, ShownAnswer, Admission], Coroutine[Any, Any, None]]


class AnswerActions(commands.Cog):
    """Answers presses and forms.

    Args:
        client: Learns here of the buttons on all messages, old and new.
        desk: Lets people in.
        community: Knows the answers that were shown, and keeps what people think of them.
        answers: Answers follow-ups.
        retention_days: How long a question may wait.
    """

    def __init__(
        self,
        client: discord.Client,
        desk: Desk,
        community: Community,
        answers: Answers,
        *,
        retention_days: int,
    ) -> None:
        self._client = client
        self._desk = desk
        self._feedback = FeedbackChannel(client, desk)
        self._retention_days = retention_days
        self._community = community
        self._answers = answers
        self._presses: dict[Action, _Work] = {
            Action.MORE_SOURCES: self._show_pages,
            Action.WHOLE_ANSWER: self._show_pages,
            Action.WHY: self._show_pages,
            Action.FOLLOW_UP: self._open_follow_up,
            Action.THREAD: self._open_thread,
            Action.TELL_ME: self._wait_for_answer,
            Action.PERSON: self._ask_person,
            Action.GOOD: self._thank,
            Action.BAD: self._open_verdict,
        }
        self._forms: dict[Action, _Work] = {
            Action.FOLLOW_UP: self._answer_follow_up,
            Action.BAD: self._record_verdict,
        }
        client.add_dynamic_items(answer_button(self.press))

    async def press(self, interaction: Interaction, press: Press) -> None:
        """Do what a button says; whatever goes wrong becomes one sentence."""
        await self._attend(interaction, press, self._presses)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take the forms: discord.py knows only those that this very process opened."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: dict[str, Any] = dict(interaction.data or {})
        press = Press.parse(str(data.get("custom_id", "")))
        if press is not None:
            await self._attend(interaction, press, self._forms)

    async def _attend(
        self, interaction: Interaction, press: Press, works: dict[Action, _Work]
    ) -> None:
        words = words_for(asker_of(interaction).locale)
        try:
            shown = await self._answer_behind(press, words)
            asker = await self._desk.meet(interaction)
            surface = _SURFACES.get(press.action, Surface.ANSWER_BUTTON)
            if works is self._forms and press.action is Action.FOLLOW_UP:
                surface = Surface.FOLLOW_UP  # it counts as a question only once it is sent
            admission = self._desk.admit(asker, surface, knowledge_base=shown.knowledge_base)
            await works[press.action](interaction, press, shown, admission)
        except Exception as error:  # noqa: BLE001 - report logs it; a person waits for a reply
            await report(interaction, error, words)

    async def _answer_behind(self, press: Press, words: Words) -> ShownAnswer:
        shown = await asyncio.to_thread(self._community.answers.find, press.answer_id)
        if shown is None:
            raise RefusedError(words.talk.gone)
        return shown

    async def _show_pages(
        self, interaction: Interaction, press: Press, shown: ShownAnswer, admission: Admission
    ) -> None:
        if press.page is None:
            await acknowledge(interaction, private=True)
        else:
            await acknowledge_update(interaction)
        await show_card(interaction, await _page(press, shown, admission))

    async def _open_follow_up(
        self, interaction: Interaction, press: Press, shown: ShownAnswer, admission: Admission
    ) -> None:
        await open_form(interaction, FollowUpForm(press, shown.answer, admission.words))

    async def _answer_follow_up(
        self, interaction: Interaction, press: Press, shown: ShownAnswer, admission: Admission
    ) -> None:
        del press
        text, _ = submitted(interaction)
        is_private = shown.is_private or admission.is_private
        question = Question(
            text=text,
            context=shown.leads_to(interaction.user.id),
            is_private=is_private,
            can_open_thread=can_open_thread(interaction.channel) and not is_private,
        )
        await self._answers.in_interaction(interaction, admission, question)

    async def _thank(
        self, interaction: Interaction, press: Press, shown: ShownAnswer, admission: Admission
    ) -> None:
        await acknowledge(interaction, private=True)
        await self._record(press, shown, admission, Rating.GOOD, "")
        await show_text(interaction, admission.words.talk.thanks)

    async def _open_verdict(
        self, interaction: Interaction, press: Press, shown: ShownAnswer, admission: Admission
    ) -> None:
        del shown
        is_told_on = admission.settings.feedback_channel is not None
        await open_form(interaction, RatingForm(press, admission.words, is_told_on=is_told_on))

    async def _record_verdict(
        self, interaction: Interaction, press: Press, shown: ShownAnswer, admission: Admission
    ) -> None:
        await acknowledge(interaction, private=True)
        reason, verdict = submitted(interaction)
        feedback = await self._record(press, shown, admission, verdict or Rating.OTHER, reason)
        await show_text(interaction, admission.words.talk.noted)
        await self._feedback.tell(interaction.user, feedback, shown, admission)

    async def _record(
        self,
        press: Press,
        shown: ShownAnswer,
        admission: Admission,
        verdict: Rating,
        reason: str,
    ) -> Feedback:
        return await asyncio.to_thread(
            lambda: self._community.feedback.record(
                press.answer_id,
                user_id=admission.asker.user_id,
                guild_id=admission.asker.place.guild_id,
                verdict=verdict,
                question=shown.answer.question,
                reason=reason,
            )
        )

    async def _wait_for_answer(
        self, interaction: Interaction, press: Press, shown: ShownAnswer, admission: Admission
    ) -> None:
        del press
        words = admission.words
        if not admission.may_remember:
            raise RefusedError(words.talk.not_kept)
        await acknowledge(interaction, private=True)
        asker = admission.asker
        question = WaitingQuestion(
            user_id=asker.user_id,
            guild_id=asker.place.guild_id,
            channel_id=asker.place.channel_id or 0,
            knowledge_base=admission.knowledge_base,
            question=shown.answer.question,
            locale=asker.locale,
        )
        await asyncio.to_thread(self._community.unanswered.keep, question)
        where = words.lately.tell_where.format(days=self._retention_days)
        await show_text(interaction, f"{words.lately.will_tell}\n{where}")

    async def _ask_person(
        self, interaction: Interaction, press: Press, shown: ShownAnswer, admission: Admission
    ) -> None:
        del press
        await ask_person(interaction, self._client, self._community.gaps, shown, admission)

    async def _open_thread(
        self, interaction: Interaction, press: Press, shown: ShownAnswer, admission: Admission
    ) -> None:
        del press
        message, talk = interaction.message, admission.words.talk
        if message is None or not can_open_thread(interaction.channel):
            raise RefusedError(talk.not_here)
        await acknowledge(interaction, private=True)
        name = fit_label(shown.answer.question, 90) or admission.public_words.talk.thread_name
        thread_id, is_new = await _thread_from(message, name, admission)
        people = {admission.asker.user_id, shown.asker_id if is_new else admission.asker.user_id}
        for user_id in people:
            await asyncio.to_thread(
                self._community.conversations.join, thread_id, user_id, interaction.guild_id or 0
            )
        await show_text(interaction, talk.thread_open.format(thread=thread_id))


async def _page(press: Press, shown: ShownAnswer, admission: Admission) -> Card:
    if press.action is Action.WHY:
        return render_why(await _as_seen_now(shown.answer, admission), press, admission.words)
    if press.action is Action.WHOLE_ANSWER:
        quoted = [citation.passage.id for citation in shown.answer.citations]
        gone = await admission.librarian.look_up(lambda known: known.missing(quoted))
        return render_whole(shown.answer, press, admission.words, gone=gone)
    found: dict[str, SourceView] = {}
    for citation in cited_on(shown.answer, press.page or 0):
        try:
            found[citation.passage.id] = await source_view(admission, citation.passage.id)
        except NotFoundError:
            continue  # it has left the threads since, and so it must not be shown
    return render_sources(shown.answer, press, found, admission.words)


async def _as_seen_now(answer: Answer, admission: Admission) -> Answer:
    """Return an answer without the steps that name what may not be seen any more."""
    named = set(_PASSAGE_ID.findall(" ".join(answer.trace)))
    gone = await admission.librarian.look_up(lambda known: known.missing(named))
    trace = tuple(step for step in answer.trace if gone.isdisjoint(_PASSAGE_ID.findall(step)))
    return replace(answer, trace=trace)


async def _thread_from(
    message: discord.Message, name: str, admission: Admission
) -> tuple[int, bool]:
    """Return the thread of a message, and whether it was opened now.

    Raises:
        RefusedError: where the bot may not open threads.
    """
    try:
        thread = await message.create_thread(name=name, auto_archive_duration=1440)
    except discord.HTTPException as error:
        if error.code == _THREAD_EXISTS:
            return message.id, False  # a message's thread has its message's id
        if error.code in _MISSING_PERMISSIONS:
            _log.warning("may not open threads in channel %s: %s", message.channel.id, error)
            raise RefusedError(admission.words.talk.no_threads) from error
        raise
    try:
        await thread.send(admission.public_words.talk.welcome)
    except discord.HTTPException as error:
        _log.warning("could not greet in thread %s: %s", thread.id, error)
    return thread.id, True
