"""Reading the files of an ingest one by one, none of which keeps the others out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ingest.accounts import Account
from ingest.admission import admit
from ingest.drafts import Found, Reader
from ingest.files.opening import open_found, refuse_changed
from ingest.files.scanning import FoundFile
from ingest.read import READERS, holds_none, reader_for, refuse_stranger
from ingest.removals import removed_from
from ingest.report import FileReport, Progress, Refusal, Stage, Why
from ingest.request import Request
from ingest.sources import Bundle, SourceFile
from ingest.tally import Tally
from ingest.understand.addresses import without_addresses
from ingest.understand.contents import file_contents
from ingest.understand.passages import TokenEnds
from retrieval.errors import FileRefusedError, FootnoteError
from retrieval.store.catalogue.contents import Covered, FileContents, FileStamp
from retrieval.text.wording import content_id

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue

_log = logging.getLogger(__name__)
_TOLD_EVERY_BYTES: Final = 8 * 2**20
Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class FileReading:
    """Reads files, and tells of each what became of it in ``tally``."""

    request: Request
    catalogue: Catalogue
    token_ends: TokenEnds
    listener: Listener
    version: str
    """Of the readers, and of who is let in."""
    stored: Mapping[str, FileStamp]
    """What was read before."""
    tally: Tally

    def batches(self, files: Sequence[FoundFile]) -> Iterator[list[FileContents]]:
        """Yield what is in the files that are new or changed, enough at a time to be written."""
        batch: list[FileContents] = []
        size = 0
        for number, found in enumerate(files, 1):
            self.listener(Progress(Stage.READ, number, len(files), found.name))
            contents = self._read(found, self._within(found, number, len(files)))
            if contents is None:
                continue
            batch.append(contents)
            size += sum(len(thread.passages) for thread in contents.threads)
            if size >= self.request.passages_at_once:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _read(self, found: FoundFile, on_bytes: Callable[[int], object]) -> FileContents | None:
        """Read one file; None if it is refused or, byte for byte, what it was."""
        old = self.stored.get(found.key)
        encoding = self.request.encoding or (old.reading.partition("/")[2] if old else "")
        try:
            opened = open_found(found, encoding or None, on_bytes)
            if holds_none(found.name, opened.source):
                self.tally.passed_over.append(found.name)
                return None
            stamp = _stamp(found, opened.sha256, f"{self.version}/{encoding}")
            if old is not None and _same_but_time(old, stamp):
                self._touch(stamp)
                return None
            contents, report = self._understand(found, stamp, opened.source)
            refuse_changed(found)
        except FileRefusedError as error:
            stays = "; what was read of it before stays in the index" if old else ""
            self.tally.refused.append(Refusal(error.file, error.reason + stays))
            return None
        self.tally.files.append(report)
        return contents

    def _understand(
        self, found: FoundFile, stamp: FileStamp, source: SourceFile | Bundle
    ) -> tuple[FileContents, FileReport]:
        reader, drafts = _reading(found, source)
        kind = reader.family or reader.kind
        account = Account()
        try:
            threads = account.threads(map(without_addresses, drafts))
            contents = file_contents(stamp, kind, threads, self.token_ends)
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
        admitted = admit(contents, self.request.admission)
        before = self.catalogue.post_ids(self.request.knowledge_base, stamp.path)
        removals = removed_from(before, admitted)
        if account.breaks_off and any(each.why in {Why.GONE, Why.EMPTIED} for each in removals):
            raise FileRefusedError(
                found.name, "breaks off before posts that it held; export it again"
            )
        self.tally.removals += removals
        report = account.report(found.name, reader, admitted.left_out())
        edition = ", ".join(filter(None, (report.edition, source.wide)))
        return admitted.contents, replace(report, edition=edition)

    def _touch(self, stamp: FileStamp) -> None:
        self.tally.unchanged += 1
        if not self.request.dry_run:
            self.catalogue.restamp(self.request.knowledge_base, [stamp])

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
                self.listener(Progress(Stage.READ, number, files, detail))

        return on_bytes


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
