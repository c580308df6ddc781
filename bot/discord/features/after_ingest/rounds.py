"""What follows an ingest: announcements, answers to questions that waited, marks on old ones.

Whoever did the ingest, this bot or a command beside it, is found out by looking: each
knowledge base says when it last changed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.community.news_told import Told
from bot.librarian import Librarians
from retrieval.errors import FootnoteError

LOOK_SECONDS: Final = 15.0
"""How often is looked; what has changed must stand still for as long before it is told."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """A knowledge base that has changed."""

    knowledge_base: str
    since: datetime
    """The last state that was told; what came later is new."""
    at: datetime
    """The state that is told now."""


Consequence = Callable[[Change], Awaitable[None]]


class AfterIngest:
    """Looks for changes and lets the consequences follow, one after another.

    Args:
        librarians: The knowledge bases.
        told: What was told before.
        consequences: Each hears of every change once, also of one that it failed at: what
            cannot be told is logged, and stands in nobody's way.
        look_seconds: Between two looks.
        clock: Aware times.
    """

    def __init__(
        self,
        librarians: Librarians,
        told: Told,
        consequences: Sequence[Consequence],
        *,
        look_seconds: float = LOOK_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._librarians = librarians
        self._told = told
        self._consequences = consequences
        self._look_seconds = look_seconds
        self._clock = clock
        self._seen: dict[str, datetime] = {}
        self._has_looked = False

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except FootnoteError as error:
                _log.warning("cannot look for what is new: %s", error)
            except Exception:  # noqa: BLE001 - whatever it is, the next look comes
                _log.exception("cannot look for what is new")
            await asyncio.sleep(self._look_seconds)

    async def look(self) -> None:
        """Look once; tell of what has changed and has not changed again since the last look."""
        if not self._has_looked:
            await asyncio.to_thread(self._begin)
            self._has_looked = True
        for name in await asyncio.to_thread(self._librarians.names):
            change = await asyncio.to_thread(self._change, name)
            if change is not None:
                await self._follow(change)

    def _begin(self) -> None:
        """Nothing is news to people who have just met the bot; what comes from now on is."""
        for name in self._librarians.names():
            if self._told.until(name) is None:
                at = self._librarians.of(name).updated_at()
                self._told.set(name, at or self._clock())

    def _change(self, name: str) -> Change | None:
        at = self._librarians.of(name).updated_at()
        if at is None:
            return None
        stands_still = self._seen.get(name) == at
        self._seen[name] = at
        if not stands_still:  # an ingest may be under way
            return None
        since = self._told.until(name)
        if since is None:  # a knowledge base that came later is no news as a whole
            self._told.set(name, at)
            return None
        return Change(name, since, at) if at > since else None

    async def _follow(self, change: Change) -> None:
        # First, so that a consequence that brings the bot down is not met again at each start.
        await asyncio.to_thread(self._told.set, change.knowledge_base, change.at)
        # News are what came after the state that was told, to the microsecond.
        later = Change(change.knowledge_base, change.since + timedelta(microseconds=1), change.at)
        for consequence in self._consequences:
            try:
                await consequence(later)
            except FootnoteError as error:
                _log.warning("after an ingest: %s", error)
            except Exception:  # noqa: BLE001 - the others must follow all the same
                _log.exception("after an ingest")
