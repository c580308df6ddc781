"""Refusals of what was asked by a message: everybody reads them, so they are few and short."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Hashable
from typing import Final

import discord

from bot.access.limits import Limit
from bot.discord.admission.askers import Asker
from bot.discord.cards.responses import reply_with_text
from bot.discord.errors import ClosedError, RefusedError, TooManyError

WAIT: Final = "⏳"
_A_MINUTE: Final = 60.0
_A_DAY: Final = 86_400.0
_MOST_KEPT: Final = 10_000
_log = logging.getLogger(__name__)


class Notices:
    """Tells people why they get no answer, and does not say it again and again.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next: dict[Hashable, float] = {}

    async def refuse(self, message: discord.Message, asker: Asker, error: RefusedError) -> None:
        """Say why a message is not answered, unless that was said already.

        Raises:
            discord.HTTPException: where nothing can be said.
        """
        if isinstance(error, ClosedError) and error.is_of_server:
            # One sentence for whoever can do something about it, and nothing for anybody else.
            if asker.may_manage and self._is_due(("server", asker.place.guild_id), _A_DAY):
                await reply_with_text(message, str(error))
        elif self._is_due((type(error), asker.user_id, _where(asker, error)), _A_MINUTE):
            is_pace = isinstance(error, TooManyError) and error.limit is Limit.PACE
            if not (is_pace and await _react(message)):
                await reply_with_text(message, str(error))

    def _is_due(self, key: Hashable, pause_seconds: float) -> bool:
        now = self._clock()
        if now < self._next.get(key, now):
            return False
        if len(self._next) >= _MOST_KEPT:
            self._next = {key: at for key, at in self._next.items() if at > now}
        self._next[key] = now + pause_seconds
        return True


def _where(asker: Asker, error: RefusedError) -> int | None:
    """Return the channel that an error is about; a limit is about the person."""
    return None if isinstance(error, TooManyError) else asker.place.channel_id


async def _react(message: discord.Message) -> bool:
    """Put a sign at a message; False where the bot may not."""
    with contextlib.suppress(discord.Forbidden):
        await message.add_reaction(WAIT)
        return True
    return False
