"""An ingest from beginning to end: scan → plan → read → embed → write → link → report."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.accounts import Account
from ingest.admission import Admission, admit
from ingest.bundling import bundled
from ingest.drafts import Found, Reader
from ingest.files.opening import open_found, refuse_changed
from ingest.files.scanning import FoundFile, Scan, scan
from ingest.planning import Plan, plan
from ingest.read import READERS, reader_for, refuse_stranger
from ingest.removals import given_way, removed_from, removed_with
from ingest.report import FileReport, IngestReport, Progress, Refusal, Removal, Stage, Why
from ingest.sources import Bundle, SourceFile
from ingest.understand.contents import file_contents
from ingest.understand.linking import link_across_threads, link_after_crash
from ingest.understand.passages import TokenEnds
from ingest.writing import BatchWriter
from retrieval.errors import FileRefusedError, FootnoteError
from retrieval.store.catalogue.catalogue import Mark
from retrieval.store.catalogue.contents import Counts, Covered, FileContents, FileStamp
from retrieval.store.catalogue.stored_files import paths_with_posts_of
from retrieval.store.lexical.copies import count_copies
from retrieval.store.removal.expelling import expel, traces
from retrieval.store.removal.superseding import Superseded, forget_outdone, outdone_by, supersede
from retrieval.text.wording import content_id

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.index import PassageIndex, Written

_log = logging.getLogger(__name__)
READERS_VERSION: Final = "10"
"""Raised when files must be read again because they would be understood differently."""
_MANY_REMOVED: Final = 1_000
"""From so many removed passages their cached vectors are cleared away, which takes a look at
every text; those of fewer wait for ``footnote doctor``, and serve if a text comes back."""
_PASSAGES_AT_ONCE: Final = 5_000
"""Files are written together up to about so many passages: Chroma is fastest in large
batches, and memory stays flat."""
_TOLD_EVERY_BYTES: Final = 8 * 2**20
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
    admission: Admission = field(default_factory=Admission)
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
    removals: list[Removal] = field(default_factory=list)
    read_paths: list[str] = field(default_factory=list)
    files: list[FileReport] = field(default_factory=list)


class Ingest:
    """One run; ``open_index`` is called only if there is something to write."""

    def __init__(
        self,
        request: Request,
        catalogue: Catalogue,
        open_index: Callable[[], PassageIndex],
        token_ends: TokenEnds,
        listener: Listener,
    ) -> None:
        """Prepare a run; nothing is read yet."""
        self._request = request
        self._catalogue = catalogue
        self._open_index = open_index
        self._token_ends = token_ends
        self._listener = listener
        self._stored = catalogue.stamps(request.knowledge_base)
        self._version = READERS_VERSION + request.admission.fingerprint
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
        with closing(self._scan()) as found:
            return self._run(found, started)

    def _scan(self) -> Scan:
        found = scan(
            self._request.paths,
            self._request.corpus_dir,
            ignored=self._request.ignored,
            settled_seconds=self._request.settled_seconds,
        )
        return replace(found, files=bundled(found.files, found.folders, READERS))

    def _run(self, found: Scan, started: float) -> IngestReport:
        self._tally.refused.extend(found.refused)
        self._listener(Progress(Stage.SCAN, len(found.files), len(found.files)))
        todo = self._plan(found)
        self._tally.unchanged = len(todo.unchanged)
        kb = self._request.knowledge_base
        self._tally.removals += removed_with(self._catalogue, kb, todo.removed)
        self.bytes_to_read = sum(file.size for file in todo.to_read)
        if self._request.dry_run:
            self._rehearse(todo)
        else:
            self._carry_out(todo)
        counts = self._catalogue.counts(self._request.knowledge_base)
        report = self._report(todo, counts, time.monotonic() - started)
        return replace(report, passed_over=found.passed_over)

    def _plan(self, found: Scan) -> Plan:
        accounts = self._request.admission.accounts
        self._have_read_again(
            paths_with_posts_of(self._catalogue, self._request.knowledge_base, accounts)
        )
        todo = self._planned(found)
        changing = [*todo.removed, *(file.key for file in todo.to_read)]
        outdone = outdone_by(self._catalogue, self._request.knowledge_base, changing)
        if not outdone.isdisjoint(file.key for file in todo.unchanged):
            # They lost posts to one that may hold them no more.
            self._have_read_again(outdone)
            todo = self._planned(found)
        return todo

    def _have_read_again(self, paths: Collection[str]) -> None:
        self._stored = {
            path: replace(stamp, reading=f"/{stamp.reading.partition('/')[2]}")
            if path in paths
            else stamp
            for path, stamp in self._stored.items()
        }

    def _planned(self, found: Scan) -> Plan:
        return plan(
            found,
            self._stored,
            self._version,
            allow_empty=self._request.allow_empty,
            encoding=self._request.encoding,
        )

    def _carry_out(self, todo: Plan) -> None:
        batches = self._batches(todo.to_read)
        first = next(batches, None)
        kb = self._request.knowledge_base
        # Whatever brought them back, be it an old backup of the catalogue.
        forgotten = traces(self._catalogue, kb, self._request.admission.forgotten)
        is_settled = forgotten is None and self._catalogue.is_settled(kb)
        if first is None and not todo.removed and is_settled:
            return
        index = self._open_index()
        on_committed = partial(self._on_committed, index, len(todo.to_read))
        with closing(index), BatchWriter(index, on_committed) as writer:
            if forgotten is not None:
                expel(index, forgotten)
            link_after_crash(index)
            index.link_copies()
            is_compared = not self._catalogue.is_marked(kb, Mark.UNCOMPARED)
            self._catalogue.mark(kb, Mark.UNCOMPARED)
            for batch in chain([first] if first else [], batches):
                index.embed(batch, self._on_embedded)
                writer.write(batch)
            writer.finish()
            if todo.removed:
                # Last, so that what only moved to another file is never missing in between.
                self._tally.removed += index.write((), todo.removed).removed
            forget_outdone(self._catalogue, kb, [*todo.removed, *self._tally.read_paths])
            given = supersede(index, self._tally.read_paths if is_compared else None)
            self._catalogue.unmark(kb, Mark.UNCOMPARED)
            self._give_way(given)
            if todo.removed or given:
                link_across_threads(index, ())
                index.link_copies()
            if self._tally.removed > _MANY_REMOVED:
                index.embeddings.prune()

    def _give_way(self, superseded: Sequence[Superseded]) -> None:
        self._tally.removals += given_way(superseded)
        for each in superseded:
            if each.path in self._stored:
                self._tally.removed += each.passages
            else:  # it came just now
                self._tally.added -= each.passages

    def _on_embedded(self, done: int, total: int) -> None:
        self._listener(Progress(Stage.EMBED, done, total))

    def _on_committed(
        self, index: PassageIndex, files: int, batch: Sequence[FileContents], written: Written
    ) -> None:
        self._tally.added += written.added
        self._tally.removed += written.removed
        self._tally.read += len(batch)
        self._tally.read_paths += [file.stamp.path for file in batch]
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
            contents = self._read(found, self._within(found, number, len(files)))
            if contents is None:
                continue
            batch.append(contents)
            size += sum(len(thread.passages) for thread in contents.threads)
            if size >= self._request.passages_at_once:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _read(self, found: FoundFile, on_bytes: Callable[[int], object]) -> FileContents | None:
        """Read one file; None if it is refused or, byte for byte, what it was."""
        old = self._stored.get(found.key)
        encoding = self._request.encoding or (old.reading.partition("/")[2] if old else "")
        try:
            opened = open_found(found, encoding or None, on_bytes)
            stamp = _stamp(found, opened.sha256, f"{self._version}/{encoding}")
            if old is not None and _same_but_time(old, stamp):
                self._touch(stamp)
                return None
            contents, report = self._understand(found, stamp, opened.source)
            refuse_changed(found)
        except FileRefusedError as error:
            stays = "; what was read of it before stays in the index" if old else ""
            self._tally.refused.append(Refusal(error.file, error.reason + stays))
            return None
        self._tally.files.append(report)
        return contents

    def _understand(
        self, found: FoundFile, stamp: FileStamp, source: SourceFile | Bundle
    ) -> tuple[FileContents, FileReport]:
        reader, drafts = _reading(found, source)
        kind = reader.family or reader.kind
        account = Account()
        try:
            contents = file_contents(stamp, kind, account.threads(drafts), self._token_ends)
        except FootnoteError:
            raise
        except Exception as error:
            # One strange file must not keep the others out.
            _log.exception("%s could not be read", found.name)
            raise FileRefusedError(
                found.name,
                f"could not be read as {reader.label} ({type(error).__name__}); please report it",
            ) from error
        contents = replace(contents, as_of=account.exported_at, covered=_covered(kind, account))
        admitted = admit(contents, self._request.admission)
        before = self._catalogue.post_ids(self._request.knowledge_base, stamp.path)
        removals = removed_from(before, admitted)
        if account.breaks_off and any(each.why in {Why.GONE, Why.EMPTIED} for each in removals):
            raise FileRefusedError(
                found.name, "breaks off before posts that it held; export it again"
            )
        self._tally.removals += removals
        return admitted.contents, account.report(found.name, reader, admitted.left_out())

    def _touch(self, stamp: FileStamp) -> None:
        self._tally.unchanged += 1
        if not self._request.dry_run:
            self._catalogue.restamp(self._request.knowledge_base, [stamp])

    def _within(self, found: FoundFile, number: int, files: int) -> Callable[[int], None]:
        """Return a listener that tells how far the reading of a large file is."""
        read = told = 0

        def on_bytes(more: int) -> None:
            nonlocal read, told
            read += more
            if read - told >= _TOLD_EVERY_BYTES:
                told = read
                # It is read twice: once to see whether it changed.
                percent = min(99, 50 * read // max(1, found.size))
                detail = f"{found.name}, {percent} %"
                self._listener(Progress(Stage.READ, number, files, detail))

        return on_bytes

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
            removals=tuple(tally.removals),
            files=tuple(tally.files),
        )


def _reading(found: FoundFile, source: SourceFile | Bundle) -> tuple[Reader, Iterator[Found]]:
    if isinstance(source, Bundle):
        for reader in READERS:
            if reader.kind == found.kind and reader.read_bundle is not None:
                return reader, reader.read_bundle(source)
        raise AssertionError("who takes a bundle reads it")
    single = reader_for(found.name, source.head)
    refuse_stranger(found.name, source.head, single)
    if single is None:
        raise AssertionError("what no reader knows was refused")
    return single, single.read(source)


def _covered(kind: str, account: Account) -> tuple[Covered, ...]:
    if account.breaks_off:
        return ()
    return tuple(
        Covered(content_id(kind, each.thread_key), each.since, each.until)
        for each in account.covers
    )


def _stamp(found: FoundFile, sha256: str, reading: str) -> FileStamp:
    return FileStamp(
        path=found.key,
        name=found.name,
        size=found.size,
        mtime_ns=found.mtime_ns,
        sha256=sha256,
        reading=reading,
    )


def _same_but_time(old: FileStamp, new: FileStamp) -> bool:
    return replace(old, mtime_ns=0, size=0) == replace(new, mtime_ns=0, size=0)
