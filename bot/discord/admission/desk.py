"""The desk: the one place where an interaction or a message is let in, or told why not.

Everything that shows something of a knowledge base gets its librarian here, and that librarian
asks again whether it may at every call: when a grant is taken back, the buttons on old
messages stop working with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import discord

from bot.access.limits import DAY_SECONDS, Excess, Limit, Limits, Rate
from bot.access.rules import RULES, Place, Policy, Right, Surface, Visitor
from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.discord.admission.askers import Asker, asker_of, author_of
from bot.discord.admission.memberships import Memberships
from bot.discord.async_librarian import AsyncLibrarian, Threads
from bot.discord.cards.responses import Interaction
from bot.discord.errors import ClosedError, RefusedError, TooManyError
from bot.discord.live.audience import Audience
from bot.discord.settings import DiscordSettings
from bot.discord.words import Words, words_for
from bot.librarian import Librarians
from retrieval.sight import Sight

_WRITERS: Final = 8
"""Threads that wait for language models; how many calls are under way is theirs to limit."""
_READERS: Final = 2
"""Threads that look things up while others answer; a look-up takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody who was let in."""

    asker: Asker
    knowledge_base: str
    librarian: AsyncLibrarian
    settings: GuildSettings
    words: Words
    """For the asker."""
    public_words: Words
    """For what everybody in the place sees."""
    is_private: bool
    """Whether the answer is for the asker only, unless the asker says otherwise."""
    alone: AsyncLibrarian
    """Tells what the asker alone may see: for what nobody else is shown."""

    def told_to(self, *, asker_only: bool) -> AsyncLibrarian:
        """Return who tells what the asker, or everybody in their place, may see."""
        return self.alone if asker_only else self.librarian

    @property
    def may_remember(self) -> bool:
        """Whether a question may wait here: where the server lets it, or nobody else is asked."""
        return self.asker.place.guild_id is None or self.settings.remembers_questions


class Desk:
    """Lets people in.

    Args:
        librarians: The knowledge bases.
        community: Grants and the servers' settings.
        executor: Where librarians answer.
        settings: Limits and times, and the one server that is served, if it is one.
        memberships: Tells who is a member of what; None: nobody is of anything.
        limits: For tests with a clock of their own.
        audience: Tells which live channels may be shown to whom; None: none to anybody.
    """

    def __init__(  # noqa: PLR0913 - one argument a part that it puts together
        self,
        librarians: Librarians,
        community: Community,
        executor: Executor,
        settings: DiscordSettings,
        *,
        memberships: Memberships | None = None,
        limits: Limits | None = None,
        audience: Audience | None = None,
    ) -> None:
        self._librarians = librarians
        self._community = community
        self._settings = settings
        self._memberships = memberships
        self._audience = audience
        self.limits = limits or Limits(_rates(settings))
        self._threads = Threads(
            executor,
            ThreadPoolExecutor(_READERS, "reader"),
            ThreadPoolExecutor(_WRITERS, "writer"),
        )

    async def meet(self, interaction: Interaction) -> Asker:
        """Return who is behind an interaction, with all that decides what they may do."""
        return await self.recognise(asker_of(interaction))

    async def meet_author(self, message: discord.Message) -> Asker:
        """Return who wrote a message, with all that decides what they may do."""
        return await self.recognise(author_of(message))

    async def recognise(self, asker: Asker) -> Asker:
        """Return ``asker`` with their servers, where those matter: in direct messages.

        Raises:
            UnavailableError: if Discord does not say which they are.
        """
        place = asker.place
        if place.guild_id is not None or place.is_guest or self._memberships is None:
            return asker
        servers = self._policy().servers_of_members()
        member_of = await self._memberships.among(asker.user_id, servers)
        return replace(asker, member_of=member_of)

    def admit(
        self, asker: Asker, surface: Surface, *, knowledge_base: str | None = None
    ) -> Admission:
        """Let ``asker`` in to a knowledge base.

        Args:
            asker: From ``meet`` or ``meet_author``.
            surface: How they come; a question is counted by this call.
            knowledge_base: The one that the asker, or a button, names; None: the place's own.

        Raises:
            RefusedError: with one sentence for the asker.
            StorageError: if grants and settings cannot be read.
        """
        words, place = words_for(asker.locale), asker.place
        settings = self._community.guilds.of(place.guild_id)
        name = self._knowledge_base(asker, settings, knowledge_base, words)
        if RULES[surface].is_question:
            if not settings.answers_in(place):
                raise RefusedError(words.desk.not_in_this_channel)
            excess = self.limits.take(asker.user_id, place.guild_id)
            if excess is not None:
                raise TooManyError(_refusal(excess, words), excess.limit)
        return Admission(
            asker=asker,
            knowledge_base=name,
            librarian=self._librarian(name, asker, surface, words),
            alone=self._librarian(name, asker, surface, words, asker_only=True),
            settings=settings,
            words=words,
            public_words=self.public_words(asker),
            is_private=settings.is_private,
        )

    def check(self, asker: Asker, surface: Surface, *, knowledge_base: str | None = None) -> None:
        """Make sure that ``asker`` may use a surface, where that is all there is to it.

        ``knowledge_base`` is what they would change; None: the default one.

        Raises:
            RefusedError: with one sentence for the asker.
            StorageError: if grants and settings cannot be read.
        """
        policy, right = self._policy(), RULES[surface].right
        name = knowledge_base or policy.default
        if self._may_use(surface, asker, name):
            return
        if right is Right.SEE and self.visible(asker):  # another one than the default
            return
        words = words_for(asker.locale)
        if right in {Right.ADMINISTER, Right.STAFF} and asker.place.guild_id is None:
            raise RefusedError(words.config.servers_only)
        if right is Right.STAFF and policy.is_named(asker):
            raise RefusedError(words.staff.staff_only)
        if right is Right.ADMINISTER and policy.is_named(asker):
            raise RefusedError(words.config.administrators_only)
        if right is Right.ADD and policy.visible([name], asker):
            raise RefusedError(self._may_not_add(asker, surface, name, words))
        raise self._closed(asker, words)

    def _may_not_add(self, asker: Asker, surface: Surface, name: str, words: Words) -> str:
        if surface is not Surface.RULING:
            return words.desk.may_not_add
        if not asker.is_administrator:
            return words.staff.may_not_rule
        return words.staff.not_granted.format(name=name, guild=asker.place.guild_id)

    def _may_use(self, surface: Surface, asker: Asker, name: str) -> bool:
        setting = RULES[surface].roles
        settings = self._community.guilds.of(asker.place.guild_id)
        chosen: tuple[int, ...] = getattr(settings, setting) if setting else ()
        return self._policy().may_use(surface, asker, knowledge_base=name, chosen_roles=chosen)

    def close(self) -> None:
        """Let nobody in any more; whoever reads is finished with by itself."""
        self._threads.reading.shutdown(wait=False, cancel_futures=True)
        self._threads.writing.shutdown(wait=False, cancel_futures=True)

    @property
    def default_base(self) -> str:
        """The name of the knowledge base that serves where none is chosen."""
        return self._librarians.default

    def visible(self, visitor: Visitor) -> tuple[str, ...]:
        """Return the knowledge bases that somebody may see, the default one first."""
        return self._policy().visible(self._librarians.names(), visitor)

    def may_be_told(self, knowledge_base: str, place: Place) -> bool:
        """Tell whether a knowledge base may be spoken of to everybody in a channel."""
        return self._policy().allows(knowledge_base, Visitor(0, place))

    def settings_of(self, place: Place) -> GuildSettings:
        """Return the settings of the place's server."""
        return self._community.guilds.of(place.guild_id)

    def public_words(self, asker: Asker) -> Words:
        """Return the words for what everybody in the asker's place sees."""
        language = self.settings_of(asker.place).language
        if asker.place.guild_id is None:
            return words_for(asker.locale)
        return words_for(language, asker.guild_locale, asker.locale)

    def _knowledge_base(
        self, asker: Asker, settings: GuildSettings, named: str | None, words: Words
    ) -> str:
        visible = self.visible(asker)
        if not visible:
            raise self._closed(asker, words)
        if named is not None:
            if named not in visible:
                raise RefusedError(words.desk.unknown_base)
            return named
        wanted = [name for name in settings.knowledge_bases_for(asker.place) if name in visible]
        return next(iter([*wanted, *visible]))

    def sight(self, visitor: Visitor, *, asker_only: bool = False) -> Sight:
        """Return what may be shown of live channels to everybody where ``visitor`` is."""
        if self._audience is None:
            return Sight()
        return self._audience.sight(visitor, is_private=asker_only)

    def _librarian(
        self,
        name: str,
        asker: Asker,
        surface: Surface,
        words: Words,
        *,
        asker_only: bool = False,
    ) -> AsyncLibrarian:
        is_private = asker_only or RULES[surface].is_private

        def check() -> None:
            if not self._may_use(surface, asker, name):
                raise RefusedError(words.desk.unknown_base)

        return AsyncLibrarian(
            self._librarians.of(name),
            self._threads,
            timeout_seconds=self._settings.answer_timeout_seconds,
            check=check,
            sight=lambda: self.sight(_hearing(asker, surface), asker_only=is_private),
            asker=str(asker.user_id),
        )

    def _closed(self, asker: Asker, words: Words) -> ClosedError:
        """Return why nothing may be seen here; who could change it is told how, and nobody else."""
        place, policy = asker.place, self._policy()
        if place.is_guest:
            return ClosedError(words.desk.not_for_guests)
        if place.guild_id is None:
            return ClosedError(words.desk.members_only)
        if policy.is_named(asker):
            return ClosedError(words.desk.nothing_visible)
        sentence = words.desk.nothing_visible
        if asker.may_manage:
            not_named = words.desk.not_named.format(name=policy.default, guild=place.guild_id)
            is_bound = policy.only_guild not in {None, place.guild_id}
            sentence = words.desk.another_server if is_bound else not_named
        return ClosedError(sentence, is_of_server=True)

    def _policy(self) -> Policy:
        return self._community.grants.policy(
            self._librarians.default, only_guild=self._settings.guild_id
        )


def _hearing(asker: Asker, surface: Surface) -> Visitor:
    """Return who hears what is said: a late answer goes to its asker, with whatever roles."""
    guild_id = asker.place.guild_id
    if surface is not Surface.LATE_ANSWER or guild_id is None:
        return asker
    return Visitor(asker.user_id, Place(None), member_of=frozenset({guild_id}))


def _refusal(excess: Excess, words: Words) -> str:
    sentences: Mapping[Limit, str] = MappingProxyType(
        {
            Limit.PACE: words.desk.pace,
            Limit.PERSON_DAY: words.desk.person_day,
            Limit.GUILD_DAY: words.desk.guild_day,
        }
    )
    return sentences[excess.limit].format(wait=words.duration(excess.wait_seconds))


def _rates(settings: DiscordSettings) -> dict[Limit, Rate]:
    limits = settings.limits
    return {
        Limit.PACE: Rate(limits.burst, limits.burst_seconds),
        Limit.PERSON_DAY: Rate(limits.person_per_day, DAY_SECONDS),
        Limit.GUILD_DAY: Rate(limits.guild_per_day, DAY_SECONDS),
    }
