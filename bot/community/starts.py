"""What earlier starts of the bot left behind: whether one was, and with which accounts."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from bot.community.database import CommunityDatabase


class FirstStart(StrEnum):
    """Whether the one server that the bot is in may still be granted by itself."""

    NEW = "new"
    """The file was made, and no bot has looked at it yet."""
    UPGRADED = "upgraded"
    """Its bot ran under an older Footnote, which showed the default knowledge base everywhere."""
    AHEAD = "ahead"
    """The bot has not met its servers yet."""
    OVER = "over"


_FIRST_START: Final = "first_start"
_APPLICATION: Final = "application_id"
_OWN_IDS: Final = "own_ids"


class Starts:
    """A few facts, in the database.

    Raises:
        StorageError: from any method, if the database cannot be read or written.
    """

    def __init__(self, database: CommunityDatabase) -> None:
        self._database = database

    @property
    def first_start(self) -> FirstStart:
        """How far the first start has come; over where that is not known."""
        value = self._read(_FIRST_START)
        known = {state.value: state for state in FirstStart}
        return known.get(value or "", FirstStart.OVER)

    @first_start.setter
    def first_start(self, value: FirstStart) -> None:
        self._write(_FIRST_START, value.value)

    @property
    def application_id(self) -> int | None:
        """The account of the last start."""
        value = self._read(_APPLICATION)
        return int(value) if value is not None and value.isdecimal() else None

    @application_id.setter
    def application_id(self, value: int) -> None:
        self._write(_APPLICATION, str(value))

    @property
    def own_ids(self) -> frozenset[str]:
        """The ids under which the bot has written, in all its starts."""
        return frozenset((self._read(_OWN_IDS) or "").split())

    def add_own_ids(self, *ids: int | None) -> None:
        """Remember ids under which the bot writes now."""
        known = self.own_ids
        wanted = known.union(str(id_) for id_ in ids if id_)
        if wanted != known:
            self._write(_OWN_IDS, " ".join(sorted(wanted)))

    def _read(self, name: str) -> str | None:
        with self._database.transaction() as connection:
            row = connection.execute("SELECT value FROM starts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _write(self, name: str, value: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO starts VALUES (?, ?)", (name, value))
