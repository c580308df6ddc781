"""The account of what models have cost, by day, kept in the data folder.

Every process of one data folder shares it: a call is booked with the most that it may cost
before it is made, and with what it did cost afterwards, so that neither several calls at once
nor a crash overruns a budget.  Who asked is kept for the running day alone,
as a hash whose salt is of that day as well.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from retrieval.errors import StorageError
from retrieval.language_model.limits.budget import DailyBudget, Spent
from retrieval.records import Usage

FILE: Final = "spending.sqlite3"
_WAIT_SECONDS: Final = 5.0
_SCHEMA: Final = """
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS days (
    day TEXT PRIMARY KEY, calls INTEGER NOT NULL, input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL, usd REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS askers (
    day TEXT NOT NULL, asker BLOB NOT NULL, answers INTEGER NOT NULL, PRIMARY KEY (day, asker)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS salts (day TEXT PRIMARY KEY, salt BLOB NOT NULL) WITHOUT ROWID;
"""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Spending:
    """Books calls; any thread and any process may."""

    def __init__(self, path: Path, now: Callable[[], datetime] = _utc_now) -> None:
        """Keep the account in ``path``; a day begins when ``now``, in UTC, says so."""
        self._path = path
        self._now = now

    def book(self, planned: Usage, limits: DailyBudget, asker: str | None) -> Booking | str:
        """Book a call with the most that it may cost, or return why it must not be made.

        Raises:
            StorageError: if the account cannot be kept; then no call should be made.
        """
        day = self._today()
        with self._transaction() as connection:
            connection.execute("DELETE FROM askers WHERE day <> ?", (day,))
            connection.execute("DELETE FROM salts WHERE day <> ?", (day,))
            spent = _spent(connection, day, asker)
            if reason := limits.refusal(spent, planned, asker):
                return reason
            _add(connection, day, planned)
            if asker is not None:
                connection.execute(
                    "INSERT INTO askers VALUES (?, ?, 1)"
                    " ON CONFLICT DO UPDATE SET answers = answers + 1",
                    (day, _hashed(connection, day, asker)),
                )
        return Booking(self, day, planned, asker)

    def today(self, asker: str | None = None) -> Spent:
        """Return what today has cost so far."""
        with self._transaction() as connection:
            return _spent(connection, self._today(), asker)

    def correct(self, booking: Booking, actual: Usage) -> None:
        """Replace what was booked by what it was; an answer that cost nothing counts not."""
        planned = booking.planned
        difference = Usage(
            calls=actual.calls - planned.calls,
            input_tokens=actual.input_tokens - planned.input_tokens,
            output_tokens=actual.output_tokens - planned.output_tokens,
            cost_usd=(actual.cost_usd or 0.0) - (planned.cost_usd or 0.0),
        )
        with self._transaction() as connection:
            _add(connection, booking.day, difference)
            if booking.asker is not None and not actual.calls:
                connection.execute(
                    "UPDATE askers SET answers = answers - 1 WHERE day = ? AND asker = ?",
                    (booking.day, _hashed(connection, booking.day, booking.asker)),
                )

    def _today(self) -> str:
        return self._now().astimezone(UTC).date().isoformat()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(
                sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)
            ) as connection:
                connection.executescript(_SCHEMA)
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise StorageError(
                f"The account of model calls in {self._path} cannot be kept ({error}). "
                "See that the folder can be written to; the file may be deleted."
            ) from error


class Booking:
    """A call that is booked."""

    def __init__(self, spending: Spending, day: str, planned: Usage, asker: str | None) -> None:
        self._spending = spending
        self.day = day
        self.planned = planned
        self.asker = asker

    def settle(self, actual: Usage) -> None:
        """Book what the call did cost, in the place of what it might have."""
        self._spending.correct(self, actual)


def _spent(connection: sqlite3.Connection, day: str, asker: str | None) -> Spent:
    row = connection.execute(
        "SELECT input_tokens + output_tokens, usd FROM days WHERE day = ?", (day,)
    ).fetchone()
    tokens, usd = row or (0, 0.0)
    who = None if asker is None else _hashed(connection, day, asker)
    asked = connection.execute(
        "SELECT answers FROM askers WHERE day = ? AND asker = ?", (day, who)
    ).fetchone()
    return Spent(int(tokens), float(usd), int(asked[0]) if asked else 0)


def _hashed(connection: sqlite3.Connection, day: str, asker: str) -> bytes:
    connection.execute("INSERT OR IGNORE INTO salts VALUES (?, ?)", (day, secrets.token_bytes(16)))
    salt = connection.execute("SELECT salt FROM salts WHERE day = ?", (day,)).fetchone()[0]
    return hashlib.blake2b(asker.encode(), key=salt, digest_size=16).digest()


def _add(connection: sqlite3.Connection, day: str, usage: Usage) -> None:
    connection.execute(
        "INSERT INTO days VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " calls = calls + excluded.calls, input_tokens = input_tokens + excluded.input_tokens,"
        " output_tokens = output_tokens + excluded.output_tokens, usd = usd + excluded.usd",
        (day, usage.calls, usage.input_tokens, usage.output_tokens, usage.cost_usd or 0.0),
    )
