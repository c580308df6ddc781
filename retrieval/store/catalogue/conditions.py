"""Which passages fulfil the conditions of a question: whose they are, and of when."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from retrieval.question.filters import Author

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from retrieval.question.filters import Filters
    from retrieval.store.catalogue.catalogue import Catalogue

_SHORTEST_PART: Final = 3
"""Fewer letters of a name could be any word."""
_AUTHORS: Final = """
SELECT o.author_id, o.author, max(o.created_at) FROM posts o JOIN files f ON f.id = o.file_id
 WHERE f.kb = :kb AND o.author IS NOT NULL AND ({called})
   AND o.thread_id NOT IN (SELECT value FROM json_each(:unseen))
 GROUP BY o.author_id, o.author ORDER BY 3
"""
_CALLED: Final = """
o.author = :name COLLATE NOCASE OR o.account = :name COLLATE NOCASE OR o.author_id = :name
"""
_CALLED_IN_PART: Final = r"""
o.author LIKE :name || ' %' ESCAPE '\' OR o.author LIKE '% ' || :name ESCAPE '\'
"""


def find_authors(
    catalogue: Catalogue, knowledge_base: str, name: str, unseen: Iterable[str] = ()
) -> tuple[Author, ...]:
    """Return everybody whose name, account or id in the threads is ``name``.

    Where nobody's is, those of whose name it is a part ("Anna" of "Anna Lee").  Threads that
    are ``unseen`` do not count.
    """
    values = {"kb": knowledge_base, "name": name, "unseen": json.dumps(list(unseen))}
    found = _people(catalogue.connection.execute(_AUTHORS.format(called=_CALLED), values))
    if found or len(name) < _SHORTEST_PART:
        return found
    values["name"] = name.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return _people(catalogue.connection.execute(_AUTHORS.format(called=_CALLED_IN_PART), values))


def _people(rows: Iterable[sqlite3.Row]) -> tuple[Author, ...]:
    """Return each person once, by the latest of their names."""
    people = {(row["author_id"] or row["author"]): row for row in rows}
    return tuple(Author(row["author"], row["author_id"]) for row in people.values())


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
           AND (:authors IS NULL OR (p.kind = 'own' AND EXISTS (
                SELECT 1 FROM json_each(:authors) a
                 WHERE CASE WHEN a.value ->> 1 IS NULL
                            THEN o.author_id IS NULL AND o.author = a.value ->> 0
                            ELSE o.author_id = a.value ->> 1 END)))
           AND (:after IS NULL OR o.created_at >= :after)
           AND (:before IS NULL OR o.created_at < :before)
        """,
        {
            "kb": knowledge_base,
            "authors": json.dumps([(one.name, one.id) for one in filters.authors])
            if filters.authors
            else None,
            "after": filters.after.isoformat() if filters.after else None,
            "before": filters.before.isoformat() if filters.before else None,
        },
    )
    return {row["id"] for row in rows}
