"""What the bot keeps of servers and people, put together on one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.community.access import GrantBook
from bot.community.database import CommunityDatabase
from bot.community.guild_settings import GuildSettingsBook
from bot.community.memories import Memories
from bot.community.told import Told
from bot.community.unanswered import UnansweredQuestions

COMMUNITY: Final = "community.sqlite3"
"""The file's name in the data folder."""


@dataclass(frozen=True, slots=True)
class Community:
    """Opened once, by whoever runs the bot."""

    database: CommunityDatabase
    """For further memories: each registers in ``memories``."""
    grants: GrantBook
    guilds: GuildSettingsBook
    unanswered: UnansweredQuestions
    told: Told
    memories: Memories

    @classmethod
    def on(cls, database: CommunityDatabase) -> Community:
        """Return the books on an open database."""
        guilds = GuildSettingsBook(database)
        unanswered = UnansweredQuestions(database)
        return cls(
            database=database,
            grants=GrantBook(database),
            guilds=guilds,
            unanswered=unanswered,
            told=Told(database),
            memories=Memories([guilds, unanswered]),
        )


@contextmanager
def open_community(data_dir: Path) -> Iterator[Community]:
    """Yield what is kept in a data folder.

    Raises:
        StorageError: if it cannot be opened.
    """
    database = CommunityDatabase(data_dir / COMMUNITY)
    try:
        yield Community.on(database)
    finally:
        database.close()
