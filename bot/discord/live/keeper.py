"""Keeps the journals of the learnt channels true to Discord: history, events, deletions."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
import discord

from bot.community.learnt import LearntBook, LearntChannel
from bot.discord.live.history import History
from bot.discord.live.shelf import Shelf
from bot.discord.live.wire import Readable, author_id, fields_of, header_of
from bot.discord.words import words_for
from bot.librarian import AsyncForgettingPeople
from ingest.journal.lines import Fields
from retrieval.errors import FootnoteError

AT_ONCE: Final = 4
"""Channels that are read at the same time; Discord's limits are discord.py's to keep."""
AGAIN_SECONDS: Final = (5.0, 30.0, 120.0, 600.0)
"""After a failure of Discord's a channel is tried again so soon; the last for ever."""
_READABLE: Final = (discord.TextChannel, discord.VoiceChannel, discord.StageChannel)
_WITH_THREADS: Final = (discord.TextChannel, discord.ForumChannel)
_FAILURES: Final = (discord.HTTPException, aiohttp.ClientError, TimeoutError)
_log = logging.getLogger(__name__)

OptedOut = Callable[[Collection[str]], frozenset[str]]
"""Returns those of some author ids whose words are not to be read."""


@dataclass(frozen=True, slots=True)
class LiveParts:
    """What reading channels takes beside Discord."""

    corpus: Path
    opted_out: OptedOut


class Keeper:
    """Reads the learnt channels.

    Args:
        client: Knows the servers and their channels.
        book: Which channels are learnt.
        shelf: Their journals.
        opted_out: Whose words are not to be read.
        clock: Aware times.
        again_seconds: Until a channel is tried again at which Discord failed.
    """

    def __init__(
        self,
        client: discord.Client,
        book: LearntBook,
        shelf: Shelf,
        opted_out: OptedOut,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        again_seconds: Sequence[float] = AGAIN_SECONDS,
    ) -> None:
        self._client = client
        self._book = book
        self.shelf = shelf
        self._opted_out = opted_out
        self.clock = clock
        self._again_seconds = again_seconds
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._agreed: dict[tuple[int, int], bool] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._learnt: dict[int, LearntChannel] = {}

    # Beginning and ending

    def follow(self) -> None:
        """Begin to read what is learnt and not read yet, and leave off what is not any more."""
        before, self._learnt = self._learnt, {one.channel_id: one for one in self._book.all()}
        for id_ in before.keys() - self._learnt.keys():
            self._leave(id_)
        wanted = {id_ for id_, one in self._learnt.items() if not one.is_paused}
        for id_ in [id_ for id_ in self._tasks if id_ not in wanted]:
            self._tasks.pop(id_).cancel()
        for id_ in wanted - self._tasks.keys():
            self._tasks[id_] = asyncio.create_task(self._read(id_), name=f"read {id_}")

    async def close(self) -> None:
        """Leave off reading; what was read is written."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def is_reading(self, channel_id: int) -> bool:
        """Tell whether a channel's history is being read or compared just now."""
        task = self._tasks.get(channel_id)
        return task is not None and not task.done()

    def learnt(self, channel: object) -> LearntChannel | None:
        """Return how a channel or thread is learnt: by itself, its channel or its category."""
        if isinstance(channel, discord.Thread):
            if channel.is_private():
                return None
            return self._learnt.get(channel.parent_id) or self._of_category(channel.parent)
        return self._learnt.get(getattr(channel, "id", 0)) or self._of_category(channel)

    def _of_category(self, channel: object) -> LearntChannel | None:
        return self._learnt.get(getattr(channel, "category_id", None) or 0)

    # History

    async def _read(self, id_: int) -> None:
        """Read a learnt channel with its threads, or the channels of a category."""
        learnt = self._learnt[id_]
        await self._announce(learnt)
        for channel in self._channels(id_):
            await self._read_channel(channel, learnt)
        _log.info("channel %s was read", id_)

    async def _announce(self, learnt: LearntChannel) -> None:
        """Tell a channel's members once that it is read, before anything is."""
        if learnt.announced_at is not None:
            return
        for channel in self._channels(learnt.channel_id):
            if not isinstance(channel, _READABLE):
                continue  # in a forum every message is a post of its own
            words = words_for(None, channel.guild.preferred_locale.value)
            try:
                await channel.send(words.learn.told)
            except _FAILURES as error:
                _log.warning("channel %s is read and was not told so: %s", channel.id, error)
        self._learnt[learnt.channel_id] = self._book.announced(learnt)

    def _channels(self, id_: int) -> list[discord.abc.GuildChannel]:
        found = self._client.get_channel(id_)
        if isinstance(found, discord.CategoryChannel):
            # What is learnt by itself is read by itself.
            return [one for one in found.channels if one.id not in self._learnt]
        return [found] if isinstance(found, discord.abc.GuildChannel) else []

    async def _read_channel(self, channel: discord.abc.GuildChannel, learnt: LearntChannel) -> None:
        if isinstance(channel, _READABLE):
            await self._try(channel, learnt)
        if isinstance(channel, _WITH_THREADS):
            seen = await self._read_threads(channel, learnt)
            if seen is not None:
                self._forget_threads_but(channel, seen)

    async def _read_threads(
        self, channel: discord.TextChannel | discord.ForumChannel, learnt: LearntChannel
    ) -> set[int] | None:
        """Read a channel's threads; return their ids, None where Discord did not name all."""
        seen: set[int] = set()
        try:
            async for thread in _threads_of(channel):
                if not thread.is_private() and thread.id not in seen:
                    seen.add(thread.id)
                    await self._try(thread, learnt)
        except _FAILURES as error:
            _log.warning("the threads of channel %s cannot be listed: %s", channel.id, error)
            return None
        return seen

    def _forget_threads_but(self, channel: discord.abc.GuildChannel, seen: Collection[int]) -> None:
        """Remove the journals of threads that were deleted while nobody listened."""
        known = [int(one.path.stem) for one in self.shelf.in_room(channel.guild.id, channel.id)]
        for id_ in known:
            if id_ not in seen and id_ != channel.id and channel.guild.get_thread(id_) is None:
                self.shelf.remove(channel.guild.id, channel.id, id_)

    async def _try(self, channel: Readable, learnt: LearntChannel) -> None:
        """Read one channel or thread to its end, whatever Discord does in between."""
        pauses = self._again_seconds
        for pause in itertools.chain(pauses, itertools.repeat(pauses[-1])):
            try:
                async with self._slots:
                    await self._history(channel, learnt).read()
            except discord.NotFound:
                self._is_gone(channel)
            except discord.Forbidden as error:
                _log.warning("channel %s cannot be read: %s", channel.id, error)
            except FootnoteError as error:
                _log.warning("%s", error)
            except _FAILURES as error:
                _log.warning("channel %s is read on in %.0f s: %s", channel.id, pause, error)
                await asyncio.sleep(pause)
                continue
            return

    def _history(self, channel: Readable, learnt: LearntChannel) -> History:
        journal = self.shelf.of(channel)
        since = self._since(learnt)
        if journal.marks:
            outs = self._opted_out({author_id(one) for one in journal.messages().values()})
            journal.drop(lambda one: author_id(one) in outs or _is_before(one, since))

        async def kept(messages: Sequence[discord.Message]) -> Sequence[discord.Message]:
            return await self.kept(messages, learnt)

        return History(
            channel,
            journal,
            kept,
            since=since,
            on_gone=lambda ids: self.shelf.lost(channel.id, ids),
        )

    def _since(self, learnt: LearntChannel) -> datetime | None:
        if learnt.retention_days is None:
            return None
        return self.clock() - timedelta(days=learnt.retention_days)

    # Consent

    async def kept(
        self, messages: Sequence[discord.Message], learnt: LearntChannel
    ) -> list[discord.Message]:
        """Return those messages that may be read."""
        outs = self._opted_out({str(message.author.id) for message in messages})
        since = self._since(learnt)
        return [
            message
            for message in messages
            if message.author != self._client.user
            and str(message.author.id) not in outs
            and (since is None or message.created_at >= since)
            and await self._consents(message, learnt)
        ]

    async def _consents(self, message: discord.Message, learnt: LearntChannel) -> bool:
        """Tell whether somebody agreed to be read, where only those are read who did."""
        role = learnt.consent_role
        if role is None:
            return True
        author, guild = message.author, message.guild
        if isinstance(author, discord.Member):
            return any(one.id == role for one in author.roles)
        if guild is None or message.webhook_id is not None:
            return False
        key = (guild.id, author.id)
        if key not in self._agreed:
            try:
                member = await guild.fetch_member(author.id)
                self._agreed[key] = any(one.id == role for one in member.roles)
            except discord.NotFound:
                self._agreed[key] = False
        return self._agreed[key]

    # Events

    async def said(self, message: discord.Message) -> None:
        """Take a message that was written or edited just now."""
        learnt, channel = self.learnt(message.channel), message.channel
        if (
            learnt is None
            or learnt.is_paused
            or not isinstance(
                channel,
                discord.Thread | discord.TextChannel | discord.VoiceChannel | discord.StageChannel,
            )
        ):
            return
        journal = self.shelf.of(channel)
        if await self.kept([message], learnt):
            journal.describe(header_of(channel))
            journal.add([fields_of(message)])
            journal.compact_if_worn()
        elif message.id in journal.marks:
            self.deleted(channel, [message.id])

    def deleted(self, channel: Readable, message_ids: Collection[int]) -> bool:
        """Take messages out that were deleted; True if any of them was known.

        Also where nothing is read any more: what was read must go all the same.
        """
        journal = self.shelf.of(channel)
        known = [id_ for id_ in message_ids if id_ in journal.marks]
        if known or self.learnt(channel) is not None:
            journal.delete(message_ids)
            self.shelf.lost(channel.id, message_ids)
        return bool(known)

    def describe(self, channel: Readable) -> None:
        """Take note of a channel's or thread's new name or tags."""
        if self.learnt(channel) is not None:
            journal = self.shelf.of(channel)
            if journal.header is not None or journal.marks:
                journal.describe(header_of(channel))

    def thread_deleted(self, guild_id: int, parent_id: int, thread_id: int) -> bool:
        """Take a thread out that was deleted."""
        return bool(self.shelf.remove(guild_id, parent_id, thread_id))

    def channel_deleted(self, guild_id: int, channel_id: int) -> bool:
        """Take a channel out that was deleted, with its threads; it is learnt no more."""
        self._book.remove(channel_id)
        self.follow()
        return bool(self.shelf.remove(guild_id, channel_id))

    def guild_left(self, guild_id: int) -> None:
        """Take everything out of a server that removed the bot."""
        self._book.forget_guild(guild_id)
        self.follow()
        for channel_id in self.shelf.rooms(guild_id):
            self.shelf.remove(guild_id, channel_id)

    def forget_author(self, author: str) -> int:
        """Take out all that somebody wrote, words and all; return how many messages."""
        return sum(
            journal.drop(lambda one: author_id(one) == author) for journal in self.shelf.all()
        )

    def age(self) -> int:
        """Take out what is older than its channel keeps; return how many messages."""
        count = 0
        for learnt in self._learnt.values():
            since = self._since(learnt)
            for channel in self._channels(learnt.channel_id) if since is not None else ():
                for journal in self.shelf.in_room(channel.guild.id, channel.id):
                    count += journal.drop(partial(_is_before, since=since))
        return count

    def unlearn(self, channel: discord.abc.GuildChannel) -> int:
        """Read a channel no more, and remove what was read; return how many journals."""
        self._book.remove(channel.id)
        self.follow()
        return self._leave(channel.id)

    def _leave(self, channel_id: int) -> int:
        return sum(
            self.shelf.remove(one.guild.id, one.id)
            for one in self._channels(channel_id)
            if self.learnt(one) is None
        )

    def _is_gone(self, channel: Readable) -> None:
        if isinstance(channel, discord.Thread):
            self.thread_deleted(channel.guild.id, channel.parent_id, channel.id)
        else:
            self.channel_deleted(channel.guild.id, channel.id)


class ForgettingLive:
    """An ``AsyncForgettingPeople`` that takes people out of the journals, too."""

    def __init__(self, people: AsyncForgettingPeople, keeper: Keeper) -> None:
        self._people = people
        self._keeper = keeper

    async def forget(self, author_id: str) -> int:
        """As ``AsyncForgettingPeople.forget``; the words are gone from the journals at once."""
        try:
            return await self._people.forget(author_id)
        finally:
            self._keeper.forget_author(author_id)

    async def allow(self, author_id: str) -> bool:
        """As ``AsyncForgettingPeople.allow``."""
        return await self._people.allow(author_id)

    async def finish(self) -> None:
        """As ``AsyncForgettingPeople.finish``."""
        await self._people.finish()


async def _threads_of(
    channel: discord.TextChannel | discord.ForumChannel,
) -> AsyncIterator[discord.Thread]:
    """Yield the threads of a channel, those that are archived too."""
    for thread in list(channel.threads):
        yield thread
    async for thread in channel.archived_threads(limit=None):
        yield thread


def _is_before(message: Fields, since: datetime | None) -> bool:
    at = message.get("timestamp")
    return since is not None and at is not None and datetime.fromisoformat(str(at)) < since
