"""Files as readers get them: opened when they are needed, never whole unless they are small."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO, Final

from retrieval.errors import FileRefusedError

HEAD_BYTES: Final = 65_536
"""How much of a file is looked at to tell what it is."""
WHOLE_BYTES: Final = 256 * 2**20
"""The largest file that ``SourceFile.data`` gives in one piece."""


@dataclass(frozen=True)
class SourceFile:
    """One file to be read; it may be a member of an archive."""

    name: str
    """Its path relative to the folder that is ingested, POSIX style: what people see."""
    size: int
    opener: Callable[[], BinaryIO]
    """Opens it anew at its beginning; what it returns can seek."""
    encoding: str | None = None
    """How to read it where it is not UTF-8; None: refuse it then."""
    wide: str = ""
    """UTF-16 or UTF-32 where that is what the file is in; ``opener`` gives it in UTF-8."""

    @classmethod
    def of(cls, name: str, data: bytes, encoding: str | None = None) -> SourceFile:
        """Return a file that is in memory already."""
        return cls(name, len(data), lambda: io.BytesIO(data), encoding)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open it at its beginning, for a reader that takes it piece by piece."""
        stream = self.opener()
        try:
            yield stream
        finally:
            stream.close()

    @cached_property
    def head(self) -> bytes:
        """Its first 64 KiB."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    @property
    def data(self) -> bytes:
        """All its bytes, for readers of formats that cannot be taken piece by piece.

        Raises:
            FileRefusedError: if it is larger than ``WHOLE_BYTES``.
        """
        if self.size > WHOLE_BYTES:
            raise FileRefusedError(
                self.name,
                f"is too large for its kind: {self.size / 2**20:,.0f} MB of at most "
                f"{WHOLE_BYTES >> 20} MB; export it in parts",
            )
        with self.open() as stream:
            return stream.read()


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files that are read as one, such as the folder of an export."""

    name: str
    """The path of the folder or archive, or of the first of several files in a folder."""
    files: Mapping[str, SourceFile]
    """By their paths relative to the folder that they were found in, POSIX style."""

    @property
    def wide(self) -> str:
        """UTF-16 or UTF-32 where a file is in that."""
        return next((file.wide for file in self.files.values() if file.wide), "")


@dataclass(frozen=True)
class Folder:
    """What lies in a folder, or in an archive as if it were one."""

    below: Mapping[str, Callable[[], bytes]]
    """Everything below it, by path relative to it, POSIX style; each gives its first 64 KiB."""

    @cached_property
    def files(self) -> frozenset[str]:
        """The names of the files that lie in it directly."""
        return frozenset(name for name in self.below if "/" not in name)

    def head(self, name: str) -> bytes:
        """Return the first 64 KiB of a file, nothing where it cannot be read."""
        return self.below[name]()


@dataclass(frozen=True, slots=True)
class Group:
    """Files of a folder that a reader wants to read as one."""

    members: tuple[str, ...]
    """Their paths as in ``Folder.below``."""
    name: str = ""
    """What the whole is called; nothing: as the folder is."""
