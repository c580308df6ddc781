"""Taking what forgotten people wrote out of a knowledge base, through its one write path."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from retrieval.store.catalogue.stored_files import stored_files
from retrieval.store.removal.forgotten import TOO_LONG_FOR_CHANCE, Forgotten
from retrieval.store.removal.withdrawing import withdraw

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.index import PassageIndex

_AUTHORS: Final = """
SELECT DISTINCT o.author_id, o.author, o.account, f.source_kind
  FROM files f CROSS JOIN posts o ON o.file_id = f.id WHERE f.kb = :kb
"""
_POSTS: Final = """
SELECT o.file_id, o.id, o.author_id, o.author, f.source_kind
  FROM files f CROSS JOIN posts o ON o.file_id = f.id WHERE f.kb = :kb
"""
_PASSAGES: Final = """
SELECT p.file_id, p.id FROM json_each(:posts) wanted
 CROSS JOIN posts o ON o.id = wanted.value
 CROSS JOIN files f ON f.id = o.file_id AND f.kb = :kb
 CROSS JOIN passages p ON p.file_id = o.file_id AND p.thread_id = o.thread_id AND p.post_id = o.id
"""
_QUOTES: Final = """
SELECT p.file_id, p.id, p.origin_id, p.quoted_author, f.source_kind
  FROM files f CROSS JOIN passages p ON p.file_id = f.id AND p.kind = 'quote' WHERE f.kb = :kb
"""
# Of a text of a few words, such as "Thanks, that works.", nobody is the only author.
_COPIES: Final = """
SELECT p.file_id, p.id FROM json_each(:ids) wanted
 CROSS JOIN sketches s ON s.kb = :kb AND s.original = wanted.value
 CROSS JOIN passages p ON p.id = s.passage AND p.end - p.start >= :length
 CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb
"""


@dataclass(frozen=True, slots=True)
class Traces:
    """Where words of forgotten people stand in a knowledge base."""

    posts: frozenset[str]
    passages: frozenset[str]
    """What others quote or copy of them."""
    files: tuple[int, ...]
    """The numbers of the files that hold any of it."""
    names: frozenset[tuple[str, str]] = frozenset()
    """What they are called, with the kind of source."""
    posts_by_kind: dict[str, int] = field(default_factory=dict)
    """How many posts each kind of source holds of theirs."""


def traces(catalogue: Catalogue, kb: str, forgotten: Forgotten) -> Traces | None:
    """Return where words of forgotten people stand, None where they stand nowhere.

    Quotes of them count where their origin is known or the source names them, and so do
    near-copies of whole sentences.
    """
    authors = catalogue.connection.execute(_AUTHORS, {"kb": kb}).fetchall() if forgotten else ()
    names = {
        (name, row["source_kind"])
        for row in authors
        if forgotten.wrote(row["author_id"], row["author"], row["source_kind"])
        for name in (row["author"], row["account"])
    }
    posts: dict[str, str] = {}
    files: set[int] = set()
    for row in catalogue.connection.execute(_POSTS, {"kb": kb}) if names else ():
        if forgotten.wrote(row["author_id"], row["author"], row["source_kind"]):
            posts[row["id"]] = row["source_kind"]
            files.add(row["file_id"])
    passages: set[str] = set()
    if forgotten:
        for file_id, passage_id in _repeated(catalogue, kb, forgotten, frozenset(posts), names):
            passages.add(passage_id)
            files.add(file_id)
    if not files:
        return None
    by_kind: dict[str, int] = defaultdict(int)
    for kind in posts.values():
        by_kind[kind] += 1
    known = frozenset((name, kind) for name, kind in names if name)
    return Traces(frozenset(posts), frozenset(passages), tuple(sorted(files)), known, dict(by_kind))


def _repeated(
    catalogue: Catalogue,
    kb: str,
    forgotten: Forgotten,
    posts: frozenset[str],
    names: set[tuple[str, str]],
) -> Iterator[tuple[int, str]]:
    """Yield the passages of others that repeat the words of posts, with their files."""
    connection = catalogue.connection
    values = {"kb": kb, "posts": json.dumps(sorted(posts))}
    own = {row["id"] for row in connection.execute(_PASSAGES, values)}
    quotes = connection.execute(_QUOTES, {"kb": kb}).fetchall()
    theirs = set(own)
    while True:  # quotes of quotes, too
        more = {
            row["id"]
            for row in quotes
            if row["id"] not in theirs
            if row["origin_id"] in theirs
            or (
                row["origin_id"] is None
                and _is_theirs(row["quoted_author"], row["source_kind"], forgotten, names)
            )
        }
        if not more:
            break
        theirs |= more
    yield from ((row["file_id"], row["id"]) for row in quotes if row["id"] in theirs - own)
    values = {"kb": kb, "ids": json.dumps(sorted(own))}
    for row in connection.execute(_COPIES, {**values, "length": TOO_LONG_FOR_CHANCE}):
        if row["id"] not in own:
            yield row["file_id"], row["id"]


def _is_theirs(
    name: str | None, kind: str, forgotten: Forgotten, names: set[tuple[str, str]]
) -> bool:
    return (name, kind) in names or forgotten.are_called(name, kind)


def passages_of(catalogue: Catalogue, posts: Collection[str]) -> set[str]:
    """Return the ids of the passages of posts, in every knowledge base."""
    rows = catalogue.connection.execute(
        "SELECT p.id FROM json_each(?) wanted CROSS JOIN posts o ON o.id = wanted.value"
        " CROSS JOIN passages p"
        " ON p.file_id = o.file_id AND p.thread_id = o.thread_id AND p.post_id = o.id",
        (json.dumps(sorted(posts)),),
    )
    return {row[0] for row in rows}


def expel(index: PassageIndex, found: Traces) -> int:
    """Take the words of forgotten people out of all stores; return how many posts that were.

    File by file, each whole or not at all; what a crash leaves, the next call finds.  Quotes
    and copies have to be linked again afterwards.

    Raises:
        StorageError: if a store cannot write.
    """
    for contents in stored_files(index.catalogue, found.files):
        index.write([withdraw(contents, found.posts, found.passages)])
    index.embeddings.prune()
    index.write_words_anew()
    return len(found.posts)
