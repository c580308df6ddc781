"""The passages that a search weighs, with the paragraphs beside them, as arrays."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from retrieval.filters import Filters
    from retrieval.index.catalogue import Catalogue

_SHORTEST_PART: Final = 3
"""Fewer letters of a name could be any word."""
_STATEMENT: Final = """
WITH wanted AS (SELECT value AS id FROM json_each(:ids)),
     chosen AS (
         SELECT p.file_id, p.thread_id, p.post_id, p.ordinal, p.id
           FROM wanted
          CROSS JOIN passages p ON p.id = wanted.id
          CROSS JOIN files f ON f.id = p.file_id
          WHERE f.kb = :kb
     ),
     places AS (
         SELECT file_id, id FROM chosen
          UNION
         SELECT n.file_id, n.id
           FROM chosen c
          -- else a whole file is looked through for each: 476 ms a question instead of 12
          CROSS JOIN passages n INDEXED BY passages_by_thread
                  ON n.thread_id = c.thread_id AND n.ordinal IN (c.ordinal - 1, c.ordinal + 1)
          WHERE n.file_id = c.file_id AND n.post_id = c.post_id
     )
SELECT p.id, p.thread_id, p.post_id, p.file_id, p.ordinal, p.asking, p.end - p.start AS length,
       t.title, e.vector
  FROM places x
  JOIN passages p ON p.file_id = x.file_id AND p.id = x.id
  JOIN threads t ON t.file_id = p.file_id AND t.id = p.thread_id
  JOIN embeddings e ON e.model = :model AND e.text = p.text_key
 ORDER BY p.file_id, p.thread_id, p.ordinal
"""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages in the order in which they were written, n of them, and their neighbours."""

    ids: tuple[str, ...]
    wanted: npt.NDArray[np.bool_]
    """n; false for a passage that is here only as a neighbour."""
    before: npt.NDArray[np.intp]
    """n; the place of the passage before in the same post, its own where there is none."""
    after: npt.NDArray[np.intp]
    """n; likewise."""
    thread_ids: tuple[str, ...]
    titled: npt.NDArray[np.bool_]
    """n; whether the thread has a title, hence an opening post known as such."""
    asking: npt.NDArray[np.float64]
    """n; the share of its sentences that are questions."""
    lengths: npt.NDArray[np.float64]
    """n; in characters."""
    vectors: npt.NDArray[np.float32]
    """n × d."""

    def wanted_ids(self) -> list[str]:
        """Return the ids of those that are more than neighbours, each once."""
        return [self.ids[place] for place in np.flatnonzero(self.wanted)]


def known_author(catalogue: Catalogue, knowledge_base: str, name: str) -> str | None:
    """Return an author's name as the threads write it, None if nobody is called so.

    A part of a name ("Anna" of "Anna Lee") does where it is one author's alone.
    """
    row = catalogue.connection.execute(
        """
        SELECT o.author FROM posts o JOIN files f ON f.id = o.file_id
         WHERE f.kb = ? AND o.author = ? COLLATE NOCASE LIMIT 1
        """,
        (knowledge_base, name),
    ).fetchone()
    if row or len(name) < _SHORTEST_PART:
        return row["author"] if row else None
    like = name.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = catalogue.connection.execute(
        r"""
        SELECT DISTINCT o.author FROM posts o JOIN files f ON f.id = o.file_id
         WHERE f.kb = :kb
           AND (o.author LIKE :part || ' %' ESCAPE '\' OR o.author LIKE '% ' || :part ESCAPE '\')
         LIMIT 2
        """,
        {"kb": knowledge_base, "part": like},
    ).fetchall()
    return rows[0]["author"] if len(rows) == 1 else None


def matching_ids(catalogue: Catalogue, knowledge_base: str, filters: Filters) -> set[str]:
    """Return the indexed passages whose post fulfils the conditions.

    A post without a time fulfils no condition on it.
    """
    rows = catalogue.connection.execute(
        """
        SELECT DISTINCT p.id
          FROM posts o
          JOIN files f ON f.id = o.file_id
          JOIN passages p ON p.file_id = o.file_id AND p.post_id = o.id
         WHERE f.kb = :kb AND p.indexed
           -- what somebody only quotes is not what they said
           AND (:author IS NULL OR (o.author = :author AND p.kind = 'own'))
           AND (:after IS NULL OR o.created_at >= :after)
           AND (:before IS NULL OR o.created_at < :before)
        """,
        {
            "kb": knowledge_base,
            "author": filters.author,
            "after": filters.after.isoformat() if filters.after else None,
            "before": filters.before.isoformat() if filters.before else None,
        },
    )
    return {row["id"] for row in rows}


def load_candidates(
    catalogue: Catalogue, knowledge_base: str, ids: Iterable[str], model: str, dimensions: int
) -> Candidates:
    """Read passages, with those beside them in their posts, from the catalogue."""
    wanted = set(ids)
    rows = catalogue.connection.execute(
        _STATEMENT, {"kb": knowledge_base, "ids": json.dumps(sorted(wanted)), "model": model}
    ).fetchall()
    places = {(row["file_id"], row["thread_id"], row["ordinal"]): n for n, row in enumerate(rows)}

    def beside(step: int) -> npt.NDArray[np.intp]:
        found = np.arange(len(rows), dtype=np.intp)
        for n, row in enumerate(rows):
            other = places.get((row["file_id"], row["thread_id"], row["ordinal"] + step), n)
            if rows[other]["post_id"] == row["post_id"]:
                found[n] = other
        return found

    blob = b"".join(row["vector"] for row in rows)
    first = {row["id"]: n for n, row in reversed(list(enumerate(rows)))}
    return Candidates(
        ids=tuple(row["id"] for row in rows),
        # A passage that stands in several files is weighed once.
        wanted=np.array(
            [first[row["id"]] == n and row["id"] in wanted for n, row in enumerate(rows)],
            dtype=bool,
        ),
        before=beside(-1),
        after=beside(1),
        thread_ids=tuple(row["thread_id"] for row in rows),
        titled=np.array([row["title"] is not None for row in rows], dtype=bool),
        asking=np.array([row["asking"] for row in rows], dtype=np.float64),
        lengths=np.array([row["length"] for row in rows], dtype=np.float64),
        vectors=np.frombuffer(blob, np.float16).reshape(-1, dimensions).astype(np.float32),
    )
