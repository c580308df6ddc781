"""The desk: the one place where an interaction or a message is let in, or told why not.

Everything that shows something of a knowledge base gets its librarian here, and that librarian
asks again whether it may at every call: when a grant is taken back, the buttons on old
messages stop working with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

import discord

from bot.community.access import Place, Policy
from bot.community.community import Community
from bot.community.guild_settings import GuildSettings
from bot.community.limits import DAY_SECONDS, Excess, Limit, Limits, Rate
from bot.discord_app.async_librarian import AsyncLibrarian
from bot.discord_app.attended import AttendedLibrarian
from bot.discord_app.errors import RefusedError
from bot.discord_app.responses import Interaction
from bot.discord_app.settings import DiscordSettings
from bot.discord_app.words import Words, words_for
from bot.ports import Librarians

_READERS: Final = 2
"""Threads that look things up while others answer; a look-up takes some milliseconds."""


class Use(Enum):
    """What somebody comes for."""

    QUESTION = "question"
    """Counts against the limits, and only where the server lets questions be answered."""
    READING = "reading"
    """Private and cheap: access is all that it takes."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where."""

    user_id: int
    place: Place
    locale: str | None = None
    guild_locale: str | None = None


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
        settings: Limits and times.
        limits: For tests with a clock of their own.
    """

    def __init__(
        self,
        librarians: Librarians,
        community: Community,
        executor: Executor,
        settings: DiscordSettings,
        *,
        limits: Limits | None = None,
    ) -> None:
        self._librarians = librarians
        self._community = community
        self._executor = executor
        self._settings = settings
        self.limits = limits or Limits(_rates(settings))
        self._readers = ThreadPoolExecutor(_READERS, "reader")

    def admit(
        self, asker: Asker, *, knowledge_base: str | None = None, use: Use = Use.QUESTION
    ) -> Admission:
        """Let ``asker`` in.

        Args:
            asker: From ``asker_of`` or ``author_of``.
            knowledge_base: The one that the asker, or a button, names; None: the place's own.
            use: A question is counted by this call.

        Raises:
            RefusedError: with one sentence for the asker.
            StorageError: if grants and settings cannot be read.
        """
        words, place = words_for(asker.locale), asker.place
        settings = self._community.guilds.of(place.guild_id)
        name = self._knowledge_base(place, settings, knowledge_base, words)
        if use is Use.QUESTION:
            if not settings.answers_in(place):
                raise RefusedError(words.desk.not_in_this_channel)
            excess = self.limits.take(asker.user_id, place.guild_id)
            if excess is not None:
                raise RefusedError(_refusal(excess, words))
        return Admission(
            asker=asker,
            knowledge_base=name,
            librarian=self._librarian(name, asker, words),
            settings=settings,
            words=words,
            public_words=self.public_words(asker),
            is_private=settings.is_private,
        )

    def close(self) -> None:
        """Let nobody in any more; whoever reads is finished with by itself."""
        self._readers.shutdown(wait=False, cancel_futures=True)

    @property
    def default_base(self) -> str:
        """The name of the knowledge base that serves where none is chosen."""
        return self._librarians.default

    def visible(self, place: Place) -> tuple[str, ...]:
        """Return the knowledge bases that may be seen in a place, the default one first."""
        return self._policy().visible(self._librarians.names(), place)

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
        self, place: Place, settings: GuildSettings, named: str | None, words: Words
    ) -> str:
        visible = self.visible(place)
        if named is not None:
            if named not in visible:
                raise RefusedError(words.desk.unknown_base)
            return named
        wanted = [name for name in settings.knowledge_bases_for(place) if name in visible]
        chosen = next(iter([*wanted, *visible]), None)
        if chosen is None:
            raise RefusedError(words.desk.nothing_visible)
        return chosen

    def _librarian(self, name: str, asker: Asker, words: Words) -> AsyncLibrarian:
        def check() -> None:
            if not self._policy().allows(name, asker.place):
                raise RefusedError(words.desk.unknown_base)

        return AsyncLibrarian(
            AttendedLibrarian(self._librarians.of(name), check, str(asker.user_id)),
            self._executor,
            timeout_seconds=self._settings.answer_timeout_seconds,
            readers=self._readers,
        )

    def _policy(self) -> Policy:
        return self._community.grants.policy(
            self._librarians.default, is_strict=self._settings.strict_access
        )


def asker_of(interaction: Interaction) -> Asker:
    """Return who is behind an interaction.

    In a server that the bot was not invited to, where somebody uses a bot of their own
    account, the place counts as private to them: no server's grants and settings apply.
    """
    channel = interaction.channel
    # By who let the bot in: its user's account alone, and not the server (owners may be unnamed).
    is_guest = interaction.is_user_integration() and not interaction.is_guild_integration()
    return Asker(
        user_id=interaction.user.id,
        place=Place(
            guild_id=None if is_guest else interaction.guild_id,
            channel_id=interaction.channel_id,
            parent_id=channel.parent_id if isinstance(channel, discord.Thread) else None,
        ),
        locale=interaction.locale.value,
        guild_locale=interaction.guild_locale.value if interaction.guild_locale else None,
    )


def author_of(message: discord.Message) -> Asker:
    """Return who wrote a message; Discord tells no locale of theirs."""
    channel, guild = message.channel, message.guild
    locale = guild.preferred_locale.value if guild is not None else None
    return Asker(
        user_id=message.author.id,
        place=Place(
            guild_id=guild.id if guild is not None else None,
            channel_id=channel.id,
            parent_id=channel.parent_id if isinstance(channel, discord.Thread) else None,
        ),
        locale=locale,
        guild_locale=locale,
    )


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
