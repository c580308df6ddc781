"""The bot's own earlier answers, marked or emptied when what they cite was edited or removed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Any, Final

import aiohttp
import discord
from discord import ui

from bot.community.answers_shown import AnswersShown, ShownAnswer, TakenBack
from bot.discord.cards.cards import MESSAGE_LIMIT
from bot.discord.cards.markdown import length
from bot.discord.features.after_ingest.rounds import Change
from bot.discord.words import words_for
from bot.librarian import Librarian, Librarians

MOST_AT_ONCE: Final = 200
"""Messages that are marked after one ingest, the newest first; the others after the next."""
_LOOK_UP: Final = 5_000
"""Passages that are asked for at once."""
_TOO_MANY_EDITS: Final = 30046
"""Discord limits how often messages of more than an hour ago may be edited."""
_SILENT: Final = discord.AllowedMentions.none()
"""Said with each edit: discord.py leaves the client's own out of edits of messages."""
_log = logging.getLogger(__name__)
Edit = Callable[[discord.Message], Awaitable[None]]


class MarkingStale:
    """A consequence of an ingest: each answer whose sources changed says so, once.

    One that quoted somebody who is forgotten gives way to a line that says that it is gone.
    """

    def __init__(
        self, client: discord.Client, librarians: Librarians, answers: AnswersShown
    ) -> None:
        self._client = client
        self._librarians = librarians
        self._answers = answers

    async def __call__(self, change: Change) -> None:
        """Find the messages that quote what is gone, and empty or mark them."""
        kb = change.knowledge_base
        for gone in await asyncio.to_thread(self._answers.taken_back, kb, MOST_AT_ONCE):
            told = words_for(gone.language).lately.taken_back
            if not await self._edited(gone, partial(_replace, told)):
                return
        when = change.at.date().isoformat()
        for shown in await asyncio.to_thread(self._stale, kb):
            note = words_for(shown.language).lately.stale.format(when=when)
            if not await self._edited(shown, partial(_prepend, note)):
                return

    def _stale(self, knowledge_base: str) -> tuple[ShownAnswer, ...]:
        shown = self._answers.shown_passages(knowledge_base)
        gone = _missing(self._librarians.of(knowledge_base), shown)
        return self._answers.quoting(knowledge_base, gone, MOST_AT_ONCE) if gone else ()

    async def _edited(self, shown: ShownAnswer | TakenBack, edit: Edit) -> bool:
        """Edit a message, once; False where that may work another time."""
        # Before the edit, so that nothing is said twice whatever happens in between.
        await asyncio.to_thread(self._answers.mark_stale, shown.id)
        is_done = await self._tried(shown, edit)
        if not is_done:
            await asyncio.to_thread(self._answers.mark_stale, shown.id, is_stale=False)
        return is_done

    async def _tried(self, shown: ShownAnswer | TakenBack, edit: Edit) -> bool:
        assert shown.message_id is not None  # noqa: S101 - only posted ones are looked for
        channel = self._client.get_partial_messageable(shown.channel_id)
        try:
            message = await channel.fetch_message(shown.message_id)
            await edit(message)
        except (discord.DiscordServerError, discord.RateLimited, aiohttp.ClientError) as error:
            _log.warning("could not mark an answer now: %s", error)
            return False
        except discord.HTTPException as error:
            if error.code == _TOO_MANY_EDITS:
                _log.info("the other answers are marked after the next ingest: %s", error)
                return False
            _log.info("an answer is out of date and cannot be marked: %s", error)
        return True


async def _replace(line: str, message: discord.Message) -> None:
    """Put a line in the place of all that a message shows."""
    if not message.flags.components_v2:
        await message.edit(content=line, embeds=[], view=None, allowed_mentions=_SILENT)
        return
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(line))
    view.stop()
    await message.edit(view=view, allowed_mentions=_SILENT)


async def _prepend(note: str, message: discord.Message) -> None:
    """Put a line above what a message shows, and leave everything else as it is."""
    if not message.flags.components_v2:
        longer = f"{note}\n{message.content}"
        if length(longer) <= MESSAGE_LIMIT:
            await message.edit(content=longer, allowed_mentions=_SILENT)
        return
    view = ui.LayoutView.from_message(message, timeout=None)
    items = list(view.children)
    view.clear_items()
    line: ui.TextDisplay[Any] = ui.TextDisplay(note)
    for item in (line, *items):
        view.add_item(item)
    view.stop()  # its buttons are told apart by their custom ids alone
    await message.edit(view=view, allowed_mentions=_SILENT)


def _missing(librarian: Librarian, passage_ids: Collection[str]) -> set[str]:
    ids, gone = list(passage_ids), set[str]()
    for start in range(0, len(ids), _LOOK_UP):
        gone |= librarian.missing(ids[start : start + _LOOK_UP])
    return gone
