"""Linking near-copies to their originals, across a whole knowledge base.

Every passage waits once to be looked at (``sketches.enqueue``, in the transaction that writes
its file).  ``link_copies`` takes those that wait, some thousands at a time: fingerprints name
the few texts that may hold the same words, the texts themselves decide.  What a crash leaves
undone still waits at the next start, and nothing but what waits is ever looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from retrieval.copies.duplicates import Age, IsRare, Text
from retrieval.copies.fingerprints import Hashes, WordNumbers, distinct, sketches
from retrieval.copies.originals import key_of, likely, links, worth_keeping
from retrieval.records import TextKind
from retrieval.store.catalogue import sketches as rows
from retrieval.store.catalogue.sketches import CopyFinding, Sketched

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.catalogue.contents import FileContents
    from retrieval.store.lexical.tantivy_index import LexicalIndex

_AT_ONCE: Final = 8_000
"""More than an ingest writes together: each transaction touches most pages of the fingerprints,
and a fifth of the time goes where 5,000 are looked at in three of them instead of one."""
_NONE: Final = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Passages to be looked at, and what the knowledge base has that resembles them."""

    waiting: Sequence[Sketched]
    texts: Sequence[Text]
    stored: Mapping[int, Sketched]
    hashes: Hashes
    """The fingerprints that stored originals share with them, each as often as it occurs."""
    links: Mapping[int, int]

    def passage_id(self, key: int) -> str:
        """Return the id of a passage by its key, as ``retrieval.copies.originals`` has it."""
        return (self.waiting[-1 - key] if key < 0 else self.stored[key]).passage_id


def link_copies(catalogue: Catalogue, knowledge_base: str, is_rare: IsRare) -> int:
    """Look at all passages that wait, and return how many of them are copies.

    Only for who may write to the knowledge base.
    """
    found = 0
    vocabulary = WordNumbers()
    while waiting := rows.waiting(catalogue.connection, knowledge_base, _AT_ONCE):
        batch = _look_at(catalogue, knowledge_base, waiting, is_rare, vocabulary)
        with catalogue.writing() as connection:
            rows.settle(connection, knowledge_base, [*_copies(batch), *_originals(batch)])
        found += sum(key < 0 and other not in batch.links for key, other in batch.links.items())
    return found


def count_copies(catalogue: Catalogue, knowledge_base: str, files: Sequence[FileContents]) -> int:
    """Return how many new passages of files would be copies, writing nothing.

    They are held against the knowledge base as it is and against each other; no word counts
    as a slip of the pen, since that takes the lexical index.
    """
    found = {
        passage.id: Sketched(
            0,
            passage.id,
            passage.text,
            Age(post.thread_id, post.ordinal, post.created_at),
        )
        for file in files
        for thread in file.threads
        for posts in [thread.post_of()]
        for passage in thread.indexed()
        for post in [posts[passage.post_id]]
        if passage.kind is TextKind.OWN
    }
    known = catalogue.still_indexed(knowledge_base, found)
    fresh = [one for passage_id, one in found.items() if passage_id not in known]
    batch = _look_at(catalogue, knowledge_base, fresh, lambda _: False, WordNumbers())
    return sum(key < 0 for key in batch.links)


def rarity(lexical: LexicalIndex) -> IsRare:
    """Return what tells whether a word stands in one text at most."""

    def is_rare(word: str) -> bool:
        terms = lexical.terms(word)
        # Stop words are no terms, and are anything but rare.
        return len(terms) == 1 and lexical.document_frequency(terms[0]) <= 1

    return is_rare


def _look_at(
    catalogue: Catalogue,
    kb: str,
    waiting: Sequence[Sketched],
    is_rare: IsRare,
    vocabulary: WordNumbers,
) -> _Batch:
    """Find the originals of passages, the elder first."""
    waiting = sorted(waiting, key=_written)
    made = sketches([one.text for one in waiting], vocabulary)
    wanted = distinct(np.concatenate([_NONE, *(sketch.fingerprints for sketch in made)]))
    postings = rows.postings(catalogue.connection, kb, wanted)
    others = likely(made, postings, partial(rows.sizes, catalogue.connection))
    numbers = sorted({key for keys in others.values() for key in keys if key > 0})
    stored = {one.number: one for one in rows.numbered(catalogue.connection, kb, numbers)}
    theirs = sketches([one.text for one in stored.values()], vocabulary)
    texts = [Text(one.text, sketch, one.age) for one, sketch in zip(waiting, made, strict=True)]
    known = {
        one.number: Text(one.text, sketch, one.age)
        for one, sketch in zip(stored.values(), theirs, strict=True)
    }
    return _Batch(waiting, texts, stored, postings[0], links(texts, others, known, is_rare))


def _written(one: Sketched) -> tuple[bool, float]:
    created_at = one.age.created_at
    return (created_at is None, created_at.timestamp() if created_at else 0.0)


def _copies(batch: _Batch) -> Iterator[CopyFinding]:
    for key, other in batch.links.items():
        # What copies a text that turned out to be a copy itself waits to be looked at again.
        if other not in batch.links:
            number = batch.waiting[-1 - key].number if key < 0 else key
            yield CopyFinding(number, batch.passage_id(other), _NONE)


def _originals(batch: _Batch) -> Iterator[CopyFinding]:
    places = [n for n in range(len(batch.waiting)) if key_of(n) not in batch.links]
    kept = worth_keeping([batch.texts[n].sketch.fingerprints for n in places], batch.hashes)
    for place, hashes in zip(places, kept, strict=True):
        yield CopyFinding(batch.waiting[place].number, None, hashes)
