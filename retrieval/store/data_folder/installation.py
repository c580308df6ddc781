"""What tells this data folder from others that keep their vectors on the same Chroma server."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from filelock import FileLock

from retrieval.errors import StorageError

FILE: Final = "installation.json"
_ID_BYTES: Final = 4
_SEALS_KEPT: Final = 2
"""The one that was set, and the one before: a process may read between the two."""


@dataclass(frozen=True, slots=True)
class _Kept:
    id: str
    seals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


Change = Callable[[_Kept], _Kept]


class Installation:
    """An id and the seals of its collections, in a file of the data folder.

    A seal is set anew by everyone who writes, in the file and on the collection.  Where a copy
    of the data folder has written meanwhile, the two differ.
    """

    def __init__(self, data_dir: Path) -> None:
        """Nothing is read or made before it is needed."""
        self.data_dir = data_dir
        self._path = data_dir / FILE

    @property
    def id(self) -> str:
        """The installation's id, made at the first time.

        Raises:
            StorageError: if it cannot be read or kept.
        """
        return (self._read() or self._changed(lambda kept: kept)).id

    def seals(self, collection: str) -> tuple[str, ...]:
        """Return the last seals of a collection, the newest last."""
        kept = self._read()
        return tuple(kept.seals.get(collection, ())) if kept else ()

    def add_seal(self, collection: str) -> str:
        """Return a new seal, which is kept from now on."""
        seal = secrets.token_hex(8)

        def sealed(kept: _Kept) -> _Kept:
            seals = (*kept.seals.get(collection, ()), seal)[-_SEALS_KEPT:]
            return replace(kept, seals={**kept.seals, collection: seals})

        self._changed(sealed)
        return seal

    def renew(self) -> None:
        """Become another installation, which has no collections yet."""
        self._changed(lambda _: _new())

    def _read(self) -> _Kept | None:
        with _storage_errors(self._path):
            if not self._path.is_file():
                return None
            values = json.loads(self._path.read_bytes())
            return _Kept(str(values["id"]), {k: tuple(v) for k, v in values["seals"].items()})

    def _changed(self, change: Change) -> _Kept:
        with _storage_errors(self._path):
            self.data_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock"), thread_local=False):
                kept = change(self._read() or _new())
                beside = self._path.with_suffix(f".{os.getpid()}")
                beside.write_text(json.dumps({"id": kept.id, "seals": kept.seals}), "utf-8")
                beside.replace(self._path)
        return kept


def _new() -> _Kept:
    return _Kept(secrets.token_hex(_ID_BYTES))


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read or written: {error.strerror}. It tells which collections of "
            "the Chroma server are yours; fix its permissions."
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StorageError(
            f"{path} is damaged ({error}). Put a backup in its place, or remove it and run "
            "`footnote doctor --rebuild`, which embeds nothing again."
        ) from error
