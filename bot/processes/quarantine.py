"""Uploaded files: looked at in another process before they join the corpus.

A file from outside may be anything, whatever its name says.  It is written to a folder that
nobody ingests, read there by a dry run in a process of its own, and moved into the corpus
only if that could be done.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Final

from bot.librarian import Reingester
from ingest.read import suffixes
from ingest.report import IngestReport
from retrieval.errors import FileRefusedError, FootnoteError, StorageError

UPLOADS: Final = "uploads"
"""The folder in the corpus that accepted files go to."""
SUFFIXES: Final = suffixes()
_AGE_SECONDS: Final = 60.0
_NAME_CHARACTERS: Final = 80
_NOT_IN_NAMES: Final = re.compile(r"[^\w.()\[\] -]+")
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


class OtherKindError(FileRefusedError):
    """A file is of a kind that is never read, by its name."""

    def __init__(self, file: str) -> None:
        super().__init__(file, f"only files that end in {', '.join(SUFFIXES)} are read")


class NothingInItError(FileRefusedError):
    """A file was read and held nothing."""

    def __init__(self, file: str) -> None:
        super().__init__(file, "holds nothing that could be read")


class Quarantine:
    """Takes files in, or refuses them.

    Args:
        folder: Where files wait, outside the corpus; made when it is needed.
        corpus_dir: Where accepted files go, into ``uploads``.
        examine: Returns a dry run over a file, in a process of its own.
    """

    def __init__(
        self, folder: Path, corpus_dir: Path, examine: Callable[[Path], Reingester]
    ) -> None:
        self._folder = folder
        self._uploads = corpus_dir / UPLOADS
        self._examine = examine

    async def take(
        self, name: str, data: bytes, still_may: Callable[[], None] = lambda: None
    ) -> str:
        """Accept a file; an earlier one of its name in ``uploads`` is replaced.

        Args:
            name: As its sender calls it.
            data: All of it.
            still_may: Raises where its sender may not add it any more: looking takes a while.

        Returns:
            Its name in the corpus.

        Raises:
            FileRefusedError: with the reason, for who sent it; nothing is kept of it.
            StorageError: if the disk is full, or must not be written.
        """
        safe = safe_name(name)
        if not safe.lower().endswith(SUFFIXES):
            raise OtherKindError(safe)
        try:
            waiting = await asyncio.to_thread(self._put_down, safe, data)
        except OSError as error:
            raise _not_kept(safe, error) from error
        try:
            await self._look_at(waiting)
            still_may()
            await asyncio.to_thread(self._move_in, waiting)
        except OSError as error:
            raise _not_kept(safe, error) from error
        finally:
            await asyncio.to_thread(shutil.rmtree, waiting.parent, ignore_errors=True)
        return f"{UPLOADS}/{safe}"

    def _put_down(self, name: str, data: bytes) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = Path(mkdtemp(dir=self._folder)) / name
        path.write_bytes(data)
        return path

    async def _look_at(self, path: Path) -> None:
        report: IngestReport | None = None
        events = self._examine(path).run()
        try:
            async for event in events:
                if isinstance(event, IngestReport):
                    report = event
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()
        if report is None:
            raise FootnoteError("The file could not be looked at; see the log.")
        if report.files_read == 0 and report.refused:
            raise FileRefusedError(path.name, report.refused[0].reason)
        if report.files_read == 0:
            raise NothingInItError(path.name)

    def _move_in(self, path: Path) -> None:
        self._uploads.mkdir(parents=True, exist_ok=True)
        # In two steps, since the folders may lie on two disks and a move must be whole.
        beside = self._uploads / f".{path.name}.{path.parent.name}"
        try:
            shutil.copyfile(path, beside)
            # It is whole: no ingest need wait to see whether more is being written to it.
            os.utime(beside, times=(time.time() - _AGE_SECONDS,) * 2)
            os.replace(beside, self._uploads / path.name)  # noqa: PTH105 - as in the sentence above
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise


def safe_name(name: str) -> str:
    """Return a file's name without folders and without what no file system or log should see."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    plain = _NOT_IN_NAMES.sub("_", last).strip(" .")
    stem, dot, suffix = plain.rpartition(".") if "." in plain else (plain, "", "")
    short = (
        f"{stem[:_NAME_CHARACTERS].rstrip(' .')}{dot}{suffix[:10]}"
        if dot
        else plain[:_NAME_CHARACTERS]
    )
    return f"_{short}" if not short or _RESERVED.match(short) else short


def _not_kept(name: str, error: OSError) -> StorageError:
    return StorageError(
        f"{name} could not be kept ({error.strerror or error}). Free the disk or mend its "
        "permissions, and send it again."
    )
