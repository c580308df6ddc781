"""What may be shown of live channels, to whom and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import discord

from bot.access.rules import Visitor
from bot.discord.live.readers import ChannelRules, all_read_too, rules_of
from retrieval.sight import Sight


class Audience:
    """Works out, by Discord's own permissions, which channels an answer may draw on.

    Nothing is remembered: a channel that becomes private is out with the next call.

    Args:
        client: Knows the servers, their channels and roles.
        gone: The posts that were deleted.
    """

    def __init__(
        self, client: discord.Client, gone: Callable[[], frozenset[str]] = frozenset
    ) -> None:
        self._client = client
        self._gone = gone

    def sight(self, visitor: Visitor, *, is_private: bool = False) -> Sight:
        """Return what may be shown to everybody where ``visitor`` is, or to them alone.

        Outside of servers everything is private, and shows what every member may read there.
        """
        return Sight(frozenset(self._rooms(visitor, is_private=is_private)), self._gone())

    def _rooms(self, visitor: Visitor, *, is_private: bool) -> Iterator[str]:
        place = visitor.place
        if place.is_guest:
            return
        if place.guild_id is None:
            for guild_id in visitor.member_of:
                yield from self._open_to(guild_id, _of_anybody)
            return
        guild = self._client.get_guild(place.guild_id)
        if guild is None:
            return
        if is_private:
            yield from self._of_one(guild, visitor)
            return
        here = guild.get_channel(place.parent_id or place.channel_id or 0)
        if here is not None:
            # Whoever sees an answer there, even if they may not read what was said before.
            rules = rules_of(here, self._own_id, to_see=True)
            yield from self._open_to(guild.id, lambda there: all_read_too(rules, there))

    def _of_one(self, guild: discord.Guild, visitor: Visitor) -> Iterator[str]:
        for channel in guild.channels:
            rules = rules_of(channel)
            if visitor.is_administrator or rules.may_read(visitor.roles, visitor.user_id):
                yield room_of(channel)

    def _open_to(self, guild_id: int, are_let_in: Callable[[ChannelRules], bool]) -> Iterator[str]:
        guild = self._client.get_guild(guild_id)
        for channel in guild.channels if guild is not None else ():
            if are_let_in(rules_of(channel, self._own_id)):
                yield room_of(channel)

    @property
    def _own_id(self) -> int | None:
        return self._client.user.id if self._client.user is not None else None


def room_of(channel: discord.abc.GuildChannel) -> str:
    """Return the room that the threads of a channel are in."""
    return f"{channel.guild.id}/{channel.id}"


def _of_anybody(there: ChannelRules) -> bool:
    """Tell whether every member may read a channel, whatever roles they have."""
    return all_read_too(ChannelRules(there.needed, there.needed, there.roles), there)
