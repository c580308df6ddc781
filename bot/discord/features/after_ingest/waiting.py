"""Questions that waited are asked again after an ingest; who asked hears when they are answered."""

from __future__ import annotations

import logging
from typing import Final

import aiohttp
import discord

from bot.access.rules import Place, Surface
from bot.community.unanswered import UnansweredQuestions, WaitingQuestion
from bot.discord.admission.askers import Asker
from bot.discord.admission.desk import Desk
from bot.discord.cards.cards import Card, TextBlock, assemble
from bot.discord.cards.responses import send_card
from bot.discord.errors import RefusedError
from bot.discord.features.after_ingest.rounds import Change
from bot.discord.features.ask.card import render_answer
from bot.discord.words import Words, words_for
from retrieval.errors import UnavailableError
from retrieval.records import Answer, Outcome

MOST_AT_ONCE: Final = 200
"""Questions that are tried again after one ingest, oldest first: some 20 s of work."""
_log = logging.getLogger(__name__)


class WaitingAnswers:
    """A consequence of an ingest: direct messages with answers that can be given now."""

    def __init__(self, client: discord.Client, desk: Desk, questions: UnansweredQuestions) -> None:
        self._client = client
        self._desk = desk
        self._questions = questions

    async def __call__(self, change: Change) -> None:
        """Ask again what waits for this knowledge base."""
        for question in self._questions.waiting(change.knowledge_base, MOST_AT_ONCE):
            if not await self._may_hear(question):
                self._questions.done(question)
                continue
            answer = await self._ask(question)
            if answer is not None and answer.outcome is Outcome.ANSWERED:
                await self._tell(question, answer)

    async def _may_hear(self, question: WaitingQuestion) -> bool:
        """Tell whether who asked is still where the question was asked, and it may be kept."""
        if question.guild_id is None:
            return True
        place = Place(question.guild_id, question.channel_id)
        if not self._desk.settings_of(place).remembers_questions:
            return False  # the server has thought better of it
        guild = self._client.get_guild(question.guild_id)
        if guild is None:
            return False
        try:
            await guild.fetch_member(question.user_id)
        except discord.NotFound:
            return False
        except discord.HTTPException as error:
            _log.info("could not look up who asked: %s", error)
        return True

    async def _ask(self, question: WaitingQuestion) -> Answer | None:
        asker = Asker(
            question.user_id, Place(question.guild_id, question.channel_id), question.locale
        )
        try:
            asker = await self._desk.recognise(asker)
        except UnavailableError as error:
            _log.info("a question is tried again after the next ingest: %s", error)
            return None
        try:
            admission = self._desk.admit(
                asker, Surface.LATE_ANSWER, knowledge_base=question.knowledge_base
            )
            return await admission.librarian.answer(question.question)
        except RefusedError:  # the knowledge base may not be seen there any more
            self._questions.done(question)
            return None

    async def _tell(self, question: WaitingQuestion, answer: Answer) -> None:
        card = answered_now(question, answer, words_for(question.locale))
        try:
            user = await self._client.fetch_user(question.user_id)
            await send_card(user, card)
        except (discord.Forbidden, discord.NotFound) as error:
            _log.info("a question is answered now, but its asker cannot be told: %s", error)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            _log.warning("whoever waits for an answer is told after the next ingest: %s", error)
            return
        self._questions.done(question)


def answered_now(question: WaitingQuestion, answer: Answer, words: Words) -> Card:
    """Return the answer's card under a line that says why it comes now."""
    card = render_answer(answer, words=words)
    when = question.asked_at.date().isoformat() if question.asked_at else "?"
    headline = TextBlock(words.lately.answered_now.format(when=when))
    return assemble(card.tone, [headline, *card.blocks])
