"""Opening what a scan found: all bytes from one moment, and no file larger than may be."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from ingest.files.archives import MAX_FILE_BYTES, too_large
from ingest.files.scanning import FoundFile
from ingest.files.wide import as_utf8, narrowed, wide_encoding
from ingest.sources import HEAD_BYTES, Bundle, SourceFile
from retrieval.errors import FileRefusedError

if TYPE_CHECKING:
    from typing_extensions import Buffer

_IN_MEMORY_BYTES: Final = 16 * 2**20
"""Files up to this size are read once, into memory; larger ones twice, piece by piece."""
_PIECE_BYTES: Final = 2**20
_AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CHANGED: Final = "changed while it was being read; ingest it again"

OnBytes = Callable[[int], object]
"""Hears how many more bytes of a large file were read."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What is read as one, and the hash of all its bytes."""

    sha256: str
    source: SourceFile | Bundle


def open_found(found: FoundFile, encoding: str | None, on_bytes: OnBytes) -> Opened:
    """Open a file, or the files that are read as one.

    Raises:
        FileRefusedError: if it is too large, cannot be read, or has changed since it was found.
    """
    if not found.members:
        return _open_one(found, found.name, encoding, on_bytes)
    digest = hashlib.sha256()
    files: dict[str, SourceFile] = {}
    for member in found.members:
        inner = member.place[len(found.folder) + 1 :].replace(os.sep, "/")
        sha256, _ = _hashed(member, on_bytes)
        digest.update(f"{inner}\0{sha256}\0".encode("utf-8", "surrogateescape"))
        opener = partial(stream_of, member, on_bytes)
        files[inner] = _source(member.name, member.size, opener, encoding)
    return Opened(digest.hexdigest(), Bundle(found.name, files))


def refuse_changed(found: FoundFile) -> None:
    """Make sure that what was read piece by piece was the same from beginning to end.

    Raises:
        FileRefusedError: if it was not.
    """
    for file in found.members or (found,):
        if (file.archive is None and file.size > _IN_MEMORY_BYTES) or found.members:
            stream_of(file, lambda _: None).close()


def head_of(found: FoundFile) -> bytes:
    """Return the first 64 KiB of a file.

    Raises:
        FileRefusedError: if it cannot be read.
    """
    if found.archive is not None:
        return as_utf8(found.archive.head(found.inner))
    with closing(stream_of(found, lambda _: None)) as stream:
        return as_utf8(stream.read(HEAD_BYTES))


def _open_one(found: FoundFile, name: str, encoding: str | None, on_bytes: OnBytes) -> Opened:
    sha256, data = _hashed(found, on_bytes)
    opener = partial(stream_of, found, on_bytes) if data is None else partial(io.BytesIO, data)
    return Opened(
        sha256, _source(name, found.size if data is None else len(data), opener, encoding)
    )


def _source(
    name: str, size: int, opener: Callable[[], BinaryIO], encoding: str | None
) -> SourceFile:
    source = SourceFile(name, size, opener, encoding)
    if (wide := wide_encoding(source.head)) is None:
        return source
    return SourceFile(name, size, partial(narrowed, name, opener, wide), wide=wide[:6].upper())


def _hashed(found: FoundFile, on_bytes: OnBytes) -> tuple[str, bytes | None]:
    """Return a file's hash, and its bytes where they are few."""
    if found.size > MAX_FILE_BYTES:
        raise FileRefusedError(found.name, too_large(found.size))
    digest = hashlib.sha256()
    pieces: list[bytes] | None = []
    size = 0
    try:
        with closing(stream_of(found, on_bytes)) as stream:
            while piece := stream.read(min(_PIECE_BYTES, found.size + 1)):
                digest.update(piece)
                size += len(piece)
                if pieces is not None:
                    pieces.append(piece)
                if size > _IN_MEMORY_BYTES:
                    pieces = None
            _refuse_other(found, stream)
    except OSError as error:
        raise FileRefusedError(found.name, f"cannot be read: {error.strerror}") from error
    return digest.hexdigest(), None if pieces is None else b"".join(pieces)


def stream_of(found: FoundFile, on_bytes: OnBytes) -> BinaryIO:
    """Open a file as it was when it was found.

    Raises:
        FileRefusedError: if it cannot be read, or has changed since.
    """
    if found.archive is not None:
        return found.archive.open(found.inner)
    try:
        # What has become a pipe since it was found must not keep the ingest waiting.
        raw = _Counted(os.open(found.place, os.O_RDONLY | _AT_ONCE), on_bytes)
    except OSError as error:
        raise FileRefusedError(found.name, f"cannot be read: {error.strerror}") from error
    # No more: a buffer for the largest file that may be takes longer than most files.
    stream = io.BufferedReader(raw, min(_PIECE_BYTES, found.size + 1))
    try:
        _refuse_other(found, stream)
    except FileRefusedError:
        stream.close()
        raise
    return stream


def _refuse_other(found: FoundFile, stream: BinaryIO) -> None:
    if found.archive is not None:
        return
    now = os.fstat(stream.fileno())
    if (now.st_size, now.st_mtime_ns) != (found.size, found.mtime_ns):
        raise FileRefusedError(found.name, _CHANGED)


class _Counted(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, descriptor: int, on_bytes: OnBytes) -> None:
        super().__init__(descriptor, "rb")
        self._on_bytes = on_bytes

    def readinto(self, buffer: Buffer) -> int | None:
        count = super().readinto(buffer)
        self._on_bytes(count or 0)
        return count
