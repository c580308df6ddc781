"""Which files there are to read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.report import Refusal
from retrieval.errors import FileRefusedError, UsageError

MAX_FILE_BYTES: Final = 256 * 2**20
"""Larger files are refused before they are read."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to be looked at."""

    path: Path
    """Absolute."""
    name: str
    """Relative to the folder that was asked for."""
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found at the paths that were asked for."""

    files: tuple[FoundFile, ...]
    refused: tuple[Refusal, ...]
    folders: tuple[Path, ...]
    """The folders that were looked through whole: what is not there any more was removed."""


def scan(paths: Sequence[Path], corpus_dir: Path) -> Scan:
    """Find the files at ``paths``: files themselves, folders with all below them.

    Hidden files and folders are passed over.  A file given by itself is named as it would
    be named in the corpus folder, where it lies in that.

    Raises:
        UsageError: if none of the paths exists.
    """
    files: dict[Path, FoundFile] = {}
    refused: list[Refusal] = []
    folders: list[Path] = []
    for path in paths:
        if not path.exists():
            refused.append(Refusal(str(path), "does not exist"))
        elif path.is_dir():
            folders.append(path.resolve())
            _add_folder(path.resolve(), files, refused)
        else:
            _add(path.resolve(), _name(path.resolve(), corpus_dir.resolve()), files, refused)
    if paths and len(refused) == len(paths) and not files and not folders:
        raise UsageError(_nowhere(paths))
    ordered = sorted(files.values(), key=lambda file: file.name)
    return Scan(tuple(ordered), tuple(refused), tuple(folders))


def read_bytes(found: FoundFile) -> bytes:
    """Return a file's bytes, all from one moment.

    Raises:
        FileRefusedError: if it is too large, cannot be read, or changed meanwhile.
    """
    if found.size > MAX_FILE_BYTES:
        megabytes = found.size / 2**20
        raise FileRefusedError(
            found.name, f"is too large: {megabytes:,.0f} MB of at most {MAX_FILE_BYTES >> 20} MB"
        )
    try:
        data = found.path.read_bytes()
        after = found.path.stat()
    except OSError as error:
        raise FileRefusedError(found.name, f"cannot be read: {error.strerror}") from error
    if (after.st_size, after.st_mtime_ns) != (found.size, found.mtime_ns):
        raise FileRefusedError(found.name, "changed while it was being read; ingest it again")
    return data


def sha256(data: bytes) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _nowhere(paths: Sequence[Path]) -> str:
    if len(paths) == 1:
        return (
            f"There is no file or folder {paths[0]}. Give the folder of your threads, or set "
            "FOOTNOTE_CORPUS_DIR to it."
        )
    return f"None of these exists: {', '.join(map(str, paths))}."


def _add_folder(folder: Path, files: dict[Path, FoundFile], refused: list[Refusal]) -> None:
    def unreadable(error: OSError) -> None:
        refused.append(Refusal(str(error.filename), f"cannot be read: {error.strerror}"))

    for path in _below(folder, unreadable):
        _add(path, path.relative_to(folder).as_posix(), files, refused)


def _below(folder: Path, unreadable: Callable[[OSError], object]) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(root, name)


def _add(path: Path, name: str, files: dict[Path, FoundFile], refused: list[Refusal]) -> None:
    try:
        stat = path.stat()
    except OSError as error:
        refused.append(Refusal(name, f"cannot be read: {error.strerror}"))
        return
    if not path.is_file():
        refused.append(Refusal(name, "is no ordinary file"))
        return
    files.setdefault(path, FoundFile(path, name, stat.st_size, stat.st_mtime_ns))


def _name(path: Path, corpus_dir: Path) -> str:
    return path.relative_to(corpus_dir).as_posix() if corpus_dir in path.parents else path.name
