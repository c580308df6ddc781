"""What earlier starts of the bot left behind: whether one was, and with which account."""

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


class Starts:
    """Two facts, in the database.

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

    def _read(self, name: str) -> str | None:
        with self._database.transaction() as connection:
            row = connection.execute("SELECT value FROM starts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _write(self, name: str, value: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO starts VALUES (?, ?)", (name, value))
