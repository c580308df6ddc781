"""Who may read a channel, and whether everybody who reads one channel may read another.

Discord's own algorithm on plain records: ``rules_of`` takes them from discord.py's objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Final

import discord

_READ: Final = discord.Permissions(view_channel=True, read_message_history=True)
"""To read a channel's past takes both."""
_SEE: Final = discord.Permissions(view_channel=True)
"""To see what is said there now."""
_VOICE: Final = discord.Permissions(view_channel=True, read_message_history=True, connect=True)
"""In a voice channel's chat nobody reads who may not connect."""
_KEPT: Final = 20_000
_MOST_ROLES: Final = 40
"""Their sets of three are 10,000, some 50 ms."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a channel allows and denies to a role or a member, as bits that reading takes."""

    allow: int
    deny: int


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """All that decides who may read a channel."""

    needed: int
    """The bits that reading takes."""
    everyone: int
    """What everybody has in the server."""
    roles: tuple[tuple[int, int], ...] = ()
    """What its roles have there, administrators everything."""
    for_everyone: Rule = field(default=Rule(0, 0))
    for_roles: tuple[tuple[int, Rule], ...] = ()
    for_members: tuple[tuple[int, Rule], ...] = ()
    administrators: frozenset[int] = frozenset()
    """Roles that no channel can deny anything to."""

    def may_read(self, role_ids: Iterable[int], member_id: int | None = None) -> bool:
        """Tell whether somebody with these roles may read it."""
        held = frozenset(role_ids)
        if not held.isdisjoint(self.administrators):
            return True
        bits = self.everyone
        for role_id, has in self.roles:
            bits |= has if role_id in held else 0
        bits = _apply(bits, [self.for_everyone])
        bits = _apply(bits, [rule for role_id, rule in self.for_roles if role_id in held])
        bits = _apply(bits, [rule for id_, rule in self.for_members if id_ == member_id])
        return bits & self.needed == self.needed


def _apply(bits: int, rules: Iterable[Rule]) -> int:
    """Return bits after overwrites of one kind: what one allows outdoes what another denies."""
    allow = deny = 0
    for rule in rules:
        allow |= rule.allow
        deny |= rule.deny
    return bits & ~deny | allow


@lru_cache(_KEPT)
def all_read_too(here: ChannelRules, there: ChannelRules) -> bool:
    """Tell whether whoever may read ``here``, with whatever roles, may read ``there``.

    Whoever tells against it needs few roles for it: for each bit one that lets them read here,
    and one that keeps them out there; with more they could only be let in there, too.  Where very
    many roles matter, they are taken to tell against it.
    """
    if here == there:
        return True
    roles = sorted(_that_matter(here, there))
    if len(roles) > _MOST_ROLES:
        return False
    members = {id_ for id_, _ in (*here.for_members, *there.for_members)}
    for held in _sets(roles, here.needed.bit_count() + 1):
        for member in (None, *members):
            if here.may_read(held, member) and not there.may_read(held, member):
                return False
    return True


def _that_matter(here: ChannelRules, there: ChannelRules) -> Iterator[int]:
    """Return the roles that change anything about who may read."""
    found = {role_id for rules in (here, there) for role_id, _ in rules.for_roles}
    for rules in (here, there):
        found |= {id_ for id_, has in rules.roles if has & ~rules.everyone & rules.needed}
    # Administrators read everything, here and there.
    yield from found - here.administrators - there.administrators


def _sets(roles: list[int], most: int) -> Iterator[tuple[int, ...]]:
    for count in range(min(len(roles), most) + 1):
        yield from combinations(roles, count)


def rules_of(
    channel: discord.abc.GuildChannel, but: int | None = None, *, to_see: bool = False
) -> ChannelRules:
    """Return what decides who may read a channel, or with ``to_see`` only what is said there now.

    The member ``but``, the bot, does not count.
    """
    guild = channel.guild
    is_voice = isinstance(channel, discord.VoiceChannel | discord.StageChannel)
    needed = (_SEE if to_see else _VOICE if is_voice else _READ).value
    by_kind: dict[bool, dict[int, Rule]] = {True: {}, False: {}}
    for target, overwrite in channel.overwrites.items():
        allow, deny = (side.value & needed for side in overwrite.pair())
        is_role = isinstance(target, discord.Role) or guild.get_role(target.id) is not None
        if (allow or deny) and target.id != but:
            by_kind[is_role][target.id] = Rule(allow, deny)
    for_everyone = by_kind[True].pop(guild.id, Rule(0, 0))
    return ChannelRules(
        needed=needed,
        everyone=guild.default_role.permissions.value & needed,
        roles=tuple(
            (role.id, has) for role in guild.roles if (has := role.permissions.value & needed)
        ),
        for_everyone=for_everyone,
        for_roles=tuple(sorted(by_kind[True].items())),
        for_members=tuple(sorted(by_kind[False].items())),
        administrators=frozenset(role.id for role in guild.roles if role.permissions.administrator),
    )
