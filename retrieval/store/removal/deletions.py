"""Posts that a newer file shows to be deleted: it holds their time whole, and not them."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue

_THREADS: Final = """
SELECT c.thread_id FROM covered c JOIN files f ON f.id = c.file_id AND f.kb = :kb {these}
 UNION
SELECT t.id FROM threads t JOIN files f ON f.id = t.file_id AND f.kb = :kb {these}
 WHERE t.id IN (SELECT thread_id FROM covered)
"""
_THESE: Final = "AND f.path IN (SELECT value FROM json_each(:paths))"
# A file that does not say when it was made is as old as the last post that it holds: what was
# written until then, and is missing from a later export, was deleted.
_POSTS: Final = """
WITH held AS (
    SELECT f.id AS file_id, t.id AS thread_id, CASE WHEN f.is_dated THEN f.as_of ELSE
        (SELECT max(o.created_at) FROM posts o WHERE o.file_id = f.id AND o.thread_id = t.id)
        END AS made_at
      FROM json_each(:threads) wanted
     CROSS JOIN threads t ON t.id = wanted.value
     CROSS JOIN files f ON f.id = t.file_id AND f.kb = :kb)
SELECT o.file_id, o.id, g.name, g.path
  FROM json_each(:threads) wanted
 CROSS JOIN covered c ON c.thread_id = wanted.value
 CROSS JOIN files g ON g.id = c.file_id AND g.kb = :kb
 CROSS JOIN held h ON h.thread_id = c.thread_id AND h.file_id <> c.file_id
                  AND julianday(h.made_at) < julianday(g.as_of)
 CROSS JOIN posts o ON o.file_id = h.file_id AND o.thread_id = h.thread_id
 WHERE julianday(o.created_at) < julianday(c.until)
   AND (c.since IS NULL OR julianday(o.created_at) > julianday(c.since))
   AND NOT EXISTS (SELECT * FROM posts x JOIN held y ON y.file_id = x.file_id
                    WHERE x.id = o.id AND y.thread_id = c.thread_id
                      AND julianday(y.made_at) >= julianday(g.as_of))
 ORDER BY g.as_of
"""


def deletions(
    catalogue: Catalogue, kb: str, paths: Collection[str] | None = None
) -> dict[int, dict[str, sqlite3.Row]]:
    """Return, by file, the posts that are gone, each with the newest file that shows it.

    Looks at the threads of the files at ``paths``, or at all.
    """
    connection = catalogue.connection
    values = {"kb": kb, "paths": json.dumps(sorted(paths or ()))}
    these = "" if paths is None else _THESE
    threads = [row[0] for row in connection.execute(_THREADS.format(these=these), values)]
    gone: dict[int, dict[str, sqlite3.Row]] = defaultdict(dict)
    if threads:
        values = {"kb": kb, "threads": json.dumps(threads)}
        for row in connection.execute(_POSTS, values):
            gone[row["file_id"]][row["id"]] = row
    return gone
