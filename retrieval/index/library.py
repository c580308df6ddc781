"""Reading the catalogue: passages in their threads, as search and people need them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from retrieval.domain import (
    Paragraph,
    Passage,
    Place,
    Post,
    PostView,
    SourceView,
    TextKind,
    Thread,
    ThreadView,
)
from retrieval.errors import NotFoundError
from retrieval.index.contents import Located

if TYPE_CHECKING:
    from retrieval.index.catalogue import Catalogue

_SHORTEST_PREFIX: Final = 4
_PLACES: Final = 20
_ID_PREFIX: Final = re.compile(r"|[0-9a-f]{4,16}")

# Of several files that hold the same passage, the first by name speaks for it.
_LOCATED: Final = """
SELECT p.id, p.thread_id, p.post_id, p.ordinal, p.paragraph, p.start, p.end, p.kind,
       p.origin_id, p.repeats,
       o.ordinal AS post_ordinal, o.text, o.author, o.created_at, o.parent_id, o.url AS post_url,
       t.title, t.url AS thread_url, f.name AS file, f.source_kind, f.id AS file_id
  FROM passages p
  JOIN files f ON f.id = p.file_id
  JOIN posts o ON o.file_id = p.file_id AND o.id = p.post_id
  JOIN threads t ON t.file_id = p.file_id AND t.id = p.thread_id
 WHERE f.kb = :kb AND {condition}
 ORDER BY f.name, t.ordinal, p.ordinal
"""


class Library:
    """What a knowledge base holds, for reading."""

    def __init__(self, catalogue: Catalogue, knowledge_base: str) -> None:
        """Read ``knowledge_base`` from ``catalogue``."""
        self._catalogue = catalogue
        self._kb = knowledge_base

    def located(self, ids: Iterable[str]) -> dict[str, Located]:
        """Return passages with their surroundings, by id; unknown ids are left out."""
        condition = "p.id IN (SELECT value FROM json_each(:ids))"
        found: dict[str, Located] = {}
        for row in self._rows(condition, ids=json.dumps(list(ids))):
            found.setdefault(row["id"], _located(row))
        return found

    def in_threads(self, thread_ids: Iterable[str]) -> list[str]:
        """Return the ids of the indexed passages of threads."""
        rows = self._catalogue.connection.execute(
            """
            SELECT DISTINCT p.id FROM passages p JOIN files f ON f.id = p.file_id
             WHERE f.kb = ? AND p.indexed AND p.thread_id IN (SELECT value FROM json_each(?))
            """,
            (self._kb, json.dumps(list(thread_ids))),
        )
        return [row[0] for row in rows]

    def summaries(self, paths: Sequence[str] | None = None) -> dict[str, str]:
        """Return the summaries of threads by thread id: of all, or of files at ``paths``."""
        rows = self._catalogue.connection.execute(
            """
            SELECT t.id, t.summary FROM threads t JOIN files f ON f.id = t.file_id
             WHERE f.kb = ?1 AND (?2 IS NULL OR f.path IN (SELECT value FROM json_each(?2)))
             ORDER BY f.name DESC
            """,
            (self._kb, None if paths is None else json.dumps(list(paths))),
        )
        return {row["id"]: row["summary"] for row in rows}

    def existing_threads(self, ids: Iterable[str]) -> set[str]:
        """Return those ``ids`` that are threads of some file."""
        rows = self._catalogue.connection.execute(
            """
            SELECT DISTINCT t.id FROM threads t JOIN files f ON f.id = t.file_id
             WHERE f.kb = ? AND t.id IN (SELECT value FROM json_each(?))
            """,
            (self._kb, json.dumps(list(ids))),
        )
        return {row[0] for row in rows}

    def beginning(self, prefix: str, limit: int) -> list[Located]:
        """Return passages whose id begins like this; any passages where nothing is typed."""
        if not _ID_PREFIX.fullmatch(prefix):
            return []
        rows = self._rows(
            "p.id >= :low AND p.id < :high AND p.indexed", low=prefix, high=prefix + "\x7f"
        )
        return [_located(row) for row in rows[:limit]]

    def quotes_without_origin(self) -> dict[str, Passage]:
        """Return the quotes whose origin is not known, by id."""
        rows = self._rows("p.kind = 'quote' AND p.origin_id IS NULL")
        return {row["id"]: _passage(row) for row in rows}

    def source(self, prefix: str, around: int = 2) -> SourceView:
        """Return a passage in its thread, with ``around`` passages on each side.

        Raises:
            NotFoundError: if no passage, or more than one, has an id with this prefix.
        """
        at = self.located([self._whole_id("passages", prefix, "passage")])
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
        condition = "(f.name = :name OR f.path = :name OR f.name LIKE :tail ESCAPE '\\')"
        tail = "%/" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = self._rows(condition, name=wanted, tail=tail)
        if not rows:
            thread_id = self._whole_id("threads", name, "thread or file")
            rows = self._rows("t.id = :id", id=thread_id)
            rows = [row for row in rows if row["file_id"] == rows[0]["file_id"]]
        return _thread_views(rows)

    def _rows(self, condition: str, **values: str) -> list[sqlite3.Row]:
        statement = _LOCATED.format(condition=condition)
        return self._catalogue.connection.execute(statement, {"kb": self._kb, **values}).fetchall()

    def _whole_id(self, table: str, prefix: str, what: str) -> str:
        prefix = prefix.strip().lower()
        rows = self._catalogue.connection.execute(
            f"SELECT DISTINCT x.id FROM {table} x JOIN files f ON f.id = x.file_id "  # noqa: S608 - one of two literals
            "WHERE f.kb = ? AND x.id >= ? AND x.id < ? LIMIT 3",
            (self._kb, prefix, prefix + "\x7f"),
        ).fetchall()
        if len(prefix) < _SHORTEST_PREFIX or not rows:
            raise NotFoundError(
                f"There is no {what} “{prefix}” in the knowledge base “{self._kb}”. "
                "`footnote search` and the answers show the ids."
            )
        if len(rows) > 1:
            raise NotFoundError(f"More than one {what} begins with “{prefix}”: give more digits.")
        return str(rows[0][0])

    def _thread_passages(self, here: Located) -> list[Passage]:
        rows = self._rows("p.thread_id = :thread", thread=here.passage.thread_id)
        first = next(row["file_id"] for row in rows if row["file"] == here.thread.file)
        return [_located(row).passage for row in rows if row["file_id"] == first]

    def _parent(self, here: Located) -> Post | None:
        if here.post.parent_id is None:
            return None
        rows = self._rows("o.id = :id", id=here.post.parent_id)
        return _post(rows[0]) if rows else None

    def _replies(self, here: Located) -> tuple[Post, ...]:
        """Posts that name this one as what they answer, or that quote this passage."""
        rows = self._rows(
            "(o.parent_id = :post OR p.origin_id = :passage) AND o.id <> :post",
            post=here.post.id,
            passage=here.passage.id,
        )
        unique = {row["post_id"]: _post(row) for row in rows}
        return tuple(unique.values())

    def _also_in(self, here: Located) -> tuple[Place, ...]:
        """Every other place of the same words: their origin, quotes of them, other files."""
        origin = here.passage.origin_id or here.passage.id
        rows = self._rows(
            "(p.id = :origin OR p.origin_id = :origin OR p.id = :id)",
            origin=origin,
            id=here.passage.id,
        )
        places = []
        for row in rows:
            there = _located(row)
            if (there.passage.id, there.thread.file) != (here.passage.id, here.thread.file):
                places.append(Place(there.passage.id, there.passage.kind, there.post, there.thread))
        return tuple(places[:_PLACES])


def _located(row: sqlite3.Row) -> Located:
    return Located(_passage(row), _post(row), _thread(row))


def _passage(row: sqlite3.Row) -> Passage:
    return Passage(
        id=row["id"],
        post_id=row["post_id"],
        thread_id=row["thread_id"],
        ordinal=row["ordinal"],
        paragraph=row["paragraph"],
        start=row["start"],
        end=row["end"],
        text=row["text"][row["start"] : row["end"]],
        kind=TextKind(row["kind"]),
        origin_id=row["origin_id"],
        repeats=row["repeats"],
    )


def _post(row: sqlite3.Row) -> Post:
    created_at = row["created_at"]
    return Post(
        id=row["post_id"],
        thread_id=row["thread_id"],
        ordinal=row["post_ordinal"],
        text=row["text"],
        author=row["author"],
        created_at=datetime.fromisoformat(created_at) if created_at else None,
        parent_id=row["parent_id"],
        url=row["post_url"],
    )


def _thread(row: sqlite3.Row) -> Thread:
    return Thread(
        id=row["thread_id"],
        file=row["file"],
        source_kind=row["source_kind"],
        title=row["title"],
        url=row["thread_url"],
    )


def _thread_views(rows: Sequence[sqlite3.Row]) -> tuple[ThreadView, ...]:
    threads: dict[tuple[int, str], Thread] = {}
    posts: dict[tuple[int, str], dict[str, Post]] = {}
    paragraphs: dict[tuple[int, str], dict[int, list[Passage]]] = {}
    for row in rows:
        key = (row["file_id"], row["thread_id"])
        threads.setdefault(key, _thread(row))
        posts.setdefault(key, {}).setdefault(row["post_id"], _post(row))
        of_post = paragraphs.setdefault((row["file_id"], row["post_id"]), {})
        of_post.setdefault(row["paragraph"], []).append(_passage(row))
    return tuple(
        ThreadView(
            thread,
            tuple(
                PostView(
                    post,
                    tuple(
                        _paragraph(post, passages)
                        for passages in paragraphs[key[0], post.id].values()
                    ),
                )
                for post in posts[key].values()
            ),
        )
        for key, thread in threads.items()
    )


def _paragraph(post: Post, passages: Sequence[Passage]) -> Paragraph:
    first = passages[0]
    return Paragraph(
        id=first.id,
        text=post.text[first.start : passages[-1].end],
        kind=first.kind,
        origin_id=first.origin_id,
        repeats=first.repeats,
    )
