"""One post in several files: of different texts the newest counts, and so does its deletion.

Exports overlap, and what was edited in between stands in them with both texts.  The newest edit
counts or, where nothing says when it was edited, the newest file.  What was deleted in between is
in the older file alone, though the newer one holds that time whole (``deletions``).  Such files
lose the post; they are remembered, to be read again when the newer one changes or goes.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from retrieval.store.catalogue.stored_files import stored_files
from retrieval.store.removal.deletions import deletions
from retrieval.store.removal.withdrawing import withdraw

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.catalogue.contents import FileStamp
    from retrieval.store.index import PassageIndex

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_DIFFERING: Final = """
SELECT DISTINCT o.id FROM {files}
 CROSS JOIN posts o ON o.file_id = f.id
 CROSS JOIN posts x ON x.id = o.id AND x.file_id <> o.file_id AND x.text <> o.text
 CROSS JOIN files g ON g.id = x.file_id AND g.kb = :kb
"""
_THESE: Final = (
    "json_each(:paths) wanted CROSS JOIN files f ON f.kb = :kb AND f.path = wanted.value"
)
_ALL: Final = "(SELECT id FROM files WHERE kb = :kb) f"
_VERSIONS: Final = """
SELECT o.id, o.file_id, o.text, o.edited_at, f.as_of, f.name, f.path FROM json_each(:ids) wanted
 CROSS JOIN posts o ON o.id = wanted.value
 CROSS JOIN files f ON f.id = o.file_id AND f.kb = :kb
"""


@dataclass(frozen=True, slots=True)
class Superseded:
    """Posts that a file lost, since others hold newer texts of them, or show them to be gone."""

    file: str
    """Its name."""
    path: str
    posts: int
    passages: int
    """How many left the index with them, or with others that the file lost, told before."""
    by: tuple[str, ...]
    """The names of those others."""
    is_deleted: bool = False


def supersede(index: PassageIndex, paths: Collection[str] | None = None) -> tuple[Superseded, ...]:
    """Let older texts of posts give way, and tell whose.

    Looks at the posts of the files at ``paths``, or of all.  Which files were there first makes
    no difference; doing it again does no harm.

    Raises:
        StorageError: if a store cannot write.
    """
    catalogue, kb = index.catalogue, index.generation.knowledge_base
    gone = deletions(catalogue, kb, paths)
    losses = _losses(_versions(catalogue, kb, paths))
    # First, so that whoever is interrupted between the two can still bring them back.
    _remember(catalogue, kb, losses)
    _remember(catalogue, kb, gone)
    told: list[Superseded] = []
    for file_id in sorted(losses.keys() | gone.keys()):
        deleted = gone.get(file_id, {})
        edited = {id_: by for id_, by in losses.get(file_id, {}).items() if id_ not in deleted}
        for contents in stored_files(catalogue, [file_id]):
            removed = index.write([withdraw(contents, edited.keys() | deleted.keys())]).removed
            if edited:
                told.append(_told(contents.stamp, edited, removed, is_deleted=False))
                removed = 0
            if deleted:
                told.append(_told(contents.stamp, deleted, removed, is_deleted=True))
    return tuple(told)


def _told(
    stamp: FileStamp, lost: Mapping[str, sqlite3.Row], removed: int, *, is_deleted: bool
) -> Superseded:
    by = tuple(sorted({row["name"] for row in lost.values()}))
    return Superseded(stamp.name, stamp.path, len(lost), removed, by, is_deleted)


def outdone_by(catalogue: Catalogue, kb: str, paths: Iterable[str]) -> set[str]:
    """Return the paths of files that lost posts to files at ``paths``, or to one of themselves."""
    found: set[str] = set()
    todo = set(paths)
    while todo:
        rows = catalogue.connection.execute(
            "SELECT o.path FROM json_each(?) wanted"
            " CROSS JOIN outdone o ON o.kb = ? AND o.by_path = wanted.value",
            (json.dumps(sorted(todo)), kb),
        )
        todo = {row[0] for row in rows} - found
        found |= todo
    return found


def forget_outdone(catalogue: Catalogue, kb: str, paths: Iterable[str]) -> None:
    """Forget what files lost that are about to be read anew, or that are gone."""
    with catalogue.writing() as connection:
        connection.executemany(
            "DELETE FROM outdone WHERE kb = ? AND path = ?", [(kb, path) for path in paths]
        )


def _versions(
    catalogue: Catalogue, kb: str, paths: Collection[str] | None
) -> Iterator[list[sqlite3.Row]]:
    """Yield the versions of each post that stands in several files with different texts."""
    values = {"kb": kb} if paths is None else {"kb": kb, "paths": json.dumps(sorted(paths))}
    files = _ALL if paths is None else _THESE
    rows = catalogue.connection.execute(_DIFFERING.format(files=files), values)
    values = {"kb": kb, "ids": json.dumps([row[0] for row in rows])}
    versions: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in catalogue.connection.execute(_VERSIONS, values):
        versions[row["id"]].append(row)
    yield from versions.values()


def _losses(versions: Iterable[list[sqlite3.Row]]) -> dict[int, dict[str, sqlite3.Row]]:
    """Return, by file, the posts that it loses, each with the row that wins."""
    losses: dict[int, dict[str, sqlite3.Row]] = defaultdict(dict)
    for rows in versions:
        newest = max(rows, key=_age)
        for row in rows:
            if row["text"] != newest["text"]:
                losses[row["file_id"]][row["id"]] = newest
    return losses


def _age(row: sqlite3.Row) -> tuple[datetime, datetime, str]:
    edited_at, as_of = (_time(row[each]) for each in ("edited_at", "as_of"))
    return edited_at, as_of, row["name"]


def _time(kept: str | None) -> datetime:
    return datetime.fromisoformat(kept) if kept else _NEVER


def _remember(
    catalogue: Catalogue, kb: str, losses: Mapping[int, Mapping[str, sqlite3.Row]]
) -> None:
    if not losses:
        return
    with catalogue.writing() as connection:
        connection.executemany(
            "INSERT OR IGNORE INTO outdone SELECT kb, path, ? FROM files WHERE id = ? AND kb = ?",
            [
                (row["path"], file_id, kb)
                for file_id, lost in losses.items()
                for row in lost.values()
            ],
        )
