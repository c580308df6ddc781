"""Which passages fulfil the conditions of a question: whose they are, and of when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retrieval.filters import Filters
    from retrieval.index.catalogue import Catalogue

_SHORTEST_PART: Final = 3
"""Fewer letters of a name could be any word."""


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
