"""An ingest from beginning to end: scan → plan → read → embed → write → link → report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.contents import file_contents
from ingest.drafts import SourceFile
from ingest.linking import link_across_threads, link_after_crash
from ingest.passages import TokenEnds
from ingest.planning import Plan, plan
from ingest.readers import kinds_told, reader_for
from ingest.report import IngestReport, Progress, Refusal, Stage
from ingest.scanning import FoundFile, read_bytes, scan, sha256
from ingest.writing import BatchWriter
from retrieval.errors import FileRefusedError
from retrieval.index.contents import Counts, FileContents, FileStamp
from retrieval.index.copies import count_copies

if TYPE_CHECKING:
    from retrieval.index.catalogue import Catalogue
    from retrieval.index.store import PassageIndex, Written

READERS_VERSION: Final = "3"
"""Raised when files must be read again because they would be understood differently."""
_MANY_REMOVED: Final = 1_000
"""From so many removed passages their cached vectors are cleared away, which takes a look at
every text; those of fewer wait for ``footnote doctor``, and serve if a text comes back."""
_PASSAGES_AT_ONCE: Final = 5_000
"""Files are written together up to about so many passages: Chroma is fastest in large
batches, and memory stays flat."""
Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to ingest, and how."""

    knowledge_base: str
    paths: tuple[Path, ...]
    corpus_dir: Path
    encoding: str | None = None
    """How to read files that are not UTF-8; None: refuse them."""
    allow_empty: bool = False
    dry_run: bool = False
    ignored: tuple[Path, ...] = ()
    """Folders below ``paths`` that are none of the corpus, such as the data folder."""
    settled_seconds: float = 0.0
    """How long a file must have stayed the same to be read."""
    passages_at_once: int = _PASSAGES_AT_ONCE


@dataclass(slots=True)
class _Tally:
    read: int = 0
    unchanged: int = 0
    repeats: int = 0
    near: int = 0
    added: int = 0
    removed: int = 0
    refused: list[Refusal] = field(default_factory=list)


class Ingest:
    """One run; ``open_index`` is called only if there is something to write."""

    def __init__(
        self,
        request: Request,
        catalogue: Catalogue,
        open_index: Callable[[], PassageIndex],
        token_ends: TokenEnds,
        listener: Listener,
        on_written: Callable[[PassageIndex], None] = lambda _: None,
    ) -> None:
        """Prepare a run; nothing is read yet.  ``on_written`` gets the index at the end of it."""
        self._request = request
        self._catalogue = catalogue
        self._open_index = open_index
        self._token_ends = token_ends
        self._listener = listener
        self._on_written = on_written
        self._stored = catalogue.stamps(request.knowledge_base)
        self._tally = _Tally()
        self.bytes_to_read = 0
        """How large the files are that have to be read; known when the index is opened."""

    def run(self) -> IngestReport:
        """Bring the knowledge base in line with the files.

        Files that cannot be read are refused one by one, in the report.

        Raises:
            UsageError: if there is nothing at any of the paths.
            UnavailableError: if the index cannot be written, or must not be emptied.
        """
        started = time.monotonic()
        found = scan(
            self._request.paths,
            self._request.corpus_dir,
            ignored=self._request.ignored,
            settled_seconds=self._request.settled_seconds,
        )
        self._tally.refused.extend(found.refused)
        self._listener(Progress(Stage.SCAN, len(found.files), len(found.files)))
        todo = plan(
            found,
            self._stored,
            READERS_VERSION,
            allow_empty=self._request.allow_empty,
            encoding=self._request.encoding,
        )
        self._tally.unchanged = len(todo.unchanged)
        self.bytes_to_read = sum(file.size for file in todo.to_read)
        if self._request.dry_run:
            self._rehearse(todo)
        else:
            self._carry_out(todo)
        counts = self._catalogue.counts(self._request.knowledge_base)
        return self._report(todo, counts, time.monotonic() - started)

    def _carry_out(self, todo: Plan) -> None:
        batches = self._batches(todo.to_read)
        first = next(batches, None)
        settled = self._catalogue.is_settled(self._request.knowledge_base)
        if first is None and not todo.removed and settled:
            return
        index = self._open_index()
        on_committed = partial(self._on_committed, index, len(todo.to_read))
        with closing(index), BatchWriter(index, on_committed) as writer:
            link_after_crash(index)
            index.link_copies()
            for batch in chain([first] if first else [], batches):
                index.embed(batch, self._on_embedded)
                writer.write(batch)
            writer.finish()
            if todo.removed:
                # Last, so that what only moved to another file is never missing in between.
                self._tally.removed += index.write((), todo.removed).removed
                link_across_threads(index, ())
                index.link_copies()
            if self._tally.removed > _MANY_REMOVED:
                index.embeddings.prune()
            self._on_written(index)

    def _on_embedded(self, done: int, total: int) -> None:
        self._listener(Progress(Stage.EMBED, done, total))

    def _on_committed(
        self, index: PassageIndex, files: int, batch: Sequence[FileContents], written: Written
    ) -> None:
        self._tally.added += written.added
        self._tally.removed += written.removed
        self._tally.read += len(batch)
        self._tally.repeats += sum(file.repeats for file in batch)
        self._listener(Progress(Stage.WRITE, self._tally.read, files))
        self._tally.near += index.link_copies()
        link_across_threads(index, [p for file in batch for p in file.indexed()])

    def _rehearse(self, todo: Plan) -> None:
        kb = self._request.knowledge_base
        wanted: set[str] = set()
        touched = set(todo.removed)
        for batch in self._batches(todo.to_read):
            self._tally.read += len(batch)
            self._tally.repeats += sum(file.repeats for file in batch)
            self._tally.near += count_copies(self._catalogue, kb, batch)
            wanted.update(passage.id for file in batch for passage in file.indexed())
            touched.update(file.stamp.path for file in batch)
        kept = self._catalogue.indexed_ids(kb, sorted(self._stored.keys() - touched))
        gone = self._catalogue.indexed_ids(kb, sorted(touched)) - wanted - kept
        self._tally.added = len(wanted - self._catalogue.indexed_ids(kb))
        self._tally.removed = len(gone)

    def _batches(self, files: Sequence[FoundFile]) -> Iterator[list[FileContents]]:
        batch: list[FileContents] = []
        size = 0
        for number, found in enumerate(files, 1):
            self._listener(Progress(Stage.READ, number, len(files), found.name))
            contents = self._read(found)
            if contents is None:
                continue
            batch.append(contents)
            size += sum(len(thread.passages) for thread in contents.threads)
            if size >= self._request.passages_at_once:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _read(self, found: FoundFile) -> FileContents | None:
        """Read one file; None if it is refused or, byte for byte, what it was."""
        old = self._stored.get(found.key)
        try:
            data = read_bytes(found)
            stamp = self._stamp(found, data, old)
            if old is not None and _same_but_time(old, stamp):
                self._touch(stamp)
                return None
            return self._understand(found, stamp, data)
        except FileRefusedError as error:
            stays = "; what was read of it before stays in the index" if old else ""
            self._tally.refused.append(Refusal(error.file, error.reason + stays))
            return None

    def _understand(self, found: FoundFile, stamp: FileStamp, data: bytes) -> FileContents:
        reader = reader_for(found.name, data)
        if reader is None:
            raise FileRefusedError(found.name, f"is of no kind that can be read: {kinds_told()}")
        encoding = stamp.reading.partition("/")[2] or None
        read = reader.read(SourceFile(found.path, found.name, data, encoding))
        return file_contents(stamp, reader.kind, read, self._token_ends)

    def _stamp(self, found: FoundFile, data: bytes, old: FileStamp | None) -> FileStamp:
        remembered = old.reading.partition("/")[2] if old else ""
        encoding = self._request.encoding or remembered
        return FileStamp(
            path=found.key,
            name=found.name,
            size=found.size,
            mtime_ns=found.mtime_ns,
            sha256=sha256(data),
            reading=f"{READERS_VERSION}/{encoding}",
        )

    def _touch(self, stamp: FileStamp) -> None:
        self._tally.unchanged += 1
        if not self._request.dry_run:
            self._catalogue.restamp(self._request.knowledge_base, [stamp])

    def _report(self, todo: Plan, counts: Counts, seconds: float) -> IngestReport:
        tally = self._tally
        # What a rehearsal would add is not there yet, and what it would remove still is.
        added, removed = (tally.added, tally.removed) if self._request.dry_run else (0, 0)
        total = counts.passages + added - removed
        return IngestReport(
            files_read=tally.read,
            files_unchanged=tally.unchanged,
            files_removed=len(todo.removed),
            refused=tuple(tally.refused),
            threads=counts.threads,
            posts=counts.posts,
            quotes_linked=counts.quotes_linked,
            repeats=tally.repeats,
            near=tally.near,
            passages_total=total,
            passages_added=tally.added,
            passages_removed=tally.removed,
            passages_unchanged=total - tally.added,
            seconds=seconds,
            dry_run=self._request.dry_run,
        )


def _same_but_time(old: FileStamp, new: FileStamp) -> bool:
    return replace(old, mtime_ns=0, size=0) == replace(new, mtime_ns=0, size=0)
