"""Reading the catalogue: passages in their threads, as search and people need them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from retrieval.errors import NotFoundError
from retrieval.records import Occurrence, Passage, Post, SourceView, ThreadView
from retrieval.sight import current_sight
from retrieval.store.catalogue.contents import Located
from retrieval.store.catalogue.out_of_sight import ALL_IS_SEEN, OutOfSight
from retrieval.store.catalogue.records import (
    POST_COLUMNS,
    THREAD_COLUMNS,
    Row,
    located_in,
    post_in,
    thread_views,
)
from retrieval.store.catalogue.ruled import NOTHING

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.catalogue.ruled import InForce, Ruled

_SHORTEST_PREFIX: Final = 4
_PLACES: Final = 20
_ID_PREFIX: Final = re.compile(r"|[0-9a-f]{4,16}")

# Of several files that hold the same passage, the newest speaks for it.  What is
# asked for comes first and the joins are crossed, so that SQLite goes from there by index.
_LOCATED: Final = """
SELECT p.id, p.thread_id, p.post_id, p.ordinal, p.paragraph, p.start, p.end, p.kind,
       p.origin_id, p.repeats, p.quoted_author, s.original AS duplicate_of,
       {columns}, f.name AS file, f.source_kind, f.id AS file_id
  FROM ({places}) place
 CROSS JOIN passages p ON p.file_id = place.file_id AND p.id = place.id
 CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb
 CROSS JOIN threads t ON t.file_id = p.file_id AND t.id = p.thread_id
  LEFT JOIN sketches s ON s.kb = f.kb AND s.passage = p.id
 ORDER BY f.as_of DESC, f.name, t.ordinal, p.ordinal
"""
# Apart from the passages: a post of megabytes has thousands of them.
_POSTS_OF: Final = """
SELECT o.file_id, {columns} FROM json_each(:posts) wanted
 CROSS JOIN posts o ON o.file_id = wanted.value ->> 0 AND o.id = wanted.value ->> 1
"""
_BY_ID: Final = """
SELECT p.file_id, p.id FROM json_each(:ids) wanted CROSS JOIN passages p ON p.id = wanted.value
"""
_BY_PREFIX: Final = """
SELECT p.file_id, p.id FROM passages p CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb
 WHERE p.id >= :low AND p.id < :high AND p.indexed ORDER BY p.id LIMIT :limit
"""
_OPENING_OF_POSTS: Final = """
SELECT p.file_id, p.id, min(p.ordinal) FROM json_each(:posts) wanted
 CROSS JOIN passages p ON p.thread_id = wanted.value ->> 0 AND p.post_id = wanted.value ->> 1
   AND p.indexed
 CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb
 GROUP BY wanted.key
"""
_OPENING_OF_EXCHANGES: Final = """
SELECT p.file_id, p.id, min(p.ordinal) FROM json_each(:exchanges) wanted
 CROSS JOIN exchanges x ON x.id = wanted.value
 CROSS JOIN files f ON f.id = x.file_id AND f.kb = :kb
 CROSS JOIN passages p ON p.thread_id = x.thread_id AND p.file_id = x.file_id
                      AND p.post_id = x.id AND p.indexed
 GROUP BY wanted.key
"""
# SQLite's datetime() gives UTC, so that times of different zones can be compared.
_NEWEST_POST_AT: Final = """
SELECT max(datetime(o.created_at)) FROM files f CROSS JOIN posts o ON o.file_id = f.id
 WHERE f.kb = :kb
"""
_BY_THREAD: Final = "SELECT p.file_id, p.id FROM passages p WHERE p.thread_id = :thread"
_BY_FILE: Final = """
SELECT p.file_id, p.id FROM files f CROSS JOIN passages p ON p.file_id = f.id
 WHERE f.kb = :kb AND f.base = :base
   AND (f.name = :name OR f.path = :name OR f.name LIKE :tail ESCAPE '\\')
"""
# A post's passages stand together in its thread; of a post of megabytes, those nearby will do.
_OWN_SPANS: Final = """
SELECT DISTINCT p.start, p.end, p.id FROM passages p
 CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb
 WHERE p.thread_id = :thread AND p.ordinal BETWEEN :ordinal - 100 AND :ordinal + 100
   AND p.post_id = :post AND p.kind = 'own'
 ORDER BY p.start
"""
_OWN_BELOW: Final = """
SELECT p.file_id, p.id FROM passages p
 WHERE p.thread_id = :thread AND p.ordinal > :ordinal AND p.post_id = :post AND p.kind = 'own'
   AND p.indexed
 ORDER BY p.ordinal LIMIT 1
"""
_SAME_WORDS: Final = """
SELECT p.file_id, p.id FROM passages p WHERE p.id = :id
 UNION SELECT p.file_id, p.id FROM passages p WHERE p.id = :origin
 UNION SELECT p.file_id, p.id FROM passages p WHERE p.origin_id = :origin
 UNION SELECT p.file_id, p.id FROM passages p WHERE p.origin_id = :id
 UNION SELECT p.file_id, p.id FROM sketches s CROSS JOIN passages p ON p.id = s.passage
        WHERE s.kb = :kb AND s.original = :origin
"""
_ORIGINALS: Final = """
SELECT s.passage, s.original FROM json_each(:ids) wanted
 CROSS JOIN sketches s ON s.kb = :kb AND s.passage = wanted.value AND s.original IS NOT NULL
"""
_COPIES: Final = """
SELECT s.original, s.passage FROM json_each(:ids) wanted
 CROSS JOIN sketches s ON s.kb = :kb AND s.original = wanted.value
 ORDER BY s.passage
"""
_POSTS: Final = """
SELECT {columns} FROM ({places}) place
 CROSS JOIN posts o ON o.file_id = place.file_id AND o.id = place.id
 CROSS JOIN files f ON f.id = o.file_id AND f.kb = :kb
 CROSS JOIN threads t ON t.file_id = o.file_id AND t.id = o.thread_id
 ORDER BY f.as_of DESC, f.name, t.ordinal, o.ordinal
"""
_POST_BY_ID: Final = "SELECT o.file_id, o.id FROM posts o WHERE o.id = :post"
_POSTS_BY_ID: Final = """
SELECT o.file_id, o.id FROM json_each(:ids) wanted CROSS JOIN posts o ON o.id = wanted.value
"""
_REPLIES: Final = """
SELECT o.file_id, o.id FROM posts o WHERE o.parent_id = :post AND o.id <> :post
 UNION
SELECT p.file_id, p.post_id FROM passages p WHERE p.origin_id = :passage AND p.post_id <> :post
"""


class Library:
    """What a knowledge base holds, for reading."""

    def __init__(
        self, catalogue: Catalogue, knowledge_base: str, ruled: Ruled | None = None
    ) -> None:
        """Read ``knowledge_base`` from ``catalogue``, as staff ``ruled``; an ingest reads all."""
        self._catalogue = catalogue
        self._kb = knowledge_base
        self._ruled = ruled
        self._out_of_sight = OutOfSight(catalogue, knowledge_base)

    def in_force(self) -> InForce:
        """Return what staff decided, as it holds now, and what is out of the asker's sight."""
        ruled = NOTHING if self._ruled is None else self._ruled.now()
        return ruled.without(self._out_of_sight.from_(current_sight()))

    def all_is_seen(self) -> bool:
        """Tell whether whoever asks just now may see all that there is."""
        return self._out_of_sight.from_(current_sight()) is ALL_IS_SEEN

    def located(self, ids: Iterable[str]) -> dict[str, Located]:
        """Return passages with their surroundings, by id; unknown ids are left out."""
        found: dict[str, Located] = {}
        for row in self._passages(_BY_ID, ids=json.dumps(list(ids))):
            found.setdefault(row["id"], located_in(row))
        return found

    def own_spans(self, passage: Passage) -> list[tuple[int, int]]:
        """Return where a passage's post holds its author's own words, passage by passage."""
        values = {"thread": passage.thread_id, "post": passage.post_id, "kb": self._kb}
        rows = self._catalogue.connection.execute(
            _OWN_SPANS, {**values, "ordinal": passage.ordinal}
        )
        hidden = self.in_force().hidden
        return [(row["start"], row["end"]) for row in rows if row["id"] not in hidden]

    def own_below(self, passage: Passage) -> Passage | None:
        """Return what the author of a passage's post says first below it, None if nothing."""
        values = {"thread": passage.thread_id, "post": passage.post_id}
        rows = self._passages(_OWN_BELOW, **values, ordinal=passage.ordinal)
        return located_in(rows[0]).passage if rows else None

    def originals(self, ids: Iterable[str]) -> dict[str, str]:
        """Return those ids that are copies, each with the id of the passage that it copies."""
        values = {"kb": self._kb, "ids": json.dumps(list(ids))}
        rows = self._catalogue.connection.execute(_ORIGINALS, values)
        return {row[0]: row[1] for row in rows}

    def copies(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """Return the ids of the copies of passages that have any, by the id that they copy."""
        values = {"kb": self._kb, "ids": json.dumps(list(ids))}
        found: dict[str, list[str]] = {}
        for original, copy in self._catalogue.connection.execute(_COPIES, values):
            found.setdefault(original, []).append(copy)
        return found

    def exchanges(self) -> dict[str, str]:
        """Return the texts of all exchanges, by exchange id."""
        rows = self._catalogue.connection.execute(
            """
            SELECT x.id, x.text FROM exchanges x JOIN files f ON f.id = x.file_id
             WHERE f.kb = ? ORDER BY f.as_of, f.name DESC
            """,
            (self._kb,),
        )
        return {row[0]: row[1] for row in rows}

    def exchanges_of(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the texts of exchanges, by exchange id; unknown ids are left out."""
        rows = self._catalogue.connection.execute(
            """
            SELECT x.id, x.text FROM json_each(?) wanted
             CROSS JOIN exchanges x ON x.id = wanted.value
             CROSS JOIN files f ON f.id = x.file_id AND f.kb = ? ORDER BY f.as_of, f.name DESC
            """,
            (json.dumps(list(ids)), self._kb),
        )
        return {row[0]: row[1] for row in rows}

    def posts(self, ids: Iterable[str]) -> dict[str, Post]:
        """Return posts, by id; unknown ids are left out."""
        return {post.id: post for post in self._posts(_POSTS_BY_ID, ids=json.dumps(list(ids)))}

    def beginning(self, prefix: str, limit: int) -> list[Located]:
        """Return passages whose id begins like this; any passages where nothing is typed."""
        if not _ID_PREFIX.fullmatch(prefix):
            return []
        rows = self._passages(_BY_PREFIX, low=prefix, high=prefix + "\x7f", limit=limit)
        return [located_in(row) for row in rows]

    def openings_of_posts(self, posts: Sequence[tuple[str, str]]) -> list[Located]:
        """Return the first indexed passage of posts, given by thread and post id, in order."""
        rows = self._passages(_OPENING_OF_POSTS, posts=json.dumps(posts))
        found = {(row["thread_id"], row["post_id"]): located_in(row) for row in reversed(rows)}
        return [found[key] for key in posts if key in found]

    def openings_of_exchanges(self, ids: Sequence[str]) -> list[Located]:
        """Return the first indexed passage of exchanges, in the order given."""
        rows = self._passages(_OPENING_OF_EXCHANGES, exchanges=json.dumps(ids))
        found = {row["post_id"]: located_in(row) for row in reversed(rows)}
        return [found[id_] for id_ in ids if id_ in found]

    def replied_to(self, posts: Sequence[Post]) -> dict[str, Post]:
        """Return what posts reply to, by the ids of those that do.

        Where a source does not say it, that is the post that opened their exchange.
        """
        wanted = {post.id: post.parent_id or post.exchange_id for post in posts}
        known = self.posts(id_ for id_ in wanted.values() if id_)
        found = {id_: known.get(other or "") for id_, other in wanted.items()}
        return {id_: post for id_, post in found.items() if post is not None and post.id != id_}

    def newest_post_at(self) -> datetime | None:
        """Return when the latest post was written; looks at every post, 0.1 s for 100,000."""
        row = self._catalogue.connection.execute(_NEWEST_POST_AT, {"kb": self._kb}).fetchone()
        return datetime.fromisoformat(row[0]).replace(tzinfo=UTC) if row[0] else None

    def probes(self) -> list[tuple[int, str]]:
        """Return the probes and ids of the quotes whose origin is not known."""
        rows = self._catalogue.connection.execute(
            """
            SELECT p.probe, p.id FROM passages p INDEXED BY quotes_without_origin
             CROSS JOIN files f ON f.id = p.file_id AND f.kb = ?
             WHERE p.probe IS NOT NULL AND p.origin_id IS NULL
            """,
            (self._kb,),
        )
        return [(row[0], row[1]) for row in rows]

    def source(self, prefix: str, around: int = 2) -> SourceView:
        """Return a passage in its thread, with ``around`` passages on each side.

        Raises:
            NotFoundError: if no passage, or more than one, has an id with this prefix.
        """
        at = self.located([self._whole_id("passages", prefix, "passage")])
        if not at:
            raise self._unknown("passage", prefix)
        here = next(iter(at.values()))
        neighbours = self._thread_passages(here)
        place = next(n for n, p in enumerate(neighbours) if p.id == here.passage.id)
        return SourceView(
            passage=here.passage,
            post=here.post,
            thread=here.thread,
            before=tuple(neighbours[max(0, place - around) : place]),
            after=tuple(neighbours[place + 1 : place + 1 + around]),
            in_reply_to=self._parent(here),
            replies=self._replies(here),
            also_in=self._also_in(here),
        )

    def thread(self, name: str) -> tuple[ThreadView, ...]:
        """Return the threads of a file (its path or base name), or one by id prefix.

        Raises:
            NotFoundError: if nothing answers to the name, or more than one thread does.
        """
        wanted = name.removeprefix("./")
        tail = "%/" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = self._passages(_BY_FILE, name=wanted, base=PurePath(wanted).name, tail=tail)
        if not rows:
            thread_id = self._whole_id("threads", name, "thread or file")
            rows = self._passages(_BY_THREAD, thread=thread_id)
            if not rows:
                raise self._unknown("thread or file", name)
            rows = [row for row in rows if row["file_id"] == rows[0]["file_id"]]
        return thread_views(rows)

    def _passages(self, places: str, **values: str | int) -> list[Row]:
        """Return the rows of passages, those of one post sharing what is known of it."""
        connection = self._catalogue.connection
        rows = connection.execute(
            _LOCATED.format(places=places, columns=THREAD_COLUMNS), {"kb": self._kb, **values}
        )
        found: list[Row] = [dict(row) for row in rows]
        posts = sorted({(row["file_id"], row["post_id"]) for row in found})
        known = {
            (row["file_id"], row["post_id"]): dict(row)
            for row in connection.execute(
                _POSTS_OF.format(columns=POST_COLUMNS), {"posts": json.dumps(posts)}
            )
        }
        # What another process has replaced between the two queries is left out.
        in_force = self.in_force()
        return [
            in_force.as_ruled({**row, **known[row["file_id"], row["post_id"]]})
            for row in found
            if (row["file_id"], row["post_id"]) in known and in_force.shows(row)
        ]

    def _posts(self, places: str, **values: str) -> tuple[Post, ...]:
        rows = self._catalogue.connection.execute(
            _POSTS.format(places=places, columns=POST_COLUMNS), {"kb": self._kb, **values}
        )
        unique: dict[str, Post] = {}
        in_force = self.in_force()
        for row in map(dict, rows):
            if in_force.shows(row):
                unique.setdefault(row["post_id"], post_in(in_force.as_ruled(row)))
        return tuple(unique.values())

    def _whole_id(self, table: str, prefix: str, what: str) -> str:
        prefix = prefix.strip().lower()
        rows = self._catalogue.connection.execute(
            f"SELECT DISTINCT x.id FROM {table} x JOIN files f ON f.id = x.file_id "  # noqa: S608 - one of two literals
            "WHERE f.kb = ? AND x.id >= ? AND x.id < ? LIMIT 3",
            (self._kb, prefix, prefix + "\x7f"),
        ).fetchall()
        if len(prefix) < _SHORTEST_PREFIX or not rows:
            raise self._unknown(what, prefix)
        if len(rows) > 1:
            raise NotFoundError(f"More than one {what} begins with “{prefix}”: give more digits.")
        return str(rows[0][0])

    def _unknown(self, what: str, name: str) -> NotFoundError:
        return NotFoundError(
            f"There is no {what} “{name}” in the knowledge base “{self._kb}”. "
            "`footnote search` and the answers show the ids."
        )

    def _thread_passages(self, here: Located) -> list[Passage]:
        rows = self._passages(_BY_THREAD, thread=here.passage.thread_id)
        first = next(row["file_id"] for row in rows if row["file"] == here.thread.file)
        return [located_in(row).passage for row in rows if row["file_id"] == first]

    def _parent(self, here: Located) -> Post | None:
        if here.post.parent_id is None:
            return None
        return next(iter(self._posts(_POST_BY_ID, post=here.post.parent_id)), None)

    def _replies(self, here: Located) -> tuple[Post, ...]:
        """Posts that name this one as what they answer, or that quote this passage."""
        return self._posts(_REPLIES, post=here.post.id, passage=here.passage.id)

    def _also_in(self, here: Located) -> tuple[Occurrence, ...]:
        """Every other place of the same words: their origin, quotes, copies, other files."""
        here_id = here.passage.id
        origin = here.passage.origin_id or here.passage.duplicate_of or here_id
        places = []
        for row in self._passages(_SAME_WORDS, origin=origin, id=here_id):
            there = located_in(row)
            if (there.passage.id, there.thread.file) != (here_id, here.thread.file):
                places.append(
                    Occurrence(there.passage.id, there.passage.kind, there.post, there.thread)
                )
        return tuple(places[:_PLACES])
