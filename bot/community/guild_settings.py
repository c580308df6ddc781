"""How the administrators of a server want the bot to behave there."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from bot.access.rules import Place
from bot.community.database import CommunityDatabase


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """One server's settings; the defaults are what a server has that never set any."""

    answer_channels: tuple[int, ...] = ()
    """Channels where questions are answered, threads in them included; empty: all."""
    answers_mentions: bool = True
    is_private: bool = False
    """Whether answers to ``/ask`` are shown to the asker only, unless the asker says."""
    knowledge_base: str | None = None
    """None: the bot's default."""
    channel_knowledge_bases: tuple[tuple[int, str], ...] = ()
    """Channels that are answered from another one, as pairs of channel and knowledge base."""
    language: str | None = None
    """Of what everybody sees, such as ``de``; None: the server's own locale."""
    reingest_roles: tuple[int, ...] = ()
    """Roles whose members may re-ingest, beside administrators."""
    staff_roles: tuple[int, ...] = ()
    is_quiet_after_staff: bool = False
    """Whether a thread in which staff has replied is left to them."""
    feedback_channel: int | None = None
    announcement_channel: int | None = None
    asking_channels: tuple[int, ...] = ()
    """Forums and channels where every post is a question, though nobody is addressed."""
    drafts_only: bool = False
    """Whether staff see such answers first, and nobody else."""
    staff_channel: int | None = None
    """Where staff hear of questions that were not answered."""
    remembers_questions: bool = False
    """Whether unanswered questions may be kept: the server's consent."""

    def knowledge_bases_for(self, place: Place) -> tuple[str, ...]:
        """Return what is to be asked in ``place``, the most particular first."""
        here = [name for channel, name in self.channel_knowledge_bases if place.is_in([channel])]
        return (*here, self.knowledge_base) if self.knowledge_base is not None else tuple(here)

    def answers_in(self, place: Place) -> bool:
        """Tell whether questions are answered in ``place``."""
        channels = self.answer_channels
        return not channels or place.is_in((*channels, *self.asking_channels))


DEFAULT: Final = GuildSettings()
_NAMES: Final = tuple(field.name for field in fields(GuildSettings))
_ADAPTER: Final = TypeAdapter(GuildSettings)


class GuildSettingsBook:
    """The settings of all servers, in the database and once read in memory; only the bot writes.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    name: Final = "guild_settings"

    def __init__(self, database: CommunityDatabase) -> None:
        self._database = database
        self._known: dict[int, GuildSettings] = {}

    def of(self, guild_id: int | None) -> GuildSettings:
        """Return a server's settings, the defaults for None and for a server without any."""
        if guild_id is None:
            return DEFAULT
        if guild_id not in self._known:
            self._known[guild_id] = self._read(guild_id)
        return self._known[guild_id]

    def save(self, guild_id: int, settings: GuildSettings) -> None:
        """Put ``settings`` in the place of what the server had."""
        changed = [
            (guild_id, name, json.dumps(getattr(settings, name)))
            for name in _NAMES
            if getattr(settings, name) != getattr(DEFAULT, name)
        ]
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM guild_settings WHERE guild_id = ?", (guild_id,))
            connection.executemany("INSERT INTO guild_settings VALUES (?, ?, ?)", changed)
        self._known[guild_id] = settings

    def forget_guild(self, guild_id: int) -> int:
        """Delete a server's settings; return how many it had set."""
        gone = self._database.delete("guild_settings", "guild_id = ?", guild_id)
        self._known.pop(guild_id, None)
        return gone

    def forget_person(self, user_id: int) -> int:  # noqa: ARG002 - as every memory has it
        """Settings say nothing about persons."""
        return 0

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that something is kept of."""
        return self._database.guild_ids("guild_settings")

    def purge(self, before: datetime) -> int:  # noqa: ARG002 - as every memory has it
        """Settings last as long as the bot is in the server."""
        return 0

    def _read(self, guild_id: int) -> GuildSettings:
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT name, value FROM guild_settings WHERE guild_id = ?", (guild_id,)
            ).fetchall()
        return _settings({name: value for name, value in rows if name in _NAMES})


def _settings(values: dict[str, str]) -> GuildSettings:
    """Return what can be understood of stored values: one that cannot must not stop a server."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        try:
            found[name] = getattr(_ADAPTER.validate_python({name: json.loads(value)}), name)
        except (ValidationError, ValueError):
            continue  # written by another version, or by hand
    return GuildSettings(**found)
