"""Reading a data folder that cannot be written: its disk is full, or mounted read-only.

Neither SQLite's write-ahead log nor Chroma nor tantivy can be opened without writing, so what a
question needs is copied to where there is room.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import Final

from retrieval.errors import StorageError
from retrieval.rulings.book import FILE as RULINGS
from retrieval.store.catalogue.catalogue import CATALOGUE
from retrieval.store.data_folder.installation import FILE
from retrieval.store.data_folder.ownership import INDEX, FolderLock

_COPIED: Final = (CATALOGUE, f"{CATALOGUE}-wal", FILE, RULINGS, "chroma", "lexical")
_PROBE_BYTES: Final = 64 * 1024
_log = logging.getLogger(__name__)


@contextmanager
def readable(data_dir: Path) -> Iterator[Path]:
    """Yield the data folder, or where it cannot be written a copy that is thrown away.

    Raises:
        StorageError: if there is no room for a copy.
    """
    reason = why_not_writable(data_dir) if data_dir.is_dir() else None
    if reason is None or _is_served(data_dir):
        yield data_dir
        return
    _log.warning("%s cannot be written (%s): reading from a copy of it", data_dir, reason)
    with TemporaryDirectory(prefix="footnote-") as scratch:
        copy = Path(scratch)
        try:
            _copy(data_dir, copy)
        except OSError as error:
            raise StorageError(
                f"The data folder {data_dir} cannot be written ({reason}), and there is no room "
                f"for a copy of it in {gettempdir()} ({error.strerror or error}). Free the disk, "
                "or name a folder with room in TMPDIR."
            ) from error
        yield copy


def why_not_writable(folder: Path) -> str | None:
    """Return why nothing can be written into a folder, None if something can."""
    try:
        with TemporaryFile(dir=folder) as probe:
            probe.write(os.urandom(_PROBE_BYTES))
            probe.flush()
    except OSError as error:
        return error.strerror or str(error)
    return None


def _is_served(data_dir: Path) -> bool:
    """Tell whether a process has the folder open that answers for it, which needs no writing."""
    holder = FolderLock(data_dir, INDEX).holder()
    return holder is not None and holder.served_url() is not None


def _copy(data_dir: Path, copy: Path) -> None:
    for name in _COPIED:
        source = data_dir / name
        if source.is_dir():
            shutil.copytree(source, copy / name)
        elif source.is_file():
            shutil.copyfile(source, copy / name)
    models = data_dir / "models"
    (copy / "models").mkdir()
    for model in models.iterdir() if models.is_dir() else ():
        if model.is_dir():  # large, and never written to once it is there
            (copy / "models" / model.name).symlink_to(model.resolve())
