"""Questions: ``/ask``, mentions of the bot, replies to it, its threads and private channels."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.community.community import Community
from bot.discord_app.addressing import is_addressed, names, question_text, speaks_to_others
from bot.discord_app.answers import Answers, Question
from bot.discord_app.desk import Asker, Desk, asker_of, author_of
from bot.discord_app.errors import explain
from bot.discord_app.responses import Interaction, is_gone, reply_with_text
from bot.discord_app.staff import StaffPresence
from retrieval.errors import StorageError

HINT: Final = "Write your question after the mention, or use `/ask`."
NO_WORDS: Final = "That message has no words that I could look up."
MAY_NOT_WRITE: Final = (
    "I may not write in the channel where you asked me; a moderator there can let me, "
    "or you can use `/ask`."
)
MENU: Final = "Ask Footnote about this"
MAX_CHOICES: Final = 25
MAX_CHOICE_LENGTH: Final = 100
_QUESTIONS: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})
_MISSING_PERMISSIONS: Final = frozenset({50001, 50013, 160002})
_log = logging.getLogger(__name__)


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
        self._menu = app_commands.ContextMenu(name=MENU, callback=self.ask_about)

    async def cog_load(self) -> None:
        """Add the command of messages' menus, which a cog cannot declare."""
        self._client.tree.add_command(self._menu)

    @app_commands.command(description="Ask the threads a question; every sentence is cited.")
    @app_commands.describe(
        question="What do you want to know?",
        knowledge_base="Which threads to ask, where there are several.",
        private="Show the answer only to me.",
    )
    async def ask(
        self,
        interaction: Interaction,
        question: str,
        knowledge_base: str | None = None,
        *,
        private: bool | None = None,
    ) -> None:
        """Answer a question."""
        asker = asker_of(interaction)
        admission = self._desk.admit(asker, knowledge_base=knowledge_base)
        is_private = admission.is_private if private is None else private
        history = await self._history(asker, interaction.channel)
        asked = Question(
            question, history, is_private, can_open_thread(interaction.channel) and not is_private
        )
        await self._answers.in_interaction(interaction, admission, asked)

    @ask.autocomplete("knowledge_base")
    async def suggest_knowledge_base(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the knowledge bases that may be seen here."""
        visible = self._desk.visible(asker_of(interaction).place)
        typed = current.casefold()
        fitting = [name for name in visible if typed in name.casefold()]
        return [
            app_commands.Choice(name=name, value=name)
            for name in fitting[:MAX_CHOICES]
            if len(name) <= MAX_CHOICE_LENGTH
        ]

    async def ask_about(self, interaction: Interaction, message: discord.Message) -> None:
        """Answer somebody's message, for whoever chose it from the message's menu."""
        asker = asker_of(interaction)
        admission = self._desk.admit(asker)
        me = self._client.user
        text = question_text(message.content, names(message, me.id if me is not None else 0))
        if not text:
            await interaction.response.send_message(NO_WORDS, ephemeral=True)
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
            await _give_up(message, error)

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
        if not text:
            await reply_with_text(message, HINT)
            return
        try:
            asker = author_of(message)
            admission = self._desk.admit(asker)
            history = await self._history(asker, message.channel, message.reference)
            asked = Question(text, history, can_open_thread=can_open_thread(message.channel))
            await self._answers.in_reply(message, admission, asked)
            await self._join(message)
        except discord.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - explain logs it; a person waits for a reply
            await reply_with_text(message, explain(error))

    async def _history(
        self,
        asker: Asker,
        channel: object,
        reference: discord.MessageReference | None = None,
    ) -> tuple[str, ...]:
        """Return this person's earlier questions in the conversation, and nobody else's.

        Threads and private channels are conversations; in a channel, only a reply to an answer
        continues one, and it leans on the answered question too, whoever asked that.
        """
        answers = self._community.answers
        if isinstance(channel, discord.Thread | discord.DMChannel):
            return await asyncio.to_thread(
                answers.questions_of, asker.user_id, asker.place.channel_id or 0
            )
        if reference is None or reference.message_id is None:
            return ()
        shown = await asyncio.to_thread(answers.behind, reference.message_id)
        return () if shown is None else shown.leads_to(asker.user_id)

    async def _join(self, message: discord.Message) -> None:
        """Whoever mentions the bot in its own thread need not do so again."""
        thread, me = message.channel, self._client.user
        if not isinstance(thread, discord.Thread) or me is None or thread.owner_id != me.id:
            return
        await asyncio.to_thread(
            self._community.conversations.join, thread.id, message.author.id, thread.guild.id
        )


def can_open_thread(channel: object) -> bool:
    """Tell whether threads can be opened from messages in ``channel``."""
    return isinstance(channel, discord.TextChannel)


def _is_from_a_person(message: discord.Message) -> bool:
    return not message.author.bot and message.webhook_id is None and message.type in _QUESTIONS


async def _give_up(message: discord.Message, error: discord.HTTPException) -> None:
    """Log once that there can be no reply, and tell whoever waits for one, where that is new."""
    if is_gone(error):
        _log.info("nobody to reply to in channel %s: %s", message.channel.id, error)
        return
    _log.warning("could not reply in channel %s: %s", message.channel.id, error)
    if error.code in _MISSING_PERMISSIONS:
        # They may take no messages from bots, or Discord is out of reach by now.
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError):
            await message.author.send(MAY_NOT_WRITE)
