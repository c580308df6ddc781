"""Which files there are to read."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Final

from ingest.files.archives import Archive, archive_at
from ingest.report import Refusal
from retrieval.errors import FileRefusedError, UsageError

_ESCAPED: Final = re.compile(r"\.[0-9A-Fa-f]{2}.*\.json$")
"""What begins with an escaped character, as topics of zulip-archive do, is not hidden."""
_MEDIA: Final = re.compile(r"\.(?:json|html?|txt|csv)_Files$")
"""The folder in which DiscordChatExporter puts what was attached to the messages of a file."""
_TEMPORARY: Final = re.compile(
    r"""~$ | ^~\$ | ^\#.*\#$ | ^4913$              # backups and trial files of editors
    | \.(?:swp|swx|tmp|temp                       # what is renamed when it is whole
        | part|partial|filepart|crdownload|opdownload|download)$
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to be looked at."""

    place: str
    """Its absolute path as the operating system has it.  As text: of 10,000 files, paths took
    as long as looking at the files does."""
    name: str
    """Relative to the corpus folder or the one asked for, as text that can be kept and shown."""
    size: int
    mtime_ns: int
    archive: Archive | None = None
    """The archive that it is in; ``place`` is then a path in it."""
    inner: str = ""
    """Its path in the archive."""
    members: tuple[FoundFile, ...] = ()
    """The files that are read as this one."""
    folder: str = ""
    """The folder or archive in which they were found."""
    kind: str = ""
    """The reader that wants to read them so."""

    @property
    def path(self) -> Path:
        """Absolute."""
        return Path(self.place)

    @property
    def key(self) -> str:
        """The path as text that can be kept."""
        return path_key(self.place)


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found at the paths that were asked for."""

    files: tuple[FoundFile, ...]
    refused: tuple[Refusal, ...]
    folders: tuple[Path, ...]
    """The folders that were looked through: what is not there any more was removed."""
    unseen: tuple[Path, ...] = ()
    """Files and folders in them that could not be looked at: nobody knows what is there."""
    passed_over: tuple[str, ...] = ()
    """Folders in them that hold what was attached to an export's messages."""

    def close(self) -> None:
        """Let go of the archives; no file can be read after that."""
        for archive in {id(file.archive): file.archive for file in _leaves(self.files)}.values():
            if archive is not None:
                archive.close()


def _leaves(files: Iterable[FoundFile]) -> Iterator[FoundFile]:
    for file in files:
        yield from file.members or (file,)


def scan(
    paths: Sequence[Path],
    corpus_dir: Path,
    *,
    ignored: Sequence[Path] = (),
    settled_seconds: float = 0.0,
) -> Scan:
    """Find the files at ``paths``: files themselves, folders and archives with all in them.

    Hidden files and folders, temporary files of editors and downloads, links to folders, and
    the folders of pictures that an exporter puts beside its file are passed over.  What lies in
    the corpus folder is named from there, whether that, a part of it or one file is asked for.

    Args:
        paths: what to look at.
        corpus_dir: what files are named from.
        ignored: folders that are passed over where they lie below a folder that is looked
            through, such as the data folder.
        settled_seconds: how long a file must have stayed the same; one that was changed less
            long ago is looked at again then, and refused if it goes on changing.

    Raises:
        UsageError: if none of the paths exists, or one is an ignored folder.
    """
    missing = [path for path in paths if not _exists(path)]
    if paths and len(missing) == len(paths):
        raise UsageError(_nowhere(paths))
    there = [path.resolve() for path in paths if path not in missing]
    looking = _Looking(corpus_dir.resolve(), frozenset(path.resolve() for path in ignored))
    for folder in filter(_is_folder, there):  # first, so that a file has its longer name
        looking.through(folder)
    for path in there:
        if not _is_folder(path):
            looking.at(str(path), path.parent)
    looking.hold_back_unsettled(settled_seconds)
    looking.into_archives()
    refused = [Refusal(shown(str(path)), "does not exist") for path in missing]
    ordered = sorted(looking.files.values(), key=attrgetter("name", "place"))
    folders = dict.fromkeys(looking.folders)
    return Scan(
        tuple(ordered),
        (*refused, *looking.refused.values()),
        tuple(folders),
        tuple(map(Path, looking.refused)),
        tuple(looking.passed_over),
    )


def is_passed_over(relative: Path) -> bool:
    """Tell whether a path is hidden, below a hidden folder, or some program's temporary file."""
    # A name that leads out of an archive is refused, not passed over.
    parts = (part for part in relative.parts if part != "..")
    return any(map(_is_hidden, parts)) or _is_temporary(relative.name)


def path_key(path: str) -> str:
    """Return a path as text that can be kept; bytes of it that are no UTF-8 are escapes there."""
    if path.isascii():
        return path  # most are, and there may be many
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(name: str) -> str:
    """Return a name with U+FFFD for what is no UTF-8 in it."""
    if name.isascii():
        return name
    return os.fsencode(name).decode("utf-8", "replace")


def _exists(path: Path) -> bool:
    """Tell whether there is something, be it nothing that may be looked at."""
    try:
        return path.exists()
    except OSError:
        return True


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _nowhere(paths: Sequence[Path]) -> str:
    if len(paths) == 1:
        return (
            f"There is no file or folder {shown(str(paths[0]))}. Give the folder of your threads, "
            "or set FOOTNOTE_CORPUS_DIR to it."
        )
    return f"None of these exists: {', '.join(shown(str(path)) for path in paths)}."


def _within(folder: str | Path) -> str:
    """Return what the paths of everything below a folder begin with."""
    return os.path.join(folder, "")  # noqa: PTH118  # pathlib drops the last separator


def _is_hidden(name: str) -> bool:
    return name.startswith(".") and not _ESCAPED.match(name)


def _is_media_of(folder: str, files: Iterable[str]) -> bool:
    """Tell whether a folder holds the pictures and files of an export, by its full name.

    The export may have been moved or removed; then it is known by how its name ended.
    """
    if not folder.endswith("_Files"):
        return False
    return bool(_MEDIA.search(folder)) or folder.removesuffix("_Files") in files


def _is_temporary(name: str) -> bool:
    return _TEMPORARY.search(name) is not None


class _Looking:
    """Collects what a scan finds, each file once."""

    def __init__(self, corpus_dir: Path, ignored: frozenset[Path]) -> None:
        self._within_corpus = _within(corpus_dir)
        self._ignored = ignored
        self.files: dict[str, FoundFile] = {}
        self.refused: dict[str, Refusal] = {}
        self.folders: list[Path] = []
        self.passed_over: list[str] = []

    def through(self, folder: Path) -> None:
        if folder in self._ignored:
            raise UsageError(
                f"{shown(str(folder))} is Footnote's own data folder: keep the threads in another "
                "one, or set FOOTNOTE_DATA_DIR to another one."
            )
        self.folders.append(folder)
        for root, folders, names in os.walk(folder, onerror=self._unreadable):
            there = set(names)
            within = _within(root)
            looked_into = [name for name in folders if self._is_looked_into(root, name)]
            media = [name for name in looked_into if _is_media_of(name, there)]
            self.passed_over += [self._name(within + name, folder) for name in sorted(media)]
            folders[:] = sorted(set(looked_into).difference(media))
            for name in sorted(names):
                if not (_is_hidden(name) or _is_temporary(name)):
                    self.at(within + name, folder)

    def at(self, path: str, folder: Path) -> None:
        name = self._name(path, folder)
        try:
            found = os.stat(path)  # noqa: PTH116  # as the path is text here
        except OSError as error:
            self.refused[path] = Refusal(name, f"cannot be read: {error.strerror}")
            return
        if not stat.S_ISREG(found.st_mode):
            self.refused[path] = Refusal(name, "is no ordinary file")
            return
        self.files.setdefault(path, FoundFile(path, name, found.st_size, found.st_mtime_ns))

    def into_archives(self) -> None:
        """Put the files in archives in the place of the archives."""
        for file in list(self.files.values()):
            archive = archive_at(file.place, file.name)
            if archive is None:
                continue
            del self.files[file.place]
            try:
                self._into(file, archive)
            except FileRefusedError as error:
                archive.close()
                self.refused[file.place] = Refusal(error.file, error.reason)

    def _into(self, file: FoundFile, archive: Archive) -> None:
        members = archive.members()
        names = {member.name for member in members}
        for member in members:
            inner = PurePosixPath(member.name)
            if is_passed_over(Path(inner)) or _is_beside_export(inner, names):
                continue
            place, name = f"{file.place}/{member.name}", shown(f"{file.name}/{member.name}")
            trouble = member.trouble
            if archive_at(place, member.name) is not None:
                trouble = "is an archive inside an archive; unpack the outer one"
            if trouble is not None:
                self.refused[place] = Refusal(name, trouble)
                continue
            self.files[place] = FoundFile(
                place, name, member.size, file.mtime_ns, archive, member.name
            )

    def _name(self, path: str, folder: Path) -> str:
        """Return a file's name from the corpus folder or, outside of it, from ``folder``."""
        above = self._within_corpus if path.startswith(self._within_corpus) else _within(folder)
        return shown(path[len(above) :].replace(os.sep, "/"))

    def hold_back_unsettled(self, settled_seconds: float) -> None:
        """Look again at files that were changed just now, and refuse those that still change."""
        now_ns, settled_ns = time.time_ns(), int(settled_seconds * 1e9)
        fresh = [f for f in self.files.values() if abs(now_ns - f.mtime_ns) < settled_ns]
        if not fresh:
            return
        youngest_ns = min(abs(now_ns - file.mtime_ns) for file in fresh)
        time.sleep((settled_ns - youngest_ns) / 1e9)
        for file in fresh:
            trouble = _trouble(file)
            if trouble is not None:
                del self.files[file.place]
                self.refused[file.place] = Refusal(file.name, trouble)

    def _is_looked_into(self, root: str, name: str) -> bool:
        return not _is_hidden(name) and Path(root, name) not in self._ignored

    def _unreadable(self, error: OSError) -> None:
        path = os.fsdecode(error.filename)
        self.refused[path] = Refusal(shown(path), f"cannot be read: {error.strerror}")


def _is_beside_export(path: PurePosixPath, names: set[str]) -> bool:
    """Tell whether a file in an archive lies in the folder of pictures of an export there."""
    media = any(_is_media_of(str(parent), names) for parent in path.parents)
    return media or "__MACOSX" in path.parts


def _trouble(file: FoundFile) -> str | None:
    """Return why a file that was found cannot be read now, None if it can."""
    try:
        found = os.stat(file.place)  # noqa: PTH116  # as above
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if (found.st_size, found.st_mtime_ns) == (file.size, file.mtime_ns):
        return None
    return "is still being written; it is read once it is whole"
