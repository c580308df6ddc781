"""Chroma's folder on disk: what Chroma 1.5.9 itself never clears away.

Only for whoever holds the folder's lock, while no Chroma has it open; ``replayed_ids`` and
``remove_orphaned_segments`` also beside one.
"""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

DATABASE: Final = "chroma.sqlite3"
_RESIDUE: Final = "chroma.residue"
"""A file beside the folder: SQLite's unused space holds words that were removed."""
RECLAIMED_FROM_BYTES: Final = 32 * 2**20
_RECLAIMED_SHARE: Final = 0.25
"""From so many free pages, and such a share of the file, they go back to the disk."""
_SEGMENT: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INCREMENTAL: Final = 2
_DELETED: Final = 3
_REPLAYED: Final = """
SELECT q.id, q.operation FROM collections c
  JOIN segments s ON s.collection = c.id AND s.scope = 'VECTOR'
  LEFT JOIN max_seq_id m ON m.segment_id = s.id
  JOIN embeddings_queue q ON q.seq_id > coalesce(m.seq_id, 0) AND q.topic LIKE '%/' || c.id
 WHERE c.name = ?
"""
# The log keeps what was inserted until the graph is saved, which needs the vectors alone.
_TEXTS_IN_THE_LOG: Final = """
UPDATE embeddings_queue SET metadata = NULL
 WHERE id NOT IN (SELECT embedding_id FROM embeddings)
   AND seq_id <= (SELECT max(m.seq_id) FROM segments s JOIN max_seq_id m ON m.segment_id = s.id
                   WHERE s.scope = 'METADATA' AND embeddings_queue.topic LIKE '%/' || s.collection)
"""
_log = logging.getLogger(__name__)


def prepare(folder: Path) -> None:
    """Make Chroma's SQLite file where there is none, so that it can shrink later.

    Without this, only a copy of the whole file (VACUUM) could give space back.
    """
    database = folder / DATABASE
    if database.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database, isolation_level=None)) as made:
        made.execute("PRAGMA auto_vacuum = INCREMENTAL")
        made.execute("VACUUM")  # writes the file's header, to which it belongs


def reclaim(folder: Path, at_least_bytes: int = RECLAIMED_FROM_BYTES) -> int:
    """Give the disk back what removed records left free in Chroma's SQLite file, if it is much.

    A file that ``prepare`` did not make is copied once, which makes it shrink in place later;
    and so is one that ``leave_no_residue`` could not copy, since Chroma had it open.

    Returns:
        The bytes that went back.
    """
    database = folder / DATABASE
    if not database.is_file():
        return 0
    before = database.stat().st_size
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as chroma:
            pages, free, page_bytes, mode = (
                chroma.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size", "auto_vacuum")
            )
            residue = folder.with_name(_RESIDUE)
            if residue.exists():
                chroma.execute(_TEXTS_IN_THE_LOG)
                chroma.execute("VACUUM")
                residue.unlink(missing_ok=True)
                return max(0, before - database.stat().st_size)
            if free * page_bytes < at_least_bytes or free < pages * _RECLAIMED_SHARE:
                return 0
            if mode == _INCREMENTAL:
                # As a script, since it takes a step a page, and execute() makes only one.
                chroma.executescript("PRAGMA incremental_vacuum")
            else:
                chroma.execute("PRAGMA auto_vacuum = INCREMENTAL")
                chroma.execute("VACUUM")
    except sqlite3.Error as error:
        # What Chroma has to say of its file, it says itself; a full disk has no room for a copy.
        _log.info("could not shrink %s: %s", database, error)
    return max(0, before - database.stat().st_size)


def leave_no_residue(folder: Path) -> None:
    """Copy Chroma's SQLite file, so that none of its unused space holds what was removed.

    Takes .36 s of processor for 10,000 passages.  Where Chroma has the folder open, it is done
    before it is opened next, or when the process that has it embedded closes it.
    """
    if not (folder / DATABASE).is_file():
        return
    folder.with_name(_RESIDUE).touch()
    with (
        contextlib.suppress(Timeout),
        FileLock(folder.with_name("chroma.lock"), thread_local=False, blocking=False),
    ):
        reclaim(folder)


def replayed_ids(folder: Path, collection: str) -> list[str]:
    """Return the ids that Chroma puts into its graph anew, beside deletions, at each opening.

    They are in its log and not in the graph on disk yet, which is written every 1,000 changes.
    Where the log holds no deletions, nothing gets lost and nothing is returned.
    """
    database = folder / DATABASE
    if not database.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as chroma:
            changes = chroma.execute(_REPLAYED, (collection,)).fetchall()
    except sqlite3.Error as error:
        # As above; no harm is done by not knowing.
        _log.info("could not read the log in %s: %s", database, error)
        return []
    has_deletions = any(operation == _DELETED for _, operation in changes)
    return list(dict.fromkeys(id_ for id_, _ in changes)) if has_deletions else []


def remove_orphaned_segments(folder: Path) -> int:
    """Remove the folders that Chroma leaves behind when a collection is deleted.

    Returns:
        The bytes that this gave back to the disk.
    """
    database = folder / DATABASE
    if not database.is_file():
        return 0
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as chroma:
        known = {row[0] for row in chroma.execute("SELECT id FROM segments")}
    freed = 0
    for segment in folder.iterdir():
        if segment.is_dir() and _SEGMENT.fullmatch(segment.name) and segment.name not in known:
            freed += sum(path.stat().st_size for path in segment.rglob("*") if path.is_file())
            shutil.rmtree(segment, ignore_errors=True)
    return freed
