"""``/learn``: a panel for those who may add to the threads, which outlives a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.access.rules import Surface
from bot.community.learnt import LearntBook, LearntChannel
from bot.discord.admission.askers import Asker, asker_of
from bot.discord.admission.desk import Desk
from bot.discord.cards.cards import Card, TextBlock, Tone
from bot.discord.cards.responses import Interaction, acknowledge, say_privately
from bot.discord.cards.views import card_view
from bot.discord.errors import RefusedError, explain
from bot.discord.live.keeper import Keeper
from bot.discord.live.readers import rules_of
from bot.discord.words import ENGLISH, Words, words_for

_WORDS: Final = ENGLISH.commands["learn"]
_KINDS: Final = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
    discord.ChannelType.category,
]
_MOST: Final = 25
_MOST_LINES: Final = 30
_COLOUR: Final = discord.Colour(0x5865F2)
_log = logging.getLogger(__name__)


class Choice(StrEnum):
    """A list of channels on the panel, by the end of its custom id."""

    ADD = "add"
    PAUSE = "pause"
    REMOVE = "remove"

    @property
    def custom_id(self) -> str:
        """What stands for it in Discord."""
        return f"fn:learn:{self.value}"


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a learnt channel."""

    learnt: LearntChannel
    messages: int
    threads: int
    readers: tuple[str, ...] | None
    """Roles; None: everyone."""
    is_reading: bool

    def told(self, words: Words) -> str:
        """Return it in a line."""
        text = words.learn
        state = text.reading if self.is_reading else text.up_to_date
        readers = text.everyone
        if self.readers is not None:
            readers = text.roles.format(roles=", ".join(self.readers) or "–")
        return "- " + text.line.format(
            channel=f"<#{self.learnt.channel_id}>",
            messages=words.number(self.messages),
            threads=words.number(self.threads),
            readers=readers,
            state=text.paused if self.learnt.is_paused else state,
        )


class Learning(commands.Cog):
    """Shows the panel and carries out what is chosen on it."""

    def __init__(
        self, client: discord.Client, desk: Desk, book: LearntBook, keeper: Keeper
    ) -> None:
        self._client = client
        self._desk = desk
        self._book = book
        self._keeper = keeper

    async def cog_load(self) -> None:
        """Register a panel that answers for those of earlier runs."""
        self._client.add_view(LearnPanel(self, (), ENGLISH))

    @app_commands.command(name=_WORDS.name, description=_WORDS.description)
    @app_commands.guild_only()
    @app_commands.default_permissions(administrator=True)
    async def learn(self, interaction: Interaction) -> None:
        """Show the panel, to whoever asked for it only."""
        asker = asker_of(interaction)
        self._desk.check(asker, Surface.LEARN)
        await acknowledge(interaction, private=True)
        await self._show(interaction, asker)

    async def use(self, interaction: Interaction, choice: Choice) -> None:
        """Carry out what somebody chose, and show the panel as it is then."""
        asker = asker_of(interaction)
        try:
            self._desk.check(asker, Surface.LEARN)
            await interaction.response.defer()
            await self._carry_out(interaction, asker, choice)
            await self._show(interaction, asker)
        except discord.HTTPException as error:
            _log.warning("could not show the panel of /learn: %s", error)
        except Exception as error:  # noqa: BLE001 - explain logs it; a person waits for an answer
            card = Card(Tone.NOT_FOUND, (TextBlock(explain(error, words_for(asker.locale))),))
            await say_privately(interaction, card_view(card))

    async def _carry_out(self, interaction: Interaction, asker: Asker, choice: Choice) -> None:
        guild = interaction.guild
        assert guild is not None  # noqa: S101 - the command is for servers
        data: Mapping[str, Any] = interaction.data or {}
        found = (guild.get_channel(int(id_)) for id_ in data.get("values", ()))
        chosen = [channel for channel in found if channel is not None and _sees(asker, channel)]
        if choice is Choice.ADD:
            self._add(guild, chosen, words_for(asker.locale))
        for channel in chosen if choice is not Choice.ADD else ():
            learnt = self._book.find(channel.id)
            if learnt is not None and choice is Choice.PAUSE:
                self._book.save(replace(learnt, is_paused=not learnt.is_paused))
            elif learnt is not None:
                await asyncio.to_thread(self._keeper.unlearn, channel)
        self._keeper.follow()
        _log.info("user %s chose to %s %s", asker.user_id, choice, [one.id for one in chosen])

    def _add(
        self, guild: discord.Guild, chosen: Sequence[discord.abc.GuildChannel], words: Words
    ) -> None:
        for channel in chosen:
            may = channel.permissions_for(guild.me)
            lacks = [
                name
                for has, name in (
                    (may.view_channel, words.learn.view),
                    (may.read_message_history, words.learn.history),
                )
                if not has
            ]
            if lacks:
                permissions = ", ".join(f"**{name}**" for name in lacks)
                sentence = words.learn.needs.format(
                    channel=channel.mention, permissions=permissions
                )
                raise RefusedError(sentence)
        self._book.add(guild.id, [channel.id for channel in chosen])

    async def _show(self, interaction: Interaction, asker: Asker) -> None:
        guild = interaction.guild
        lines = await asyncio.to_thread(self._lines, guild, asker) if guild is not None else []
        words = words_for(asker.locale)
        needs_restart = bool(lines) and not self._client.intents.message_content
        panel = LearnPanel(self, lines, words, needs_restart=needs_restart)
        panel.stop()  # the one that was registered at the start answers for all panels
        await interaction.edit_original_response(view=panel)

    def _lines(self, guild: discord.Guild, asker: Asker) -> list[Line]:
        learnt = [(guild.get_channel(one.channel_id), one) for one in self._book.of(guild.id)]
        return [
            self._line(channel, one)
            for channel, one in learnt
            if channel is not None and _sees(asker, channel)
        ]

    def _line(self, channel: discord.abc.GuildChannel, learnt: LearntChannel) -> Line:
        inner = channel.channels if isinstance(channel, discord.CategoryChannel) else [channel]
        journals = [
            journal
            for one in inner
            for journal in self._keeper.shelf.in_room(channel.guild.id, one.id)
        ]
        own = {str(one.id) for one in inner}
        return Line(
            learnt,
            messages=sum(len(journal.marks) for journal in journals),
            threads=sum(journal.path.stem not in own for journal in journals),
            readers=readers_of(channel),
            is_reading=self._keeper.is_reading(channel.id),
        )


def readers_of(channel: discord.abc.GuildChannel) -> tuple[str, ...] | None:
    """Return the roles whose members may read a channel; None: everyone may."""
    rules = rules_of(channel)
    if rules.may_read(()):
        return None
    roles = channel.guild.roles
    return tuple(role.name for role in roles if rules.may_read((role.id,)) and not role.managed)


def _sees(asker: Asker, channel: discord.abc.GuildChannel) -> bool:
    """Tell whether somebody may read a channel themselves: nobody may have others' doors opened."""
    return asker.is_administrator or rules_of(channel).may_read(asker.roles, asker.user_id)


class LearnPanel(ui.LayoutView):
    """The panel; the one that is registered at the start answers for those of earlier runs."""

    def __init__(
        self,
        cog: Learning,
        lines: Collection[Line],
        words: Words,
        *,
        needs_restart: bool = False,
    ) -> None:
        super().__init__(timeout=None)
        self._cog = cog
        self._words = words
        text = words.learn
        told = [line.told(words) for line in lines][:_MOST_LINES] or [text.nothing]
        box: ui.Container[Any] = ui.Container(accent_colour=_COLOUR)
        box.add_item(ui.TextDisplay("\n".join([f"**{text.title}**", *told])))
        if needs_restart:
            box.add_item(ui.TextDisplay(f"⚠️ {text.restart}"))
        box.add_item(ui.TextDisplay(f"-# {text.who_sees}"))
        titles = {Choice.ADD: text.add, Choice.PAUSE: text.pause, Choice.REMOVE: text.remove}
        for choice, title in titles.items():
            box.add_item(ui.TextDisplay(f"-# {title}"))
            box.add_item(ui.ActionRow(self._channels(choice)))
        self.add_item(box)

    def _channels(self, choice: Choice) -> ui.ChannelSelect[Any]:
        select: ui.ChannelSelect[Any] = ui.ChannelSelect(
            custom_id=choice.custom_id,
            channel_types=_KINDS,
            placeholder=self._words.learn.choose,
            min_values=1,
            max_values=_MOST,
        )

        async def callback(interaction: Interaction) -> None:
            await self._cog.use(interaction, choice)

        select.callback = callback  # type: ignore[method-assign]  # what ui.select() does as well
        return select
