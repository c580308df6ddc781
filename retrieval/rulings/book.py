"""The file that keeps what staff decided.

It stands apart from the catalogue, which may be removed and made anew from its files at any time,
and which a ruling must outlive (docs/decisions/0032).
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from retrieval.errors import StorageError
from retrieval.rulings.records import Ruling

FILE: Final = "staff-rulings.json"
MOST_RULINGS: Final = 5_000
"""In one knowledge base: more than people can oversee."""
_LOCK_SECONDS: Final = 10.0
_ADAPTER: Final = TypeAdapter(dict[str, tuple[Ruling, ...]])

Rulings = Mapping[str, tuple[Ruling, ...]]
"""By knowledge base, in the order in which they were made."""


class RulingBook:
    """Reads the file anew when it has changed; any thread and any process may write to it.

    Raises:
        StorageError: from any method, if there is a file that cannot be read or written: what
            must never be shown is in it.
    """

    name: Final = "rulings"

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._lock = FileLock(data_dir / f"{FILE}.lock", timeout=_LOCK_SECONDS)
        self._reading = threading.Lock()
        self._known: tuple[object, Rulings] = (None, {})

    def version(self) -> object:
        """Return what changes with the file, at the price of one look at it."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _refused(self._path, error) from error
        return found.st_mtime_ns, found.st_ino, found.st_size

    def of(self, knowledge_base: str) -> tuple[Ruling, ...]:
        """Return the rulings about a knowledge base, the oldest first."""
        return self._read().get(knowledge_base, ())

    def add(self, knowledge_base: str, ruling: Ruling) -> Ruling:
        """Keep a ruling in the place of one about the same; return it with its id.

        Raises:
            StorageError: also if there are too many.
        """
        kept = replace(ruling, id=secrets.token_hex(4))

        def added(rulings: Rulings) -> Rulings:
            others = rulings.get(knowledge_base, ())
            others = tuple(each for each in others if not each.is_about_the_same(kept))
            if len(others) >= MOST_RULINGS:
                raise StorageError(
                    f"There are {MOST_RULINGS} rulings about {knowledge_base} already: take some "
                    "back before you add another."
                )
            return {**rulings, knowledge_base: (*others, kept)}

        self._change(added)
        return kept

    def take_back(self, knowledge_base: str, ruling_id: str) -> Ruling | None:
        """Delete a ruling and return it; None if there is none of that id."""
        gone = next((each for each in self.of(knowledge_base) if each.id == ruling_id), None)
        if gone is not None:
            self._keep_only(lambda ruling: ruling.id != ruling_id)
        return gone

    def forget_guild(self, guild_id: int) -> int:
        """Delete what was decided in a server; return how much that was."""
        return self._keep_only(lambda ruling: ruling.guild_id != guild_id)

    def forget_person(self, user_id: int) -> int:
        """Forget who decided, not what was decided; return in how many rulings."""
        count = sum(ruling.by_id == user_id for all_ in self._read().values() for ruling in all_)
        if count:
            self._change(
                lambda rulings: {
                    name: tuple(
                        replace(one, by="", by_id=0) if one.by_id == user_id else one
                        for one in all_
                    )
                    for name, all_ in rulings.items()
                }
            )
        return count

    def purge(self, before: datetime) -> int:  # noqa: ARG002 - as every memory has it
        """Rulings last until they are taken back."""
        return 0

    def guild_ids(self) -> frozenset[int]:
        """Return the servers that decided something."""
        rulings = (ruling for all_ in self._read().values() for ruling in all_)
        return frozenset(ruling.guild_id for ruling in rulings if ruling.guild_id)

    def _keep_only(self, stays: Callable[[Ruling], bool]) -> int:
        before = sum(map(len, self._read().values()))
        self._change(
            lambda rulings: {name: tuple(filter(stays, all_)) for name, all_ in rulings.items()}
        )
        return before - sum(map(len, self._read().values()))

    def _read(self) -> Rulings:
        version = self.version()
        with self._reading:
            if self._known[0] == version:
                return self._known[1]
            try:
                rulings = _ADAPTER.validate_json(self._path.read_bytes()) if version else {}
            except (OSError, ValidationError) as error:
                raise _refused(self._path, error) from error
            self._known = (version, rulings)
            return rulings

    def _change(self, change: Callable[[Rulings], Rulings]) -> None:
        try:
            with self._lock:
                text = _ADAPTER.dump_json({**change(self._read())}, indent=1)
                beside = self._path.with_name(f"{FILE}.new")
                beside.touch(mode=0o600)
                with beside.open("wb") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(self._path)
        except OSError as error:  # a lock that is not got in time is one
            raise _refused(self._path, error) from error


def _refused(path: Path, error: Exception) -> StorageError:
    told = str(error).splitlines()[0]
    return StorageError(
        f"{path} cannot be read or written ({told}). It says what staff want never shown, so "
        "nothing is answered without it: check the disk and its permissions, or put a backup in "
        "its place."
    )
