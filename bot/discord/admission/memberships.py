"""Who is a member of which server: asked of Discord, since the bot is told of no one's leaving."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from typing import Final

import aiohttp
import discord

from retrieval.errors import UnavailableError

KNOWN_SECONDS: Final = 300.0
"""Whoever has left a server is still taken for a member of it for so long."""
_AT_ONCE: Final = 5
_MOST_KNOWN: Final = 10_000


class Memberships:
    """Looks people up, and remembers for some minutes what it found.

    Args:
        client: Knows the servers that the bot is in.
        clock: Monotonic seconds.
    """

    def __init__(self, client: discord.Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[tuple[int, int], tuple[float, bool]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def among(self, user_id: int, guild_ids: Collection[int]) -> frozenset[int]:
        """Return those servers that somebody is a member of.

        Raises:
            UnavailableError: if Discord does not say.
        """
        guilds = [guild for id_ in guild_ids if (guild := self._client.get_guild(id_)) is not None]
        found = await asyncio.gather(*(self._is_in(guild, user_id) for guild in guilds))
        return frozenset(guild.id for guild, is_in in zip(guilds, found, strict=True) if is_in)

    async def _is_in(self, guild: discord.Guild, user_id: int) -> bool:
        known = self._known.get((guild.id, user_id))
        if known is not None and self._clock() - known[0] < KNOWN_SECONDS:
            return known[1]
        async with self._slots:
            is_in = await _look_up(guild, user_id)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[guild.id, user_id] = self._clock(), is_in
        return is_in


async def _look_up(guild: discord.Guild, user_id: int) -> bool:
    try:
        await guild.fetch_member(user_id)
    except (discord.NotFound, discord.Forbidden):
        return False
    except (discord.HTTPException, aiohttp.ClientError) as error:
        raise UnavailableError(
            "Discord did not say just now whether you are a member of a server that I serve; "
            "please try again in a moment."
        ) from error
    return True
