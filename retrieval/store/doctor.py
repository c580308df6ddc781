"""Holding the three stores against each other, and mending what differs.

The catalogue is the truth.  What Chroma or the lexical index lacks is put back from the
catalogue and the embedding cache; what they have beyond it is taken out.  That Chroma counts
a record does not mean that a search finds it, so every vector is also searched for.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retrieval.errors import IndexDamagedError
from retrieval.store.chroma.findability import OnStep, Repair, mend, pages, put_back

if TYPE_CHECKING:
    from retrieval.store.index import PassageIndex
    from retrieval.store.lexical.tantivy_index import LexicalIndex

_PAGE: Final = 2_000
_SEARCHED_AT_MOST: Final = 20_000
"""Of a larger collection a sample of this size is searched for: 10 s on two cores."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was not as it should be."""

    what: str
    done: str
    """What was done about it; empty if nothing could be."""


class Doctor:
    """Checks one generation of a knowledge base; only for who may write to it."""

    def __init__(self, index: PassageIndex, on_step: OnStep = lambda *_: None) -> None:
        """Prepare to look at ``index``."""
        self._index = index
        self._kb = index.generation.knowledge_base
        self._on_step = on_step
        self.search = Repair(0, 0)
        """What searching for the vectors came to."""

    def examine(self) -> tuple[Finding, ...]:
        """Check everything, mend what differs, and return what was found.

        Raises:
            StorageError: if a store cannot be written.
        """
        return (*self._interrupted(), *self.verify())

    def verify(self) -> tuple[Finding, ...]:
        """Do what ``examine`` does for an index that no crash has interrupted.

        Raises:
            StorageError: if a store cannot be written.
        """
        checks = (
            self._vectors_without_text,
            self._chroma_ids,
            self._findable,
            self._lexical_passages,
            self._lexical_exchanges,
        )
        return tuple(finding for check in checks for finding in check())

    def _interrupted(self) -> Iterator[Finding]:
        if count := self._index.recover():
            yield Finding(f"{_many(count, 'change')} interrupted by a crash", "finished")

    def _vectors_without_text(self) -> Iterator[Finding]:
        cache = self._index.embeddings
        malformed = cache.drop_malformed()
        lost = cache.lost(self._kb)
        if malformed or lost:
            cache.fill(lost, lambda done: self._on_step("Embedding", done, len(lost)))
            yield Finding(
                f"{_many(len(lost), 'text')} without a vector in the cache", "embedded again"
            )

    def _chroma_ids(self) -> Iterator[Finding]:
        there = {id_ for page in self._index.vectors.ids() for id_ in page}
        wanted = self._index.catalogue.indexed_ids(self._kb)
        if missing := wanted - there:
            put_back(self._index, missing, self._on_step)
            yield Finding(
                f"{_many(len(missing), 'passage')} missing from Chroma",
                "put back from the embedding cache",
            )
        if extra := there - wanted:
            self._index.vectors.delete(sorted(extra))
            yield Finding(f"{_many(len(extra), 'record')} too many in Chroma", "removed")

    def _findable(self) -> Iterator[Finding]:
        ids = sorted(self._index.catalogue.indexed_ids(self._kb))
        if len(ids) > _SEARCHED_AT_MOST:
            ids = random.sample(ids, _SEARCHED_AT_MOST)
        self.search = mended = mend(self._index, ids, self._on_step)
        found_again = mended.lost - (mended.still if mended.is_whole else 0)
        if found_again:
            what = f"{_many(found_again, 'vector')} in Chroma that no search could find"
            yield Finding(what, "inserted anew" if mended.is_whole else "")

    def _lexical_passages(self) -> Iterator[Finding]:
        wanted = self._index.catalogue.indexed_ids(self._kb)
        missing, extra = _differences(self._index.passages, wanted)
        for _, ids in pages(sorted(missing), _PAGE):
            located = self._index.library.located(ids)
            self._index.passages.write((id_, at.passage.text) for id_, at in located.items())
        if extra:
            self._index.passages.write((), sorted(extra))
        yield from _lexical_findings("passage", missing, extra)

    def _lexical_exchanges(self) -> Iterator[Finding]:
        texts = self._index.library.exchanges()
        missing, extra = _differences(self._index.exchanges, texts.keys())
        if missing or extra:
            self._index.exchanges.write(((id_, texts[id_]) for id_ in missing), sorted(extra))
        yield from _lexical_findings("exchange", missing, extra)


def _differences(index: LexicalIndex, wanted: Collection[str]) -> tuple[set[str], set[str]]:
    """Return the ids to write, for they are missing or doubled, and those to remove."""
    try:
        there = Counter(index.ids())
    except IndexDamagedError:
        index.start_anew()
        there = Counter()
    doubled = {id_ for id_, times in there.items() if times > 1}
    return (set(wanted) - there.keys()) | (doubled & set(wanted)), there.keys() - set(wanted)


def _lexical_findings(
    what: str, missing: Collection[str], extra: Collection[str]
) -> Iterator[Finding]:
    if missing:
        yield Finding(
            f"{_many(len(missing), what)} missing from the lexical index", "written again"
        )
    if extra:
        yield Finding(f"{_many(len(extra), what)} too many in the lexical index", "removed")


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
