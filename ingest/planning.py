"""What an ingest has to do: decided from what is stored and what was found, writing nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.files.scanning import FoundFile, Scan, path_key, shown
from retrieval.errors import UnavailableError
from retrieval.store.catalogue.contents import FileStamp


@dataclass(frozen=True, slots=True)
class Plan:
    """The work of an ingest."""

    to_read: tuple[FoundFile, ...]
    unchanged: tuple[FoundFile, ...]
    removed: tuple[str, ...]
    """Paths of files that are gone from a folder that was looked through."""


def plan(
    scan: Scan,
    stored: Mapping[str, FileStamp],
    version: str,
    *,
    allow_empty: bool,
    encoding: str | None = None,
) -> Plan:
    """Compare what was found with what is stored.

    A file is unchanged if its size, time and place are, and if it was read by the same
    ``version`` of the readers, in ``encoding`` where one is asked for.  Only below the
    folders that were looked through is anything removed, and nothing of what could not be
    looked at.

    Raises:
        UnavailableError: if every stored file of a folder would go and ``allow_empty`` is
            not set: more often a wrong folder or an unmounted disk than a wish.
    """
    found = {file.key: file for file in scan.files}
    if not allow_empty:
        _refuse_empty(scan, stored)
    removed = tuple(
        path
        for path in stored
        if path not in found and _is_below(path, scan.folders)
        if not _is_at_or_below(path, scan.unseen)
    )
    to_read: list[FoundFile] = []
    unchanged: list[FoundFile] = []
    for path, file in found.items():
        same = _is_same(file, stored.get(path), version, encoding)
        (unchanged if same else to_read).append(file)
    return Plan(tuple(to_read), tuple(unchanged), removed)


def _refuse_empty(scan: Scan, stored: Mapping[str, FileStamp]) -> None:
    empty = [
        folder
        for folder in scan.folders
        if not any(_is_at_or_below(file.key, [folder]) for file in scan.files)
    ]
    if not empty:
        return
    at_stake = sum(_is_below(path, empty) for path in stored)
    names = ", ".join(shown(str(folder)) for folder in empty)
    if at_stake:
        raise UnavailableError(
            f"There are no files in {names}, but {at_stake} in the index came from there. "
            "Nothing was removed; if the folder is meant to be empty, add --allow-empty."
        )
    if empty and not scan.files and not scan.refused:
        raise UnavailableError(
            f"There are no files in {names}. Put threads there (footnote formats lists what can "
            "be read), or name another folder."
        )


def _is_below(path: str, folders: Sequence[Path]) -> bool:
    return any(path.startswith(path_key(str(folder)).rstrip("/") + "/") for folder in folders)


def _is_at_or_below(path: str, places: Sequence[Path]) -> bool:
    return any(path == path_key(str(place)) for place in places) or _is_below(path, places)


def _is_same(file: FoundFile, stamp: FileStamp | None, version: str, encoding: str | None) -> bool:
    if stamp is None:
        return False
    read_by, _, read_as = stamp.reading.partition("/")
    return (
        (stamp.size, stamp.mtime_ns, stamp.name) == (file.size, file.mtime_ns, file.name)
        and read_by == version
        and encoding in (None, read_as)
    )
