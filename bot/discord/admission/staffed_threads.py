"""Threads that are left to staff who have replied in them.

A mention is answered all the same when it asks the bot directly: when the message begins with
the mention, or replies to one of the bot's own.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from typing import Final

import discord
from discord.ext import commands

from bot.community.guild_settings import GuildSettings
from bot.discord.admission.addressing import replies_to
from bot.discord.admission.askers import author_of
from bot.discord.admission.desk import Desk

MOST_THREADS: Final = 5_000
"""Threads that are remembered, those looked at last."""
_LOOK_BACK: Final = 50
"""Messages that are read of a thread that began before the bot did."""
_MOST_LOOK_UPS: Final = 10
"""Of people whose roles Discord has not told yet."""
_log = logging.getLogger(__name__)


class StaffPresence(commands.Cog):
    """Knows in which threads staff has replied."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._threads: OrderedDict[int, bool] = OrderedDict()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Note a reply of staff in a thread."""
        settings = self._settings(message)
        if settings is not None and _is_staff(message.author, settings) and _is_reply(message):
            self._remember(message.channel.id, has_replied=True)

    async def leaves(self, message: discord.Message, my_id: int) -> bool:
        """Tell whether a message that mentions the bot is to be left to staff."""
        settings = self._settings(message)
        if settings is None or asks_directly(message, my_id):
            return False
        thread = message.channel
        assert isinstance(thread, discord.Thread)  # noqa: S101 - _settings made sure
        if thread.id not in self._threads:
            self._remember(thread.id, has_replied=await _find_staff(thread, message, settings))
        return self._threads[thread.id]

    def _settings(self, message: discord.Message) -> GuildSettings | None:
        """Return the server's settings if they have anything to say about this message."""
        if not isinstance(message.channel, discord.Thread):
            return None
        settings = self._desk.settings_of(author_of(message).place)
        return settings if settings.is_quiet_after_staff and settings.staff_roles else None

    def _remember(self, thread_id: int, *, has_replied: bool) -> None:
        self._threads[thread_id] = has_replied
        self._threads.move_to_end(thread_id)
        while len(self._threads) > MOST_THREADS:
            self._threads.popitem(last=False)


def asks_directly(message: discord.Message, my_id: int) -> bool:
    """Tell whether a message begins with the bot's mention or replies to a message of its."""
    if re.match(rf"\s*<@!?{my_id}>", message.content):
        return True
    role = message.guild.self_role if message.guild is not None else None
    if role is not None and message.content.lstrip().startswith(f"<@&{role.id}>"):
        return True
    return replies_to(message) == my_id


def _is_reply(message: discord.Message) -> bool:
    """Tell a reply from the message that a thread begins with, which has the thread's id."""
    return message.id != message.channel.id


def _is_staff(author: discord.User | discord.Member, settings: GuildSettings) -> bool:
    roles = {role.id for role in getattr(author, "roles", ())}
    return not author.bot and not roles.isdisjoint(settings.staff_roles)


async def _find_staff(
    thread: discord.Thread, message: discord.Message, settings: GuildSettings
) -> bool:
    """Tell whether staff replied before the bot began to watch; no if that cannot be read."""
    seen = {message.author.id}
    try:
        async for earlier in thread.history(limit=_LOOK_BACK, before=message):
            author = earlier.author
            if author.bot or author.id in seen or not _is_reply(earlier):
                continue
            seen.add(author.id)
            if len(seen) > _MOST_LOOK_UPS:
                return False
            if _is_staff(await _member(thread.guild, author), settings):
                return True
    except discord.HTTPException as error:
        _log.info("could not look for staff in thread %s: %s", thread.id, error)
    return False


async def _member(
    guild: discord.Guild, author: discord.User | discord.Member
) -> discord.User | discord.Member:
    """Return ``author`` with roles, which a thread's history comes without."""
    if isinstance(author, discord.Member):
        return author
    known = guild.get_member(author.id)
    if known is not None:
        return known
    try:
        return await guild.fetch_member(author.id)
    except discord.NotFound:  # has left the server
        return author
