"""``/config``: a panel for the administrators of a server, which outlives a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.access.rules import Place, Surface
from bot.community.guild_settings import GuildSettings, GuildSettingsBook
from bot.discord.admission.askers import Asker, asker_of
from bot.discord.admission.desk import Desk
from bot.discord.cards.cards import Card, TextBlock, Tone
from bot.discord.cards.responses import Interaction, acknowledge, say_privately
from bot.discord.cards.views import card_view
from bot.discord.errors import RefusedError, explain
from bot.discord.features.config.panel import (
    DEFAULT,
    LISTS,
    SWITCHES,
    Choice,
    Control,
    base_choices,
    changed,
    channel_base_choices,
    language_choices,
    without_deleted,
)
from bot.discord.features.rulings.buttons import Action, Press
from bot.discord.features.source.places import CUSTOM_ID_LIMIT
from bot.discord.words import ENGLISH, Words, words_for

_WORDS: Final = ENGLISH.commands["config"]
_TALK: Final = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
]
_POSTABLE: Final = [discord.ChannelType.text, discord.ChannelType.news]
_COLOUR: Final = discord.Colour(0x5865F2)
_MOST: Final = 25
_Item = TypeVar("_Item", bound=ui.Item[Any])
_log = logging.getLogger(__name__)


class Configuring(commands.Cog):
    """Shows the panel and carries out what is chosen on it."""

    def __init__(self, client: discord.Client, desk: Desk, guilds: GuildSettingsBook) -> None:
        self._client = client
        self._desk = desk
        self._guilds = guilds
        # Two presses in a row must not each save what stood before both.
        self._changing = asyncio.Lock()

    async def cog_load(self) -> None:
        """Register a panel that answers for those of earlier runs."""
        nobody = Asker(0, Place(None))
        self._client.add_view(ConfigPanel(self, GuildSettings(), self._desk, nobody, ENGLISH))

    @app_commands.command(name=_WORDS.name, description=_WORDS.description)
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    async def config(self, interaction: Interaction) -> None:
        """Show the panel, to whoever asked for it only."""
        asker = asker_of(interaction)
        self._desk.check(asker, Surface.CONFIG)
        await acknowledge(interaction, private=True)
        await self._show(interaction, asker)

    async def use(self, interaction: Interaction, control: Control) -> None:
        """Carry out what somebody chose, and show the panel as it is then."""
        try:
            await self._carry_out(interaction, control)
        except discord.HTTPException as error:
            _log.warning("could not show the panel of /config: %s", error)

    async def _carry_out(self, interaction: Interaction, control: Control) -> None:
        asker = asker_of(interaction)
        try:
            # A server can show the command to others, and a panel that was opened earlier stays
            # when its owner is an administrator no more.
            self._desk.check(asker, Surface.CONFIG_CONTROL)
            await interaction.response.defer()
            await self._change(interaction, asker, control)
            await self._show(interaction, asker)
        except discord.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - explain logs it; a person waits for an answer
            card = Card(Tone.NOT_FOUND, (TextBlock(explain(error, words_for(asker.locale))),))
            await say_privately(interaction, card_view(card))

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Take a channel that is gone out of the settings."""
        await self._tidy(channel.guild)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Take a role that is gone out of the settings."""
        await self._tidy(role.guild)

    async def _tidy(self, guild: discord.Guild) -> None:
        channels, roles = {c.id for c in guild.channels}, {role.id for role in guild.roles}
        async with self._changing:
            before = self._guilds.of(guild.id)
            after = without_deleted(before, channels, roles)
            if after != before:
                await asyncio.to_thread(self._guilds.save, guild.id, after)

    async def _change(self, interaction: Interaction, asker: Asker, control: Control) -> None:
        guild_id = asker.place.guild_id
        assert guild_id is not None  # noqa: S101 - the desk made sure
        data: Mapping[str, Any] = interaction.data or {}
        values = [str(value) for value in data.get("values", ())]
        if control in {Control.KNOWLEDGE_BASE, Control.CHANNEL_KNOWLEDGE_BASE}:
            allowed = {DEFAULT, *self._desk.visible(asker)}
            if not allowed.issuperset(values):  # revoked since the panel was shown, or made up
                raise RefusedError(words_for(asker.locale).desk.unknown_base)
        async with self._changing:
            settings = changed(self._guilds.of(guild_id), control, values, asker.place)
            await asyncio.to_thread(self._guilds.save, guild_id, settings)
        _log.info("user %s set %s of server %s", asker.user_id, control, guild_id)

    async def _show(self, interaction: Interaction, asker: Asker) -> None:
        if interaction.guild is not None and interaction.guild.channels:
            await self._tidy(interaction.guild)  # something may have gone while the bot was away
        settings = self._guilds.of(asker.place.guild_id)
        panel = ConfigPanel(self, settings, self._desk, asker, words_for(asker.locale))
        panel.stop()  # the one that setup registered answers for all panels
        await interaction.edit_original_response(view=panel)


class ConfigPanel(ui.LayoutView):
    """The panel; the one that is registered at the start answers for those of earlier runs."""

    def __init__(
        self,
        cog: Configuring,
        settings: GuildSettings,
        desk: Desk,
        asker: Asker,
        words: Words,
    ) -> None:
        super().__init__(timeout=None)
        self._cog = cog
        self._settings = settings
        self._words = words
        box: ui.Container[Any] = ui.Container(accent_colour=_COLOUR)
        box.add_item(ui.TextDisplay(f"**{words.config.title}**\n-# {words.config.saved}"))
        for title, item in self._selects(desk, asker):
            box.add_item(ui.TextDisplay(f"-# {title}"))
            box.add_item(ui.ActionRow(item))
        box.add_item(ui.ActionRow(*(self._switch(control) for control in SWITCHES)))
        decided = desk.visible(asker)[:1] or (desk.default_base,)
        press = Press(Action.OPEN, decided[0])
        if len(press.custom_id) <= CUSTOM_ID_LIMIT:
            button: ui.Button[Any] = ui.Button(label=words.staff.decided, custom_id=press.custom_id)
            box.add_item(ui.ActionRow(button))
        self.add_item(box)

    def _selects(self, desk: Desk, asker: Asker) -> list[tuple[str, ui.Item[Any]]]:
        text, settings, place = self._words.config, self._settings, asker.place
        visible = desk.visible(asker)
        bases = base_choices(settings, visible, desk.default_base, self._words)
        here = channel_base_choices(settings, visible, place, self._words)
        languages = language_choices(settings, self._words)
        return [
            (text.answer_channels, self._channels(Control.ANSWER_CHANNELS, text.everywhere)),
            (
                self._words.forum.channels,
                self._channels(Control.ASKING_CHANNELS, text.none_chosen),
            ),
            (text.knowledge_base, self._choice(Control.KNOWLEDGE_BASE, bases)),
            (text.channel_knowledge_base, self._choice(Control.CHANNEL_KNOWLEDGE_BASE, here)),
            (text.staff_roles, self._roles(Control.STAFF_ROLES, text.nobody)),
            (text.reingest_roles, self._roles(Control.REINGEST_ROLES, text.nobody)),
            (text.language, self._choice(Control.LANGUAGE, languages)),
            (text.staff_channel, self._channels(Control.STAFF_CHANNEL, text.none_chosen)),
            (text.feedback_channel, self._channels(Control.FEEDBACK_CHANNEL, text.none_chosen)),
            (
                text.announcement_channel,
                self._channels(Control.ANNOUNCEMENT_CHANNEL, text.none_chosen),
            ),
        ]

    def _switch(self, control: Control) -> ui.Button[Any]:
        text = self._words.config
        labels = {
            Control.MENTIONS: text.mentions,
            Control.PRIVATE: text.private,
            Control.QUIET: text.quiet,
            Control.REMEMBERS: text.remembers,
            Control.DRAFTS: self._words.forum.drafts,
        }
        is_on = bool(getattr(self._settings, control.value))
        style = discord.ButtonStyle.success if is_on else discord.ButtonStyle.secondary
        label = labels[control].format(state=text.on if is_on else text.off)
        button: ui.Button[Any] = ui.Button(label=label, style=style, custom_id=control.custom_id)
        return self._answering(button, control)

    def _choice(self, control: Control, choices: list[Choice]) -> ui.Select[Any]:
        options = [
            discord.SelectOption(label=each.label, value=each.value, default=each.is_chosen)
            for each in choices
        ]
        select: ui.Select[Any] = ui.Select(options=options, custom_id=control.custom_id)
        return self._answering(select, control)

    def _channels(self, control: Control, placeholder: str) -> ui.ChannelSelect[Any]:
        is_list = control in LISTS
        select: ui.ChannelSelect[Any] = ui.ChannelSelect(
            custom_id=control.custom_id,
            channel_types=_TALK if is_list else _POSTABLE,
            placeholder=placeholder,
            min_values=0,
            max_values=_MOST if is_list else 1,
            default_values=[
                discord.SelectDefaultValue(id=id_, type=discord.SelectDefaultValueType.channel)
                for id_ in self._ids(control)
            ],
        )
        return self._answering(select, control)

    def _roles(self, control: Control, placeholder: str) -> ui.RoleSelect[Any]:
        select: ui.RoleSelect[Any] = ui.RoleSelect(
            custom_id=control.custom_id,
            placeholder=placeholder,
            min_values=0,
            max_values=_MOST,
            default_values=[
                discord.SelectDefaultValue(id=id_, type=discord.SelectDefaultValueType.role)
                for id_ in self._ids(control)
            ],
        )
        return self._answering(select, control)

    def _ids(self, control: Control) -> tuple[int, ...]:
        value: tuple[int, ...] | int | None = getattr(self._settings, control.value)
        ids = value if isinstance(value, tuple) else (value,) if value is not None else ()
        return ids[:_MOST]

    def _answering(self, item: _Item, control: Control) -> _Item:
        async def callback(interaction: Interaction) -> None:
            await self._cog.use(interaction, control)

        item.callback = callback  # type: ignore[method-assign]  # what ui.button() does as well
        return item
