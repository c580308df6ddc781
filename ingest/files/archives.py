"""Archives and packed files, looked into as if they were folders.

Nothing of an archive is ever written under its own name, so that no name in it can lead out of
a folder; and nothing is unpacked beyond what its kind of packing can honestly hold.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Final, Protocol, cast

import zstandard

from ingest.sources import HEAD_BYTES
from retrieval.errors import FileRefusedError

_TARS: Final = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_PACKED: Final = (".gz", ".bz2", ".xz", ".zst")
SUFFIXES: Final = (".zip", *_TARS, *_PACKED)
MAX_FILE_BYTES: Final = 4 * 2**30
"""Larger files are refused before they are read, and so is what unpacks to more."""
_MAX_MEMBERS: Final = 200_000
_MAX_RATIO: Final = 250
"""Text packs to a tenth, a log of one line over and over to a hundredth; a bomb to a thousandth."""
_RATIO_MATTERS_FROM_BYTES: Final = 16 * 2**20
_IN_MEMORY_BYTES: Final = 8 * 2**20
_PIECE_BYTES: Final = 2**20
_ZSTD_WINDOW_BYTES: Final = 2**31
"""Of the archives of Reddit, which were packed with --long=31."""
_ENCRYPTED: Final = 0x1
_BROKEN: Final = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, zstandard.ZstdError,
    EOFError, OSError, NotImplementedError, RuntimeError, ValueError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    name: str
    """Its path in the archive, POSIX style."""
    size: int
    trouble: str | None = None
    """Why it cannot be read, in words for a person."""


class Archive(Protocol):
    """What is packed into one file; ``close`` it when everything is read."""

    def members(self) -> list[Member]:
        """Return the files in it.

        Raises:
            FileRefusedError: if it cannot be unpacked.
        """
        ...

    def open(self, name: str) -> BinaryIO:
        """Return one of them, unpacked, at its beginning.

        Raises:
            FileRefusedError: if it cannot be unpacked.
        """
        ...

    def head(self, name: str) -> bytes:
        """Return the first 64 KiB of one of them."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def archive_at(path: str, name: str) -> Archive | None:
    """Return the archive that a file is by its name, None where it is none."""
    lower = name.lower()
    if lower.endswith(".zip"):
        return _Zip(path, name)
    if lower.endswith(_TARS):
        return _Tar(path, name)
    return _Packed(path, name) if lower.endswith(_PACKED) else None


class _Zip:
    def __init__(self, path: str, name: str) -> None:
        self._path, self._name = path, name
        self._file: zipfile.ZipFile | None = None

    def _zip(self) -> zipfile.ZipFile:
        if self._file is None:
            self._file = zipfile.ZipFile(self._path)
        return self._file

    def members(self) -> list[Member]:
        with _told(self._name):
            infos = [info for info in self._zip().infolist() if not info.is_dir()]
        _refuse_too_many(self._name, len(infos), sum(info.file_size for info in infos))
        return [
            Member(info.filename, info.file_size, _zip_trouble(info))
            for info in {info.filename: info for info in infos}.values()
        ]

    def open(self, name: str) -> BinaryIO:
        with _told(f"{self._name}/{name}"), self._zip().open(name) as packed:
            return _unpacked(packed, f"{self._name}/{name}")

    def head(self, name: str) -> bytes:
        with _told(f"{self._name}/{name}"), self._zip().open(name) as packed:
            return packed.read(HEAD_BYTES)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _zip_trouble(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "is protected with a password; unpack the archive yourself and ingest what was in it"
    if not _is_safe(info.filename):
        return "has a name that leads out of its archive"
    if (
        info.file_size > _RATIO_MATTERS_FROM_BYTES
        and info.file_size > _MAX_RATIO * info.compress_size
    ):
        return (
            f"unpacks to {info.file_size / 2**20:,.0f} MB from "
            f"{info.compress_size / 2**20:,.1f} MB, as no text does; unpack it yourself if you "
            "trust it"
        )
    return None


class _Tar:
    def __init__(self, path: str, name: str) -> None:
        self._path, self._name = path, name
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._at: dict[str, Path] = {}

    def members(self) -> list[Member]:
        with _told(self._name), tarfile.open(self._path) as tar:
            found: dict[str, Member] = {}
            unpacked = 0
            for info in tar:
                if info.isfile():
                    unpacked += info.size
                    _refuse_too_many(self._name, len(found), unpacked)
                    safe = _is_safe(info.name)
                    trouble = None if safe else "has a name that leads out of its archive"
                    found[info.name] = Member(info.name, info.size, trouble)
        return list(found.values())

    def open(self, name: str) -> BinaryIO:
        with _told(f"{self._name}/{name}"):
            return self._unpack()[name].open("rb")

    def head(self, name: str) -> bytes:
        with self.open(name) as stream:
            return stream.read(HEAD_BYTES)

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder, self._at = None, {}

    def _unpack(self) -> dict[str, Path]:
        """Unpack everything at once: a tar has to be read from its beginning for each file."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="footnote-")
            with tarfile.open(self._path) as tar:
                for number, info in enumerate(tar):
                    packed = tar.extractfile(info) if info.isfile() else None
                    if packed is not None:
                        path = Path(self._folder.name, str(number))
                        with path.open("wb") as copy:
                            shutil.copyfileobj(packed, copy, _PIECE_BYTES)
                        self._at[info.name] = path
        return self._at


class _Packed:
    """One file, packed."""

    def __init__(self, path: str, name: str) -> None:
        self._path, self._name = path, name

    def members(self) -> list[Member]:
        inner = PurePosixPath(self._name).stem
        with _told(self._name), Path(self._path).open("rb") as file:
            packed_bytes = file.seek(0, 2)
        # How much it unpacks to is not known before; it only has to change when the file does.
        return [Member(inner, packed_bytes)]

    def open(self, name: str) -> BinaryIO:
        with _told(f"{self._name}/{name}"), self._stream() as packed:
            return _unpacked(packed, f"{self._name}/{name}")

    def head(self, name: str) -> bytes:
        with _told(f"{self._name}/{name}"), self._stream() as packed:
            return packed.read(HEAD_BYTES)

    def close(self) -> None:
        pass

    @contextmanager
    def _stream(self) -> Iterator[IO[bytes]]:
        openers: dict[str, Callable[[str], object]] = {
            ".gz": gzip.open,
            ".bz2": bz2.open,
            ".xz": lzma.open,
            ".zst": _open_zstd,
        }
        opener = openers[PurePosixPath(self._name).suffix.lower()]
        with cast("IO[bytes]", opener(self._path)) as stream:
            yield stream


def _open_zstd(path: str) -> IO[bytes]:
    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    return cast("IO[bytes]", zstandard.open(path, "rb", dctx=unpacker))


def _unpacked(packed: IO[bytes], name: str) -> BinaryIO:
    """Copy what is unpacked, to memory or to a nameless file, no more than may be."""
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115  # returned open
    try:
        for piece in _pieces(packed, name):
            copy.write(piece)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return cast("BinaryIO", copy)


def _pieces(packed: IO[bytes], name: str) -> Iterator[bytes]:
    size = 0
    while piece := packed.read(_PIECE_BYTES):
        size += len(piece)
        if size > MAX_FILE_BYTES:
            raise FileRefusedError(name, too_large(size))
        yield piece


def too_large(size: int) -> str:
    """Say that a file is larger than any that is read."""
    return f"is too large: {size / 2**20:,.0f} MB of at most {MAX_FILE_BYTES >> 20:,} MB"


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in name[:2]


def _refuse_too_many(name: str, members: int, unpacked: int) -> None:
    if members > _MAX_MEMBERS:
        raise FileRefusedError(name, f"holds more than {_MAX_MEMBERS:,} files; unpack it yourself")
    if unpacked > 4 * MAX_FILE_BYTES:
        raise FileRefusedError(name, f"unpacks to {unpacked / 2**30:,.0f} GB; unpack it yourself")


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what the libraries say of a broken archive into a refusal."""
    try:
        yield
    except FileRefusedError:
        raise
    except KeyError as error:
        raise FileRefusedError(name, "is not in the archive any more; ingest it again") from error
    except _BROKEN as error:
        why = str(error).strip() or type(error).__name__
        raise FileRefusedError(
            name, f"cannot be unpacked: {why.splitlines()[0]}; download or pack it again"
        ) from error
