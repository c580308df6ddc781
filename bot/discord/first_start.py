"""The first start: the one server that the bot is in is granted by itself, and only then.

Whether a start is the first cannot be told from the data folder alone, for it may have been
removed, and a restricted knowledge base must not be opened by that.  Discord knows: it keeps the
commands of a bot that has run before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

import discord
from discord import app_commands

from bot.access.rules import Grant
from bot.community.community import Community
from bot.community.starts import FirstStart
from bot.discord.settings import DiscordSettings

_MOST_NAMED: Final = 10
_log = logging.getLogger(__name__)


class FirstSteps:
    """Grants the one server, or says in the log what to type.

    Args:
        community: Keeps the grants, and how far the first start has come.
        settings: May name the one server, or want nothing granted by itself.
        default: The knowledge base that is granted.
    """

    def __init__(self, community: Community, settings: DiscordSettings, default: str) -> None:
        self._grants = community.grants
        self._starts = community.starts
        self._settings = settings
        self._default = default

    async def look_back(self, tree: app_commands.CommandTree[discord.Client]) -> None:
        """Find out whether the bot ran before, as long as its commands are not registered anew."""
        if await asyncio.to_thread(lambda: self._starts.first_start) is not FirstStart.NEW:
            return
        has_run = bool(await tree.fetch_commands())
        if not has_run and self._settings.guild_id is not None:
            has_run = await _has_commands(tree, self._settings.guild_id)
        if has_run and not self._grants.were_given():
            _log.warning(
                "This bot has run before, and the data folder holds no grants: they were lost, "
                "or are in another folder. Until they are given again, nothing is shown anywhere."
            )
        state = FirstStart.OVER if has_run else FirstStart.AHEAD
        await asyncio.to_thread(self._remember, state)

    def meet(self, guilds: Sequence[discord.Guild]) -> None:
        """Grant the one server of the first start; say what is odd about the grants there are."""
        state = self._starts.first_start
        if state in {FirstStart.AHEAD, FirstStart.UPGRADED}:
            self._decide(state, [guild for guild in guilds if self._may_serve(guild)])
        self._warn(guilds)

    def _decide(self, state: FirstStart, guilds: Sequence[discord.Guild]) -> None:
        # Under an older Footnote the default one was open until it was granted for the first
        # time, whatever was granted of others.
        before = self._default if state is FirstStart.UPGRADED else None
        if self._settings.strict_access or self._grants.were_given(before):
            self._remember(FirstStart.OVER)
        elif guilds:
            if len(guilds) == 1:
                [guild] = guilds
                self._grants.grant(Grant(self._default, guild.id))
                _log.warning(
                    "Granted the knowledge base “%s” to the one server that the bot is in: %s "
                    "(%d). To take that back: footnote kb revoke %s --guild %d",
                    *(self._default, guild.name, guild.id, self._default, guild.id),
                )
            self._remember(FirstStart.OVER)

    def _warn(self, guilds: Sequence[discord.Guild]) -> None:
        grants, present = self._grants.grants(), {guild.id: guild for guild in guilds}
        if not grants and not guilds:
            _log.warning("The bot is in no server yet: invite it, and start it again.")
        elif not grants:
            _log.warning("Nothing is granted, so nothing is shown. To open it to a server, type:")
            for guild in guilds[:_MOST_NAMED]:
                command = "  footnote kb grant %s --guild %d    # %s"
                _log.warning(command, self._default, guild.id, guild.name)
        for grant in grants:
            if grant.guild_id in present:
                _warn_of_channel(grant, present[grant.guild_id])
            if grant.guild_id is not None and grant.guild_id not in present:
                _log.warning(
                    "“%s” is granted to server %d, and the bot is not in it: correct the id, or "
                    "invite the bot there",
                    *(grant.knowledge_base, grant.guild_id),
                )
            elif grant.guild_id not in {None, self._settings.guild_id or grant.guild_id}:
                _log.warning(
                    "“%s” is granted to server %d, and FOOTNOTE_DISCORD__GUILD_ID lets the bot "
                    "serve server %d only",
                    *(grant.knowledge_base, grant.guild_id, self._settings.guild_id),
                )

    def _may_serve(self, guild: discord.Guild) -> bool:
        return self._settings.guild_id in {None, guild.id}

    def _remember(self, state: FirstStart) -> None:
        self._starts.first_start = state


def _warn_of_channel(grant: Grant, guild: discord.Guild) -> None:
    id_ = grant.channel_id
    if id_ is not None and guild.get_channel_or_thread(id_) is None:
        _log.warning(
            "“%s” is granted to channel %d of %s, and the bot sees no such channel there: correct "
            "the id, or let the bot see it",
            *(grant.knowledge_base, id_, guild.name),
        )


async def _has_commands(tree: app_commands.CommandTree[discord.Client], guild_id: int) -> bool:
    try:
        return bool(await tree.fetch_commands(guild=discord.Object(guild_id)))
    except (discord.Forbidden, discord.NotFound):  # the registration says what is wrong
        return False
