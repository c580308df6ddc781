"""Copies of Chroma's vector graph, so that a crash while Chroma saves it costs nothing.

Chroma 1.5.9 writes what changed into the files of the graph, in place.  Killed meanwhile at
100,000 vectors, it could not open the collection any more in 9 of 14 rounds, and all of it had
to be made anew.  Until a save has come to its end, Chroma's SQLite file names the change up to
which the graph was saved before; so a copy of the files under that number is put back while
the number stands, and has served its purpose when it does not.

Only for whoever holds the folder's lock, while no Chroma has the graph open.
"""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from retrieval.store.chroma.folder import DATABASE

_UNFINISHED: Final = ".unfinished"
_COPY: Final = re.compile(r"(?P<segment>[0-9a-f-]{36})\.(?P<saved>\d+)\.copy")
_GRAPH: Final = """
SELECT s.id, coalesce(m.seq_id, 0),
       (SELECT count(*) FROM embeddings_queue q
         WHERE q.seq_id > coalesce(m.seq_id, 0) AND q.topic LIKE '%/' || c.id)
  FROM collections c
  JOIN segments s ON s.collection = c.id AND s.scope = 'VECTOR'
  LEFT JOIN max_seq_id m ON m.segment_id = s.id
"""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Graph:
    """A collection's vector graph as it is on disk."""

    segment: str
    """The name of its folder."""
    saved: int
    """The number of the last change that is in it."""
    waiting: int
    """How many changes wait in the log."""


def graph_of(folder: Path, collection: str) -> Graph | None:
    """Return the graph of a collection, None where there is none or Chroma's file is unreadable."""
    found = _graphs(folder, f"{_GRAPH} WHERE c.name = ?", (collection,))
    return found[0] if found else None


def copy_graph(folder: Path, graph: Graph) -> bool:
    """Copy a graph's files, and tell whether that could be done; takes 0.15 s at 100,000."""
    unfinished = folder / f"{graph.segment}{_UNFINISHED}"
    try:
        shutil.copytree(folder / graph.segment, unfinished)
        unfinished.rename(folder / f"{graph.segment}.{graph.saved}.copy")
    except OSError as error:
        _log.info("could not copy %s: %s", folder / graph.segment, error)
        shutil.rmtree(unfinished, ignore_errors=True)
        return False
    return True


def put_back_copies(folder: Path) -> int:
    """Put back copies of graphs whose saving was interrupted, and drop the others.

    Returns:
        How many were put back.
    """
    if not folder.is_dir():
        return 0
    for left in folder.glob(f"*{_UNFINISHED}"):
        shutil.rmtree(left, ignore_errors=True)
    copies = [(path, match) for path in folder.iterdir() if (match := _COPY.fullmatch(path.name))]
    if not copies:
        return 0
    saved = {graph.segment: graph.saved for graph in _graphs(folder, _GRAPH)}
    count = 0
    for copy, match in copies:
        segment = folder / match["segment"]
        if saved.get(match["segment"]) == int(match["saved"]):
            shutil.rmtree(segment, ignore_errors=True)
            copy.rename(segment)
            count += 1
        else:
            shutil.rmtree(copy, ignore_errors=True)
    return count


def _graphs(folder: Path, statement: str, values: tuple[str, ...] = ()) -> list[Graph]:
    database = folder / DATABASE
    if not database.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as chroma:
            return [Graph(*row) for row in chroma.execute(statement, values)]
    except sqlite3.Error as error:
        _log.info("could not read %s: %s", database, error)
        return []
