"""Files that a reader wants to read as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path

from ingest.drafts import Reader
from ingest.files.opening import head_of
from ingest.files.scanning import FoundFile
from ingest.sources import Folder, Group
from retrieval.errors import FileRefusedError


def bundled(
    files: Sequence[FoundFile], folders: Sequence[Path], readers: Sequence[Reader]
) -> tuple[FoundFile, ...]:
    """Put one file in the place of those below ``folders`` that a reader wants to read as one.

    Folders are offered from the outside in, archives as if they were folders; what one reader
    took is offered to none after it.
    """
    gatherers = [reader for reader in readers if reader.bundles is not None]
    if not gatherers:
        return tuple(files)
    left = {file.place: file for file in files}
    taken: list[FoundFile] = []
    for folder, places in _by_folder(files, [str(folder) for folder in folders]):
        for reader in gatherers:
            for one in _taken_by(reader, folder, [left[p] for p in places if p in left]):
                taken.append(one)
                for member in one.members:
                    left.pop(member.place, None)
    return tuple(sorted((*left.values(), *taken), key=attrgetter("name", "place")))


def _by_folder(files: Sequence[FoundFile], tops: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder with the places of the files below it, from the outside in."""
    below: dict[str, list[str]] = defaultdict(list)
    for file in files:
        for folder in _folders_of(file, tops):
            below[folder].append(file.place)
    yield from sorted(below.items(), key=lambda item: (item[0].count("/"), item[0]))


def _folders_of(file: FoundFile, tops: Sequence[str]) -> Iterator[str]:
    archive = file.place.removesuffix(f"/{file.inner}") if file.archive is not None else None
    folder = file.place
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        inside = any(f"{folder}/".startswith(f"{top.rstrip('/')}/") for top in tops)
        if not inside and (archive is None or len(folder) < len(archive)):
            return
        yield folder


def _taken_by(reader: Reader, folder: str, files: Sequence[FoundFile]) -> Iterator[FoundFile]:
    if not files or reader.bundles is None:
        return
    below = {file.place[len(folder) + 1 :]: file for file in files}
    heads: dict[str, Callable[[], bytes]] = {
        name: partial(_head, file) for name, file in below.items()
    }
    for group in reader.bundles(Folder(heads)):
        members = tuple(below[name] for name in sorted(group.members))
        yield _one_of(folder, group, members, reader.kind)


def _head(file: FoundFile) -> bytes:
    try:
        return head_of(file)
    except FileRefusedError:
        return b""


def _one_of(folder: str, group: Group, members: tuple[FoundFile, ...], kind: str) -> FoundFile:
    first = members[0]
    above = first.name.removesuffix(first.place[len(folder) + 1 :]).rstrip("/")
    name = f"{above}/{group.name}".strip("/") if group.name else above or Path(folder).name
    return FoundFile(
        place=f"{folder}/{group.name}" if group.name else folder,
        name=name,
        size=sum(member.size for member in members),
        mtime_ns=max(member.mtime_ns for member in members),
        members=members,
        kind=kind,
        folder=folder,
    )
