"""Journals on disk: appended in one piece, mended after a crash, compacted in place of the old."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ingest.journal.lines import (
    Fields,
    Header,
    State,
    add_up,
    compacted,
    decoded,
    deleted_line,
    edited_at,
    encoded,
    header_line,
    message_line,
    read_line,
    whole,
)
from retrieval.errors import StorageError

FOLDER: Final = "discord"
"""Where journals are in the corpus folder."""
_WASTE: Final = 500
"""So many lines that say nothing any more are let stand, and as many as do say something."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is remembered of a message, to tell whether it was changed."""

    edited_at: str
    sum: int

    @classmethod
    def of(cls, message: Fields) -> Mark:
        """Return the mark of a message as it is."""
        return cls(edited_at(message), zlib.crc32(encoded([message])))


class Journal:
    """One channel's or thread's journal, with one writer at a time.

    Every call that changes something is one write: a process that is killed between two of
    them, or in the middle of one, leaves a journal that says what it said before.  Of messages
    only marks are kept in memory.

    Args:
        path: The file; it and its folder are made with the first line.

    Raises:
        StorageError: from any method, if the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        data = self._bytes()
        kept = whole(data)
        if len(kept) < len(data):
            self._write(lambda: os.truncate(path, len(kept)))
        self._remember(add_up(decoded(kept)))

    def _remember(self, state: State) -> None:
        self.marks = {id_: Mark.of(message) for id_, message in state.messages.items()}
        self._rest = replace(state, messages={})

    @property
    def header(self) -> Header | None:
        """Of what this is a journal, if it was said."""
        return self._rest.header

    @property
    def deleted(self) -> Set[int]:
        """The messages that are out for good."""
        return self._rest.deleted

    @property
    def down_to(self) -> int | None:
        """The history was read from the newest message down to this one."""
        return self._rest.down_to

    @property
    def is_whole(self) -> bool:
        """Whether the history was read to its beginning."""
        return self._rest.is_whole

    def messages(self) -> Mapping[int, Fields]:
        """Return the messages by id, from the file."""
        return add_up(decoded(self._bytes())).messages

    def describe(self, header: Header) -> bool:
        """Say of what this is a journal; nothing is written where it says so already."""
        if self.header == header:
            return False
        return self._append([header_line(header)])

    def add(
        self,
        messages: Iterable[Fields],
        *,
        down_to: int | None = None,
        is_whole: bool | None = None,
        gone: Iterable[int] = (),
    ) -> bool:
        """Add messages that are not known as they are, with how far back was read.

        ``gone`` are known messages that were deleted meanwhile.
        """
        fresh = {int(message["id"]): message for message in messages}
        lines = [message_line(fresh[id_]) for id_ in sorted(fresh) if self._is_new(fresh[id_])]
        deleted = [id_ for id_ in gone if id_ in self.marks]
        if deleted:
            lines.append(deleted_line(deleted))
        if is_whole is not None and (down_to, is_whole) != (self.down_to, self.is_whole):
            lines.append(read_line(down_to, is_whole=is_whole))
        return self._append(lines)

    def delete(self, ids: Iterable[int]) -> bool:
        """Take messages out, and leave them out should they still come."""
        fresh = [id_ for id_ in ids if id_ not in self.deleted]
        return self._append([deleted_line(fresh)] if fresh else [])

    def drop(self, does_go: Callable[[Fields], bool]) -> int:
        """Take out every message that fulfils a condition, words and all; return how many."""
        gone = [id_ for id_, message in self.messages().items() if does_go(message)]
        if self.delete(gone):
            self.compact()
        return len(gone)

    def compact_if_worn(self) -> bool:
        """Write the file anew where about half of it says nothing any more."""
        if self._rest.lines - len(self.marks) <= max(_WASTE, len(self.marks)):
            return False
        self.compact()
        return True

    def compact(self) -> None:
        """Write the file anew, with nothing in it that was edited away or deleted."""
        state = add_up(decoded(self._bytes()))
        lines = compacted(state)
        # Hidden, so that no ingest takes it for a journal.
        beside = self.path.with_name(f".{self.path.name}.new")

        def replace_file() -> None:
            with beside.open("wb") as stream:
                stream.write(encoded(lines))
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(self.path)

        self._write(replace_file)
        self._remember(add_up(lines))

    def remove(self) -> None:
        """Remove the file, and its folders where nothing else is left in them."""
        self._write(lambda: self.path.unlink(missing_ok=True))
        self._remember(State())
        for folder in self.path.parents[:2]:
            try:
                folder.rmdir()
            except OSError:
                return

    def _is_new(self, message: Fields) -> bool:
        id_, mark = int(message["id"]), Mark.of(message)
        known = self.marks.get(id_)
        if id_ in self.deleted or known == mark:
            return False
        return known is None or mark.edited_at >= known.edited_at

    def _append(self, lines: Sequence[Fields]) -> bool:
        if not lines:
            return False
        data = encoded(lines)

        def append() -> None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Without a buffer: one call to the system, and nothing is left behind.
            with self.path.open("ab", buffering=0) as stream:
                written = stream.write(data)
                while written < len(data):
                    written += stream.write(data[written:])

        self._write(append)
        # From what was written, so that it is the same after a restart.
        for line in decoded(data):
            self._rest.take(line)
            if "message" in line:
                self.marks[int(line["message"]["id"])] = Mark.of(line["message"])
        self._rest.messages.clear()
        for id_ in self.deleted & self.marks.keys():
            del self.marks[id_]
        return True

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise _refused(self.path, error) from error

    def _write(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as error:
            raise _refused(self.path, error) from error


def journal_path(corpus: Path, header: Header) -> Path:
    """Return where the journal of a channel or thread is: with those of the same channel."""
    channel = header.parent_id or header.channel_id
    return corpus / FOLDER / header.guild_id / channel / f"{header.channel_id}.jsonl"


def journal_paths(corpus: Path, guild_id: int, channel_id: int) -> Iterator[Path]:
    """Yield the journals that there are of a channel and its threads."""
    yield from sorted((corpus / FOLDER / str(guild_id) / str(channel_id)).glob("[0-9]*.jsonl"))


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be read or written ({error}). Check the disk and its permissions; what "
        "Discord has is read again at the next start."
    )
