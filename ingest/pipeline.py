"""An ingest from beginning to end: scan → plan → read → embed → write → link → report."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from ingest.bundling import bundled
from ingest.file_reading import FileReading, Listener
from ingest.files.scanning import FoundFile, Scan, scan
from ingest.planning import Plan, plan
from ingest.read import READERS
from ingest.removals import given_way, removed_with
from ingest.report import IngestReport, Progress, Stage
from ingest.request import Request
from ingest.tally import Tally
from ingest.understand.linking import link_across_threads, link_after_crash
from ingest.understand.passages import TokenEnds
from ingest.writing import BatchWriter
from retrieval.store.catalogue.catalogue import UnfinishedWork
from retrieval.store.catalogue.contents import FileContents
from retrieval.store.catalogue.stored_files import paths_with_posts_of
from retrieval.store.lexical.copies import count_copies
from retrieval.store.removal.expelling import expel, traces
from retrieval.store.removal.superseding import Superseded, forget_outdone, outdone_by, supersede

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.index import PassageIndex, Written

READERS_VERSION: Final = "13"
"""Raised when files must be read again because they would be understood differently."""
_MANY_REMOVED: Final = 1_000
"""From so many removed passages their cached vectors are cleared away, which takes a look at
every text; those of fewer wait for ``footnote doctor``, and serve if a text comes back."""


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
        self._tally = Tally()
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
        report = self._tally.report(
            counts,
            time.monotonic() - started,
            files_removed=len(todo.removed),
            dry_run=self._request.dry_run,
        )
        return replace(report, passed_over=(*found.passed_over, *self._tally.passed_over))

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
        batches = self._read(todo.to_read)
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
            is_compared = not self._catalogue.is_marked(kb, UnfinishedWork.UNCOMPARED)
            self._catalogue.mark(kb, UnfinishedWork.UNCOMPARED)
            for batch in chain([first] if first else [], batches):
                index.embed(batch, self._on_embedded)
                writer.write(batch)
            writer.finish()
            if todo.removed:
                # Last, so that what only moved to another file is never missing in between.
                self._tally.removed += index.write((), todo.removed).removed
            forget_outdone(self._catalogue, kb, [*todo.removed, *self._tally.read_paths])
            given = supersede(index, self._tally.read_paths if is_compared else None)
            self._catalogue.unmark(kb, UnfinishedWork.UNCOMPARED)
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
        for batch in self._read(todo.to_read):
            self._tally.read += len(batch)
            self._tally.repeats += sum(file.repeats for file in batch)
            self._tally.near += count_copies(self._catalogue, kb, batch)
            wanted.update(passage.id for file in batch for passage in file.indexed())
            touched.update(file.stamp.path for file in batch)
        kept = self._catalogue.indexed_ids(kb, sorted(self._stored.keys() - touched))
        gone = self._catalogue.indexed_ids(kb, sorted(touched)) - wanted - kept
        self._tally.added = len(wanted - self._catalogue.indexed_ids(kb))
        self._tally.removed = len(gone)

    def _read(self, files: Sequence[FoundFile]) -> Iterator[list[FileContents]]:
        reading = FileReading(
            self._request,
            self._catalogue,
            self._token_ends,
            self._listener,
            self._version,
            self._stored,
            self._tally,
        )
        return reading.batches(files)
