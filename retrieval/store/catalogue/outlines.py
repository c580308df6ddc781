"""Threads at a glance: who opened them, and how many posts they have."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retrieval.store.catalogue.records import POST_COLUMNS, post_in

if TYPE_CHECKING:
    from retrieval.records import Post
    from retrieval.store.catalogue.catalogue import Catalogue

# Through the passages, which have an index by thread: a file may hold 100,000 posts.  SQLite
# takes what stands beside min() from the row that has it: the first passage's post.
_OUTLINES: Final = """
WITH opened AS (
    SELECT p.file_id, f.as_of, f.name, p.post_id, min(p.ordinal), count(DISTINCT p.post_id) AS posts
      FROM json_each(:threads) wanted
     CROSS JOIN passages p ON p.thread_id = wanted.value
     CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb
     GROUP BY p.thread_id, p.file_id
)
SELECT {columns}, opened.posts
  FROM opened CROSS JOIN posts o ON o.file_id = opened.file_id AND o.id = opened.post_id
 ORDER BY opened.as_of DESC, opened.name
"""


@dataclass(frozen=True, slots=True)
class Outline:
    """A thread at a glance."""

    opening: Post
    posts: int


def outlines(catalogue: Catalogue, kb: str, thread_ids: Iterable[str]) -> dict[str, Outline]:
    """Return threads at a glance, by id; unknown ids are left out.

    Of a thread that stands in several files, the newest speaks for it.
    """
    values = {"kb": kb, "threads": json.dumps(list(thread_ids))}
    found: dict[str, Outline] = {}
    for row in catalogue.connection.execute(_OUTLINES.format(columns=POST_COLUMNS), values):
        found.setdefault(row["thread_id"], Outline(post_in(dict(row)), row["posts"]))
    return found
