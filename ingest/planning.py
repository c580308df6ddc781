"""What an ingest has to do: decided from what is stored and what was found, writing nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.scanning import FoundFile, Scan
from retrieval.errors import UnavailableError
from retrieval.index.contents import FileStamp


@dataclass(frozen=True, slots=True)
class Plan:
    """The work of an ingest."""

    to_read: tuple[FoundFile, ...]
    unchanged: tuple[FoundFile, ...]
    removed: tuple[str, ...]
    """Paths of files that are gone from a folder that was looked through."""


def plan(scan: Scan, stored: Mapping[str, FileStamp], version: str, *, allow_empty: bool) -> Plan:
    """Compare what was found with what is stored.

    A file is unchanged if its size, time and place are, and if it was read by the same
    ``version`` of the readers.  Only below the folders that were looked through is anything
    removed.

    Raises:
        UnavailableError: if every stored file of a folder would go and ``allow_empty`` is
            not set: more often a wrong folder or an unmounted disk than a wish.
    """
    found = {str(file.path): file for file in scan.files}
    if scan.folders and not scan.files and not allow_empty:
        _refuse_empty(scan.folders, stored)
    removed = tuple(
        path for path in stored if path not in found and _is_below(Path(path), scan.folders)
    )
    unchanged = tuple(
        file for path, file in found.items() if _is_same(file, stored.get(path), version)
    )
    same = set(unchanged)
    to_read = tuple(file for file in scan.files if file not in same)
    return Plan(to_read, unchanged, removed)


def _refuse_empty(folders: tuple[Path, ...], stored: Mapping[str, FileStamp]) -> None:
    names = ", ".join(map(str, folders))
    at_stake = sum(_is_below(Path(path), folders) for path in stored)
    if at_stake:
        raise UnavailableError(
            f"There are no files in {names}, but {at_stake} in the index came from there. "
            "Nothing was removed; if the folder is meant to be empty, add --allow-empty."
        )
    raise UnavailableError(
        f"There are no files in {names}. Put threads there (.txt, .jsonl, .json), or name "
        "another folder."
    )


def _is_below(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(folder in path.parents for folder in folders)


def _is_same(file: FoundFile, stamp: FileStamp | None, version: str) -> bool:
    return stamp is not None and (
        (stamp.size, stamp.mtime_ns, stamp.name) == (file.size, file.mtime_ns, file.name)
        and stamp.reading.split("/")[0] == version
    )
