"""Answers posts in chosen forums and channels, once each, where nobody else has."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import aiohttp
import discord
from discord.ext import commands

from bot.access.rules import Surface
from bot.community.community import Community
from bot.discord.admission.askers import author_of
from bot.discord.admission.desk import Admission, Desk
from bot.discord.cards.responses import reply_with_card, send_card
from bot.discord.errors import RefusedError
from bot.discord.features.ask.answers import Answers, Question
from bot.discord.features.forum.draft_card import draft_card, similar_card
from bot.discord.features.forum.waiting_room import asked_in, is_question, is_still_open, replies
from bot.discord.features.gaps.weekly import staff_channel
from retrieval.errors import FootnoteError
from retrieval.records import Answer, Outcome

MOST_WAITING: Final = 1_000
"""Posts that are waited for at once; in a flood the others are left to people."""
_SIMILAR: Final = 4
_log = logging.getLogger(__name__)


class OpenPosts(commands.Cog):
    """Waits a while after each post, and answers it if nobody has and the threads do.

    Args:
        client: Who the bot is.
        desk: Lets askers in.
        community: Settings, and what was answered.
        answers: Keeps what the buttons need.
        delay_seconds: How long people have to be quicker.
    """

    def __init__(
        self,
        client: discord.Client,
        desk: Desk,
        community: Community,
        answers: Answers,
        *,
        delay_seconds: float,
    ) -> None:
        self._client = client
        self._desk = desk
        self._community = community
        self._answers = answers
        self._delay_seconds = delay_seconds
        self._waiting: dict[int, tuple[discord.Message, asyncio.Task[None]]] = {}
        """By the question's message."""

    async def cog_unload(self) -> None:
        """Wait for nothing any more."""
        tasks = [task for _, task in self._waiting.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Note a question, or that somebody has replied to one."""
        if message.guild is None:
            return
        for question, task in list(self._waiting.values()):
            if replies(message, question):
                task.cancel()
        settings = self._desk.settings_of(author_of(message).place)
        if is_question(message, settings) and len(self._waiting) < MOST_WAITING:
            task = asyncio.create_task(self._attend(message), name=f"post {message.id}")
            self._waiting[message.id] = (message, task)
            task.add_done_callback(lambda _: self._waiting.pop(message.id, None))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Leave a question alone that is gone."""
        waiting = self._waiting.get(event.message_id)
        if waiting is not None:
            waiting[1].cancel()

    async def _attend(self, message: discord.Message) -> None:
        await asyncio.sleep(self._delay_seconds)
        try:
            await self._answer(message)
        except RefusedError as error:  # nobody asked the bot, so nobody is told
            _log.info("a post is left alone: %s", error)
        except FootnoteError as error:
            _log.warning("a post is left alone: %s", error)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            _log.warning("could not answer a post in channel %s: %s", message.channel.id, error)
        except Exception:  # noqa: BLE001 - the next post must be answered all the same
            _log.exception("could not answer a post")

    async def _answer(self, message: discord.Message) -> None:
        if not await self._is_open(message):
            return
        asker = await self._desk.recognise(author_of(message))
        admission = self._desk.admit(asker, Surface.FORUM_POST)
        text = asked_in(message)
        answer = await admission.librarian.answer(text)
        if not await self._is_open(message):  # somebody may have replied meanwhile
            return
        if admission.settings.drafts_only:
            await self._draft(message, admission, answer)
        elif answer.outcome is Outcome.ANSWERED:
            if await self._claim(message):
                await self._answers.show_under(message, admission, Question(text), answer)
        elif answer.outcome is Outcome.CLOSEST:
            await self._show_similar(message, admission, text)

    async def _show_similar(
        self, message: discord.Message, admission: Admission, text: str
    ) -> None:
        threads, _ = await admission.librarian.search(
            lambda known: known.search_threads(text, _SIMILAR)
        )
        here = str(message.channel.id)
        others = [found for found in threads if here not in (found.thread.url or "")]
        card = similar_card(others, admission.public_words)
        if card is not None and await self._is_open(message) and await self._claim(message):
            await reply_with_card(message, card)

    async def _draft(self, message: discord.Message, admission: Admission, answer: Answer) -> None:
        guild_id = admission.asker.place.guild_id
        channel = staff_channel(self._client, guild_id, admission.settings.staff_channel)
        if channel is None or answer.outcome is not Outcome.ANSWERED:
            return
        question = Question(asked_in(message))
        shown = await self._answers.keep(admission, question, answer)
        if shown is not None:
            card = draft_card(answer, message, shown.id, admission.public_words)
            await send_card(channel, card)

    async def _is_open(self, message: discord.Message) -> bool:
        me = self._client.user
        return me is not None and await is_still_open(message, me.id)

    async def _claim(self, message: discord.Message) -> bool:
        guild_id = message.guild.id if message.guild is not None else 0
        return await asyncio.to_thread(self._community.open_questions.claim, message.id, guild_id)
