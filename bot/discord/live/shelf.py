"""The journals of all channels that are read, those in use kept open."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from bot.discord.live.wire import Readable, header_of
from ingest.journal.files import FOLDER, Journal, journal_path, journal_paths
from retrieval.text.wording import content_id

_OPEN: Final = 200
"""Journals whose marks are kept in memory: some 100 bytes a message."""
_KIND: Final = "discord-chat-exporter"
"""The kind whose threads journals share, and so their ids."""


class Shelf:
    """Opens journals, and knows what was deleted.

    Args:
        corpus: The corpus folder.

    Raises:
        StorageError: from any method, if a file cannot be read or written.
    """

    def __init__(self, corpus: Path) -> None:
        self._corpus = corpus
        self._open: OrderedDict[Path, Journal] = OrderedDict()
        self._gone: set[str] = set()
        self._gone_now = frozenset[str]()

    def of(self, channel: Readable) -> Journal:
        """Return a channel's or thread's journal."""
        return self._journal(journal_path(self._corpus, header_of(channel)))

    def in_room(self, guild_id: int, channel_id: int) -> Iterator[Journal]:
        """Yield the journals of a channel and of its threads."""
        for path in journal_paths(self._corpus, guild_id, channel_id):
            yield self._journal(path)

    def all(self) -> Iterator[Journal]:
        """Yield every journal that there is."""
        for guild_id in self.guilds():
            for channel_id in self.rooms(guild_id):
                yield from self.in_room(guild_id, channel_id)

    def rooms(self, guild_id: int) -> list[int]:
        """Return the channels of a server that there are journals of."""
        folder = self._corpus / FOLDER / str(guild_id)
        return sorted(int(one.name) for one in folder.glob("[0-9]*") if one.name.isdecimal())

    def guilds(self) -> list[int]:
        """Return the servers that there are journals of."""
        folder = self._corpus / FOLDER
        return sorted(int(one.name) for one in folder.glob("[0-9]*") if one.name.isdecimal())

    def recall(self) -> None:
        """Learn from all journals what was deleted, also while no ingest took note."""
        for journal in self.all():
            self.lost(int(journal.path.stem), journal.deleted)

    def lost(self, thread_id: int, message_ids: Iterable[int]) -> None:
        """Take note that messages were deleted: they are shown no more, from now on."""
        thread = content_id(_KIND, str(thread_id))
        self._gone.update(content_id(thread, str(id_)) for id_ in message_ids)
        self._gone_now = frozenset(self._gone)

    @property
    def gone(self) -> frozenset[str]:
        """The ids of posts that were deleted."""
        return self._gone_now

    def remove(self, guild_id: int, channel_id: int, thread_id: int | None = None) -> int:
        """Remove the journals of a channel, or of one thread in it; return how many."""
        found = [
            journal
            for journal in self.in_room(guild_id, channel_id)
            if thread_id is None or journal.path.stem == str(thread_id)
        ]
        for journal in found:
            self.lost(int(journal.path.stem), journal.marks)
            journal.remove()
            self._open.pop(journal.path, None)
        return len(found)

    def _journal(self, path: Path) -> Journal:
        journal = self._open.get(path)
        if journal is None:
            journal = self._open[path] = Journal(path)
        self._open.move_to_end(path)
        while len(self._open) > _OPEN:
            self._open.popitem(last=False)
        return journal
