"""People whose posts stay out of the answers for good.

They are kept apart from the index, which may be made anew from its files at any time, and as
keyed hashes: who reads the list learns of nobody whom they did not ask about.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from retrieval.errors import StorageError

FILE: Final = "forgotten-people.json"
ANY_SOURCE: Final = "*"
"""Stands for every kind of source, in front of a name."""
TOO_LONG_FOR_CHANCE: Final = 40
"""Characters from which the same words are taken for a copy: "Thanks, that works." is nobody's."""
_KEY_BYTES: Final = 32
_LOCK_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    """Hash of the author's id; as are the others of what they say."""
    names: tuple[str, ...] = ()
    """Under which they write where the source gives its authors no ids."""
    called: tuple[str, ...] = ()
    """Under which others quote them."""
    repeated_in: tuple[str, ...] = ()
    """Passages of others that repeated words of theirs; ids come from content, so they last."""


class Forgotten:
    """The list as it is at one moment, for telling whose words something is."""

    def __init__(self, key: bytes = b"", people: Iterable[_Person] = ()) -> None:
        people = tuple(people)
        self._key = key
        self._authors = {hash_ for one in people for hash_ in (one.id, *one.names)}
        self._called = self._authors.union(*(one.called for one in people))
        self._repeated_in = {hash_ for one in people for hash_ in one.repeated_in}
        self._known: dict[tuple[str, str], bool] = {}

    def __bool__(self) -> bool:
        return bool(self._authors)

    def wrote(self, author_id: str | None, author: str | None, kind: str) -> bool:
        """Tell whether they wrote a post: by the author's id or, where it has none, the name."""
        if not self._authors:
            return False
        if author_id:
            return self._is_among(self._authors, author_id)
        return bool(author) and self._is_named(self._authors, author or "", kind)

    def are_called(self, name: str | None, kind: str) -> bool:
        """Tell whether one of them is quoted under this name in a kind of source."""
        return bool(name and self._authors) and self._is_named(self._called, name or "", kind)

    def was_repeated_in(self, passage_id: str) -> bool:
        """Tell whether a passage was taken out since it repeats their words."""
        return bool(self._repeated_in) and _hash(self._key, passage_id) in self._repeated_in

    def _is_named(self, hashes: Collection[str], name: str, kind: str) -> bool:
        return any(self._is_among(hashes, named(name, each)) for each in (kind, ANY_SOURCE))

    def _is_among(self, hashes: Collection[str], identity: str) -> bool:
        which = ("called" if hashes is self._called else "author", identity)
        known = self._known.get(which)
        if known is None:
            known = self._known[which] = _hash(self._key, identity) in hashes
        return known


class ForgottenPeople:
    """The list of them in the data folder, read anew each time: any process may change it."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._lock = FileLock(data_dir / f"{FILE}.lock", timeout=_LOCK_SECONDS)

    def read(self, author_id: str | None = None) -> Forgotten:
        """Return the list as it is now, or what it says of one person.

        Raises:
            StorageError: if there is one that cannot be read: nobody on it may be shown.
        """
        key, people = self._load()
        if author_id is not None:
            people = tuple(one for one in people if one.id == _hash(key, author_id))
        return Forgotten(key, people)

    def remember(self, author_id: str, *, name: str | None = None) -> None:
        """Put somebody on the list, by the source's id.

        Where a source has no ids, ``KIND:NAME`` is one; ``name`` is one more name that they
        write under there, whatever the kind.  Again is no harm.

        Raises:
            StorageError: if the list cannot be kept.
        """
        self._add(author_id, names=[named(name, ANY_SOURCE)] if name else [])

    def remember_traces(
        self, author_id: str, called: Iterable[tuple[str, str]], repeated_in: Iterable[str]
    ) -> None:
        """Add what others' posts may say of somebody on the list after theirs are gone.

        That is, names under which they are quoted, each with its kind of source, and passages
        that repeat their words.
        """
        self._add(
            author_id,
            called=[named(name, kind) for name, kind in called],
            repeated_in=repeated_in,
        )

    def allow(self, author_id: str) -> bool:
        """Take somebody off the list, and tell whether they were on it.

        Raises:
            StorageError: if the list cannot be kept.
        """
        if not self.is_forgotten(author_id):  # nothing is made to find that out
            return False
        with self._changing():
            key, people = self._load()
            hash_ = _hash(key, author_id)
            left = tuple(person for person in people if person.id != hash_)
            if len(left) == len(people):
                return False
            self._save(key, left)
        return True

    def is_forgotten(self, author_id: str) -> bool:
        """Tell whether somebody is on the list."""
        key, people = self._load()
        hash_ = _hash(key, author_id)
        return any(person.id == hash_ for person in people)

    def count(self) -> int:
        """Return how many are on the list."""
        return len(self._load()[1])

    def _add(
        self,
        author_id: str,
        *,
        names: Iterable[str] = (),
        called: Iterable[str] = (),
        repeated_in: Iterable[str] = (),
    ) -> None:
        with self._changing():
            key, people = self._load()
            key = key or secrets.token_bytes(_KEY_BYTES)
            by_id = {person.id: person for person in people}
            hash_ = _hash(key, author_id)
            old = by_id.get(hash_, _Person(hash_))
            by_id[hash_] = _Person(
                hash_,
                _merged(old.names, (_hash(key, name) for name in names)),
                _merged(old.called, (_hash(key, name) for name in called)),
                _merged(old.repeated_in, (_hash(key, id_) for id_ in repeated_in)),
            )
            if tuple(by_id.values()) != people:
                self._save(key, tuple(by_id.values()))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except OSError as error:  # a lock that stays taken is one, too
            raise self._unusable(error) from error
        try:
            yield
        finally:
            self._lock.release()

    def _load(self) -> tuple[bytes, tuple[_Person, ...]]:
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            return bytes.fromhex(kept["key"]), tuple(map(_person, kept["people"]))
        except FileNotFoundError:
            return b"", ()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._unusable(error) from error

    def _save(self, key: bytes, people: tuple[_Person, ...]) -> None:
        text = json.dumps({"key": key.hex(), "people": [asdict(one) for one in people]}, indent=1)
        waiting = self._path.with_suffix(f".{os.getpid()}")
        try:
            waiting.touch(mode=0o600)
            waiting.chmod(0o600)
            with waiting.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            waiting.replace(self._path)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> StorageError:
        return StorageError(
            f"The list of forgotten people {self._path} cannot be used: {error}. Mend its "
            "permissions, or put a backup in its place: without it their posts would be read again."
        )


def named(name: str, kind: str) -> str:
    """Return what stands for an author of whom a source knows only the name."""
    return f"{kind}:{name.strip()}"


def _hash(key: bytes, identity: str) -> str:
    alike = unicodedata.normalize("NFC", identity.strip()).casefold()
    return hmac.new(key, alike.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _merged(old: tuple[str, ...], new: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*old, *new]))


def _person(kept: dict[str, Any]) -> _Person:
    return _Person(kept["id"], *(tuple(kept[each]) for each in ("names", "called", "repeated_in")))
