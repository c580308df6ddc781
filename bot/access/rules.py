"""Who may do what with which knowledge base: one table, and the operator's grants it rests on.

A grant is the operator's alone (``footnote kb grant``): an administrator of one server can
neither open the threads of another nor put words into them (docs/decisions/0021).  What no
grant opens is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final, Literal


class Right(Enum):
    """What it takes to use a surface."""

    SEE = "see"
    """To read and to ask: where a grant covers the place."""
    ADD = "add"
    """To put words into a knowledge base: only whom the operator named for that."""
    STAFF = "staff"
    """What concerns a server's staff: whoever manages it, and whom it chose for that."""
    ADMINISTER = "administer"
    """To set how the bot behaves in a server: whoever manages it, if it was granted anything."""
    ONESELF = "oneself"
    """What concerns nobody but whoever asks: anybody, anywhere."""


class Surface(StrEnum):
    """Everything through which somebody can reach the bot, or the bot somebody."""

    ASK = "/ask"
    ASK_ABOUT = "a message's menu"
    MENTION = "a mention, a reply, or a message in the bot's thread"
    DIRECT_MESSAGE = "a direct message"
    FOLLOW_UP = "the form of a follow-up"
    ANSWER_BUTTON = "a button under an answer"
    FEEDBACK = "a verdict on an answer"
    WAIT = "Tell me"
    SOURCE = "/source"
    TYPING = "what is offered while typing"
    ROOM_BUTTON = "a button in a reading room"
    ROOM_SHARE = "Share in a reading room"
    THREADS = "/threads"
    DIGEST = "/digest"
    DIGEST_FOR_ALL = "/digest for all"
    TOPICS = "/topics"
    TOPICS_FOR_ALL = "/topics for all"
    HELP = "/help"
    ANNOUNCEMENT = "news in a channel"
    LATE_ANSWER = "an answer to a question that waited"
    UPLOAD = "/upload"
    REINGEST = "/reingest"
    CONFIG = "/config"
    CONFIG_CONTROL = "a control of /config"
    GAPS = "/gaps"
    DRAFT = "a draft for staff"
    FORUM_POST = "a post that nobody has answered"
    RULING = "what staff says of posts and questions"
    LEARN = "/learn"
    FORGET_ME = "/forget-me"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one surface asks of whoever uses it."""

    right: Right
    is_question: bool = False
    """Whether it counts against the limits, and only happens where questions are answered."""
    roles: Literal["reingest_roles", "staff_roles"] | None = None
    """The setting with the roles that a server chose to do it beside its administrators."""
    is_private: bool = False
    """Whether nobody but whoever uses it sees what it shows."""


_READS: Final = Rule(Right.SEE)
_READS_ALONE: Final = Rule(Right.SEE, is_private=True)
_ASKS: Final = Rule(Right.SEE, is_question=True)

RULES: Final[Mapping[Surface, Rule]] = MappingProxyType(
    {
        Surface.ASK: _ASKS,
        Surface.ASK_ABOUT: _ASKS,
        Surface.MENTION: _ASKS,
        Surface.DIRECT_MESSAGE: _ASKS,
        Surface.FOLLOW_UP: _ASKS,
        Surface.ANSWER_BUTTON: _READS_ALONE,
        Surface.FEEDBACK: _READS,
        Surface.WAIT: _READS,
        Surface.SOURCE: _READS_ALONE,
        Surface.TYPING: _READS_ALONE,
        Surface.ROOM_BUTTON: _READS_ALONE,
        Surface.ROOM_SHARE: _ASKS,
        Surface.THREADS: _ASKS,
        Surface.DIGEST: _READS_ALONE,
        Surface.DIGEST_FOR_ALL: _ASKS,
        Surface.TOPICS: _READS_ALONE,
        Surface.TOPICS_FOR_ALL: _ASKS,
        Surface.HELP: _READS_ALONE,
        Surface.ANNOUNCEMENT: _READS,
        Surface.LATE_ANSWER: _READS,
        Surface.UPLOAD: Rule(Right.ADD),
        Surface.REINGEST: Rule(Right.ADD, roles="reingest_roles"),
        Surface.GAPS: Rule(Right.STAFF, roles="staff_roles"),
        Surface.DRAFT: Rule(Right.STAFF, roles="staff_roles"),
        Surface.FORUM_POST: _ASKS,
        Surface.RULING: Rule(Right.ADD, roles="staff_roles", is_private=True),
        Surface.CONFIG: Rule(Right.ADMINISTER),
        Surface.CONFIG_CONTROL: Rule(Right.ADMINISTER),
        Surface.LEARN: Rule(Right.ADD, is_private=True),
        Surface.FORGET_ME: Rule(Right.ONESELF),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks."""

    guild_id: int | None
    """None in direct messages."""
    channel_id: int | None = None
    parent_id: int | None = None
    """Of a thread or a forum's post: the channel that it stands in."""
    is_guest: bool = False
    """Whether the bot is here only because somebody brought it along on their own account."""

    def is_in(self, channel_ids: Iterable[int]) -> bool:
        """Tell whether this is one of those channels, or a thread in one."""
        return not {self.channel_id, self.parent_id}.isdisjoint(channel_ids)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes, from where, and with what standing there."""

    user_id: int
    place: Place
    member_of: frozenset[int] = field(default=frozenset(), kw_only=True)
    """Servers that matter, as Discord says; looked up in direct messages only."""
    is_administrator: bool = field(default=False, kw_only=True)
    """Of the place's server."""
    may_manage: bool = field(default=False, kw_only=True)
    """Whether they may manage the place's server."""
    roles: frozenset[int] = field(default=frozenset(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Grant:
    """A knowledge base may be seen in a server, in a channel, everywhere, or by one person."""

    knowledge_base: str
    guild_id: int | None = None
    """With no ``user_id`` either: in every server and in direct messages."""
    channel_id: int | None = None
    """None: in every channel of the server, and by its members in direct messages."""
    user_id: int | None = None
    """One person, in direct messages."""
    may_add: bool = False
    """Whether that server's administrators, or that person, may also add to it."""

    def covers(self, visitor: Visitor) -> bool:
        """Tell whether it lets ``visitor`` see, where they are."""
        place = visitor.place
        if place.is_guest:
            return False
        if self.user_id is not None:
            return place.guild_id is None and visitor.user_id == self.user_id
        if self.guild_id is None:
            return True
        if self.channel_id is not None:
            # Not in direct messages: who is in the server may still not read the channel.
            return self.guild_id == place.guild_id and place.is_in([self.channel_id])
        if place.guild_id is None:
            return self.guild_id in visitor.member_of
        return self.guild_id == place.guild_id

    def names_maintainer(self, visitor: Visitor, chosen_roles: Iterable[int]) -> bool:
        """Tell whether it lets ``visitor`` add, where they may see."""
        if not self.may_add:
            return False
        if self.user_id is not None:
            return visitor.user_id == self.user_id
        is_trusted = visitor.is_administrator or not visitor.roles.isdisjoint(chosen_roles)
        return self.guild_id == visitor.place.guild_id and is_trusted


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that decides who may do what; without grants, nobody anything."""

    grants: frozenset[Grant]
    default: str
    """The knowledge base that serves where none is chosen, and that uploads go to."""
    only_guild: int | None = None
    """The one server that the bot serves, whatever is granted."""

    def allows(self, knowledge_base: str, visitor: Visitor) -> bool:
        """Tell whether somebody may see a knowledge base where they are."""
        return self._is_served(visitor) and any(
            grant.knowledge_base == knowledge_base and grant.covers(visitor)
            for grant in self.grants
        )

    def visible(self, names: Iterable[str], visitor: Visitor) -> tuple[str, ...]:
        """Return those knowledge bases that somebody may see, the default one first."""
        seen = [name for name in names if self.allows(name, visitor)]
        return tuple(sorted(seen, key=lambda name: (name != self.default, name)))

    def may_use(
        self,
        surface: Surface,
        visitor: Visitor,
        *,
        knowledge_base: str | None = None,
        chosen_roles: Iterable[int] = (),
    ) -> bool:
        """Tell whether somebody may use a surface where they are.

        Args:
            surface: What they use.
            visitor: Who and where.
            knowledge_base: What it would show or change; None: the default one.
            chosen_roles: Whom the place's server chose for it beside its administrators.
        """
        rule, name = RULES[surface], knowledge_base or self.default
        if rule.right is Right.ONESELF:
            return True
        if rule.right in {Right.ADMINISTER, Right.STAFF}:
            is_chosen = rule.right is Right.STAFF and not visitor.roles.isdisjoint(chosen_roles)
            return (visitor.may_manage or is_chosen) and self.is_named(visitor)
        if not self.allows(name, visitor):
            return False
        return rule.right is Right.SEE or any(
            grant.knowledge_base == name
            and grant.names_maintainer(visitor, chosen_roles if rule.roles else ())
            for grant in self.grants
        )

    def is_named(self, visitor: Visitor) -> bool:
        """Tell whether the place's server was granted anything at all."""
        place = visitor.place
        if place.guild_id is None or place.is_guest or not self._is_served(visitor):
            return False
        everywhere_or_here = {None, place.guild_id}
        return any(g.user_id is None and g.guild_id in everywhere_or_here for g in self.grants)

    def servers_of_members(self) -> frozenset[int]:
        """Return the servers whose members may have a right in direct messages."""
        if self.only_guild is not None:
            return frozenset({self.only_guild})
        whole = (grant for grant in self.grants if grant.channel_id is None)
        return frozenset(grant.guild_id for grant in whole if grant.guild_id is not None)

    def _is_served(self, visitor: Visitor) -> bool:
        if self.only_guild is None:
            return True
        here = visitor.place.guild_id
        return self.only_guild == here or (here is None and self.only_guild in visitor.member_of)
