"""Who comes to the desk, read from what Discord says of an interaction or a message."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.access.rules import Place, Visitor
from bot.discord.cards.responses import Interaction


@dataclass(frozen=True, slots=True)
class Asker(Visitor):
    """A visitor, and the languages to speak to them in."""

    locale: str | None = None
    guild_locale: str | None = None


def asker_of(interaction: Interaction) -> Asker:
    """Return who is behind an interaction.

    Where somebody uses a bot of their own account, in a server that it was not invited to or
    among friends, they are a guest, and no server's grants and settings apply.
    """
    # By who let the bot in: its user's account alone, and not the server (owners may be unnamed).
    is_guest = interaction.is_user_integration() and not interaction.is_guild_integration()
    # Of a server; an administrator may everything else, whatever bits Discord sends.
    is_in_server = interaction.guild_id is not None and not is_guest
    may = interaction.permissions if is_in_server else discord.Permissions.none()
    return Asker(
        user_id=interaction.user.id,
        place=Place(
            guild_id=None if is_guest else interaction.guild_id,
            channel_id=interaction.channel_id,
            parent_id=_parent_id(interaction.channel),
            is_guest=is_guest,
        ),
        locale=interaction.locale.value,
        guild_locale=interaction.guild_locale.value if interaction.guild_locale else None,
        is_administrator=may.administrator,
        may_manage=may.administrator or may.manage_guild,
        roles=_roles(interaction.user),
    )


def author_of(message: discord.Message) -> Asker:
    """Return who wrote a message; Discord tells no locale of theirs."""
    channel, guild, author = message.channel, message.guild, message.author
    locale = guild.preferred_locale.value if guild is not None else None
    may = discord.Permissions.none()
    if isinstance(author, discord.Member):
        may = author.guild_permissions
    return Asker(
        user_id=author.id,
        place=Place(
            guild_id=guild.id if guild is not None else None,
            channel_id=channel.id,
            parent_id=_parent_id(channel),
        ),
        locale=locale,
        guild_locale=locale,
        is_administrator=may.administrator,
        may_manage=may.administrator or may.manage_guild,
        roles=_roles(author),
    )


def place_of(channel: discord.abc.GuildChannel | discord.Thread) -> Place:
    """Return where a channel of a server is."""
    return Place(channel.guild.id, channel.id, _parent_id(channel))


def _parent_id(channel: object) -> int | None:
    return channel.parent_id if isinstance(channel, discord.Thread) else None


def _roles(user: discord.User | discord.Member) -> frozenset[int]:
    return (
        frozenset(role.id for role in user.roles)
        if isinstance(user, discord.Member)
        else frozenset()
    )
