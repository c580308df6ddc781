"""Questions: ``/ask``, mentions of the bot, replies to it, its threads and private channels."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final, TypeGuard

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.access.rules import Surface
from bot.community.answers_shown import NOTHING_BEFORE, Context
from bot.community.community import Community
from bot.discord.admission.addressing import is_addressed, names, question_text, speaks_to_others
from bot.discord.admission.askers import Asker, author_of
from bot.discord.admission.desk import Desk
from bot.discord.admission.notices import Notices
from bot.discord.admission.staffed_threads import StaffPresence
from bot.discord.cards.responses import Interaction, is_gone, reply_with_text
from bot.discord.errors import RefusedError, explain
from bot.discord.features.ask.answers import Answers, Question
from bot.discord.words import ENGLISH, Words
from retrieval.errors import StorageError

MAX_CHOICES: Final = 25
MAX_CHOICE_LENGTH: Final = 100
_QUESTIONS: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})
_MISSING_PERMISSIONS: Final = frozenset({50001, 50013, 160002})
_log = logging.getLogger(__name__)
_WORDS: Final = ENGLISH.commands["ask"]


class Asking(commands.Cog):
    """Takes questions from wherever they come."""

    def __init__(
        self,
        client: commands.Bot | commands.AutoShardedBot,
        desk: Desk,
        community: Community,
        answers: Answers,
        staff: StaffPresence,
        *,
        mention_replies: bool,
    ) -> None:
        self._client = client
        self._desk = desk
        self._community = community
        self._answers = answers
        self._staff = staff
        self._mention_replies = mention_replies
        self._notices = Notices()
        self._menu = app_commands.ContextMenu(name=ENGLISH.talk.menu, callback=self.ask_about)

    async def cog_load(self) -> None:
        """Add the command of messages' menus, which a cog cannot declare."""
        self._client.tree.add_command(self._menu)

    @app_commands.command(description=_WORDS.description)
    @app_commands.describe(**_WORDS.described)
    async def ask(
        self,
        interaction: Interaction,
        question: str,
        knowledge_base: str | None = None,
        *,
        private: bool | None = None,
    ) -> None:
        """Answer a question."""
        asker = await self._desk.meet(interaction)
        admission = self._desk.admit(asker, Surface.ASK, knowledge_base=knowledge_base)
        is_private = admission.is_private if private is None else private
        context = await self._context(asker, interaction.channel)
        asked = Question(
            question, context, is_private, can_open_thread(interaction.channel) and not is_private
        )
        await self._answers.in_interaction(interaction, admission, asked)

    @ask.autocomplete("knowledge_base")
    async def suggest_knowledge_base(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the knowledge bases that may be seen here."""
        visible = self._desk.visible(await self._desk.meet(interaction))
        typed = current.casefold()
        fitting = [name for name in visible if typed in name.casefold()]
        return [
            app_commands.Choice(name=name, value=name)
            for name in fitting[:MAX_CHOICES]
            if len(name) <= MAX_CHOICE_LENGTH
        ]

    async def ask_about(self, interaction: Interaction, message: discord.Message) -> None:
        """Answer somebody's message, for whoever chose it from the message's menu."""
        admission = self._desk.admit(await self._desk.meet(interaction), Surface.ASK_ABOUT)
        me = self._client.user
        text = question_text(message.content, names(message, me.id if me is not None else 0))
        if not text:
            await interaction.response.send_message(admission.words.talk.no_words, ephemeral=True)
            return
        # Private: the message is another person's, who asked nothing of the bot.
        await self._answers.in_interaction(interaction, admission, Question(text, is_private=True))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a person who speaks to the bot; stay silent otherwise."""
        me = self._client.user
        if not self._mention_replies or me is None or not _is_from_a_person(message):
            return
        try:
            if await self._is_for_me(message, me.id) and not await self._staff.leaves(
                message, me.id
            ):
                await self._reply(message, question_text(message.content, names(message, me.id)))
        except StorageError as error:
            _log.warning("a message was not understood: %s", error)
        except discord.HTTPException as error:
            await _give_up(message, error, self._desk.public_words(author_of(message)))

    async def _is_for_me(self, message: discord.Message, my_id: int) -> bool:
        place = author_of(message).place
        settings = self._desk.settings_of(place)
        if message.guild is None or not settings.answers_in(place):
            return message.guild is None
        if is_addressed(message, my_id):
            return settings.answers_mentions
        thread = message.channel
        if not isinstance(thread, discord.Thread) or thread.owner_id != my_id:
            return False
        if speaks_to_others(message, my_id):
            return False
        return await asyncio.to_thread(
            self._community.conversations.takes_part, thread.id, message.author.id
        )

    async def _reply(self, message: discord.Message, text: str) -> None:
        asker = author_of(message)
        words = self._desk.public_words(asker)
        surface = Surface.DIRECT_MESSAGE if message.guild is None else Surface.MENTION
        try:
            asker = await self._desk.recognise(asker)
            text = text or await self._pointed_at(message)
            if not text:
                self._desk.check(asker, surface)
                await reply_with_text(message, words.talk.hint)
                return
            admission = self._desk.admit(asker, surface)
            context = await self._context(asker, message.channel, message.reference)
            asked = Question(text, context, can_open_thread=can_open_thread(message.channel))
            await self._answers.in_reply(message, admission, asked)
            await self._join(message)
        except discord.HTTPException:
            raise
        except RefusedError as error:
            await self._notices.refuse(message, asker, error)
        except Exception as error:  # noqa: BLE001 - explain logs it; a person waits for a reply
            await reply_with_text(message, explain(error, words))

    async def _pointed_at(self, message: discord.Message) -> str:
        """Return what a bare mention points at: the message replied to, or the forum's post."""
        me, channel = self._client.user, message.channel
        asked = message.reference.resolved if message.reference is not None else None
        title = ""
        if asked is None and is_forum_post(channel) and message.id != channel.id:
            title = channel.name
            with contextlib.suppress(discord.HTTPException):  # the post may be gone
                asked = await channel.fetch_message(channel.id)
        if not isinstance(asked, discord.Message) or me is None or asked.author.id == me.id:
            return title
        return f"{title}\n{question_text(asked.content, names(asked, me.id))}".strip()

    async def _context(
        self,
        asker: Asker,
        channel: object,
        reference: discord.MessageReference | None = None,
    ) -> Context:
        """Return what a question goes on from.

        Threads and private channels are conversations, of each person alone; in a channel, only
        a reply to an answer continues one, and is about the answered question, whoever asked it.
        """
        answers = self._community.answers
        if isinstance(channel, discord.Thread | discord.DMChannel):
            history = await asyncio.to_thread(
                answers.questions_of, asker.user_id, asker.place.channel_id or 0
            )
            return Context(history)
        if reference is None or reference.message_id is None:
            return NOTHING_BEFORE
        shown = await asyncio.to_thread(answers.behind, reference.message_id)
        return NOTHING_BEFORE if shown is None else shown.leads_to(asker.user_id)

    async def _join(self, message: discord.Message) -> None:
        """Whoever mentions the bot in its own thread need not do so again."""
        thread, me = message.channel, self._client.user
        if not isinstance(thread, discord.Thread) or me is None or thread.owner_id != me.id:
            return
        await asyncio.to_thread(
            self._community.conversations.join, thread.id, message.author.id, thread.guild.id
        )


def is_forum_post(channel: object) -> TypeGuard[discord.Thread]:
    """Tell whether ``channel`` is a post in a forum."""
    return isinstance(channel, discord.Thread) and isinstance(channel.parent, discord.ForumChannel)


def can_open_thread(channel: object) -> bool:
    """Tell whether threads can be opened from messages in ``channel``."""
    return isinstance(channel, discord.TextChannel)


def _is_from_a_person(message: discord.Message) -> bool:
    return not message.author.bot and message.webhook_id is None and message.type in _QUESTIONS


async def _give_up(message: discord.Message, error: discord.HTTPException, words: Words) -> None:
    """Log once that there can be no reply, and tell whoever waits for one, where that is new."""
    if is_gone(error):
        _log.info("nobody to reply to in channel %s: %s", message.channel.id, error)
        return
    _log.warning("could not reply in channel %s: %s", message.channel.id, error)
    if error.code in _MISSING_PERMISSIONS:
        # They may take no messages from bots, or Discord is out of reach by now.
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError):
            await message.author.send(words.talk.may_not_write)
