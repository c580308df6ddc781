"""The terms of all passages in memory, so that BM25 can score any of them at once.

tantivy finds the best passages quickly, but to score given ones it looks each up by its id in
each of its segments: for the 1,600 candidates of a question that took 12 ms at 100,000 passages,
whatever was asked.  Here they are slices of an array, and their scores take 1 ms.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from retrieval.text.wording import visible

if TYPE_CHECKING:
    from retrieval.store.catalogue.catalogue import Catalogue
    from retrieval.store.memory.layout import Layout

Analyze = Callable[[str], Sequence[str]]
"""Returns the terms of a text in their order, each as often as it stands."""
Numbers = npt.NDArray[np.int64]

# As tantivy has them (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009).
_K1: Final = 1.2
_B: Final = 0.75
_KEPT_WHOLE: Final = 24
_KEPT_BITS: Final = 4
_NO_TERM: Final = -1
_TERM_BITS: Final = 32
_READ_AT_ONCE: Final = 200
_CHOSEN_AT_ONCE: Final = 10_000
"""Texts whose terms are moved at once: moving those of 100,000 would need 100 MB meanwhile."""
_MOST_COUNTED: Final = np.iinfo(np.uint16).max
_STANDING: Final = """
SELECT p.id, p.file_id, p.post_id, p.start, p.end FROM json_each(:ids) wanted
 CROSS JOIN passages p ON p.id = wanted.value AND p.indexed
 CROSS JOIN files f ON f.id = p.file_id AND f.kb = :kb
"""
# Apart from the passages: a post of megabytes has thousands of them.
_POSTS: Final = """
SELECT o.file_id, o.id, o.text FROM json_each(:posts) wanted
 CROSS JOIN posts o ON o.file_id = wanted.value ->> 0 AND o.id = wanted.value ->> 1
"""
# Lower case, and a blank for all that is between words; what cannot be seen is dropped.
_ASCII_WORDS: Final = {
    code: seen.lower() if seen.isalnum() else seen and " "
    for code in range(128)
    for seen in [visible(chr(code))]
}


class Vocabulary(dict[str, int]):
    """By word in lower case the number of its term, ``_NO_TERM`` for a stop word."""

    def __init__(self, analyze: Analyze) -> None:
        """Take terms from ``analyze``, which sees each different word once."""
        super().__init__()
        self._analyze = analyze
        self.terms: dict[str, int] = {}
        """Their numbers, the same for as long as this lives."""

    def __missing__(self, word: str) -> int:
        terms = self._analyze(word)
        number = self[word] = self._number(terms[0]) if terms else _NO_TERM
        return number

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of a text's terms; among them may be ``_NO_TERM``."""
        if text.isascii():  # ten times as fast as the analyzer, and the same
            return list(map(self.__getitem__, text.translate(_ASCII_WORDS).split()))
        return [self._number(term) for term in self._analyze(text)]

    def _number(self, term: str) -> int:
        return self.terms.setdefault(term, len(self.terms))


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Which terms stand in n texts, and how often: compressed sparse rows."""

    starts: Numbers
    """n + 1; where the terms of each text begin."""
    terms: npt.NDArray[np.int32]
    """Their numbers in the vocabulary."""
    counts: npt.NDArray[np.uint16]

    def __len__(self) -> int:
        """Return how many texts these are."""
        return len(self.starts) - 1

    def rows(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """Return where the terms of texts are, and for each of them which text it is of."""
        sizes = self.starts[places + 1] - self.starts[places]
        owners = np.repeat(np.arange(len(places)), sizes)
        shifts = self.starts[places] - (np.cumsum(sizes) - sizes)
        return np.arange(len(owners)) + shifts[owners], owners

    def chosen(self, places: Numbers) -> TermCounts:
        """Return the texts at ``places``."""
        parts = [
            self._chosen(places[start : start + _CHOSEN_AT_ONCE])
            for start in range(0, len(places), _CHOSEN_AT_ONCE)
        ]
        return _joined(parts or [_NO_TEXTS])

    def _chosen(self, places: Numbers) -> TermCounts:
        at, owners = self.rows(places)
        return _rows(owners, len(places), self.terms[at], self.counts[at])

    def lengths(self) -> Numbers:
        """Return of each text how many terms it has, repeated ones counted."""
        totals = np.cumsum(self.counts, dtype=np.int64)
        return np.diff(np.concatenate([np.zeros(1, np.int64), totals])[self.starts])

    def having(self, wanted: npt.NDArray[np.bool_], terms: int) -> Numbers:
        """Return in how many of the ``wanted`` texts each of ``terms`` terms stands."""
        among = self.terms[np.repeat(wanted, np.diff(self.starts))]
        return np.bincount(among, minlength=terms)


_NO_TEXTS: Final = TermCounts(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint16))


@dataclass(frozen=True, slots=True)
class ForwardIndex:
    """The terms of a layout's passages, n of them; any thread may ask."""

    vocabulary: Vocabulary
    texts: TermCounts
    norms: npt.NDArray[np.float64]
    """n; what BM25 adds to a term's count for the passage's length."""
    having: Numbers
    """By number of a term, how many passages hold it."""
    total: int
    """How many passages are indexed."""

    def scores(self, wanted: Mapping[str, int], places: Numbers) -> npt.NDArray[np.float64]:
        """Return the BM25 scores of the passages at ``places``.

        Those of ``LexicalIndex.scores`` to six digits; tantivy counts deleted passages as well
        until it merges the segments that they are in.

        Args:
            wanted: terms, and how often each counts.
            places: in the layout.
        """
        weights = np.zeros(len(self.having))
        for term, count in wanted.items():
            number = self.vocabulary.terms.get(term, len(weights))
            if number < len(weights):  # else it is of passages that came later
                weights[number] = count * (1 + _K1) * self._rarity(number)
        at, owners = self.texts.rows(places)
        weights = weights[self.texts.terms[at]]
        hit = np.flatnonzero(weights)
        counts, owners = self.texts.counts[at[hit]], owners[hit]
        parts = weights[hit] * counts / (counts + self.norms[places[owners]])
        return np.bincount(owners, parts, len(places)).astype(np.float64)

    def _rarity(self, number: int) -> float:
        having = int(self.having[number])
        return math.log(1 + (self.total - having + 0.5) / (having + 0.5))


def read_forward_index(
    catalogue: Catalogue,
    knowledge_base: str,
    layout: Layout,
    analyze: Analyze,
    known: tuple[Layout, ForwardIndex] | None = None,
    *,
    pause_seconds: float = 0.0,
) -> ForwardIndex:
    """Read the indexed passages of ``layout``; those ``known`` from before are taken from there.

    Takes 2 s for 100,000 passages, in steps of 4 ms with pauses between them: who answers
    meanwhile gives the interpreter away dozens of times, each time for as long as this computes.
    """
    vocabulary = known[1].vocabulary if known else Vocabulary(analyze)
    parts = [known[1].texts if known else _NO_TEXTS]
    row_of = dict(_indexed(known[0])) if known else {}
    places = dict(_indexed(layout))
    unknown = [id_ for id_ in places if id_ not in row_of]
    rows = len(parts[0])
    for start in range(0, len(unknown), _READ_AT_ONCE):
        read = _texts(catalogue, knowledge_base, unknown[start : start + _READ_AT_ONCE])
        parts.append(_counted(list(read.values()), vocabulary))
        row_of |= zip(read, range(rows, rows + len(read)), strict=True)
        rows += len(read)
        time.sleep(pause_seconds)
    parts.append(_counted([""], vocabulary))  # what is not indexed has no terms
    at = [row_of.get(id_, rows) if id_ in places else rows for id_ in layout.ids]
    texts = _joined(parts).chosen(np.array(at, dtype=np.int64))
    counted = np.zeros(len(layout.ids), dtype=bool)
    counted[list(places.values())] = True  # one that stands in several files once
    lengths = texts.lengths()
    average = lengths[counted].mean() if places else 1.0
    return ForwardIndex(
        vocabulary,
        texts,
        norms=_K1 * (1 - _B + _B * _shortened(lengths) / max(average, 1.0)),
        having=texts.having(counted, len(vocabulary.terms)),
        total=len(places),
    )


def _indexed(layout: Layout) -> Iterator[tuple[str, int]]:
    return ((id_, place) for id_, place in layout.places.items() if layout.indexed[place])


def _texts(catalogue: Catalogue, knowledge_base: str, ids: Sequence[str]) -> dict[str, str]:
    """Return the texts of passages, those that are there, by id."""
    values = {"kb": knowledge_base, "ids": json.dumps(ids)}
    rows = catalogue.connection.execute(_STANDING, values).fetchall()
    asked = json.dumps(sorted({(file_id, post_id) for _, file_id, post_id, _, _ in rows}))
    posts = {
        (file_id, post_id): text
        for file_id, post_id, text in catalogue.connection.execute(_POSTS, {"posts": asked})
    }
    return {
        id_: posts[file_id, post_id][start:end]
        for id_, file_id, post_id, start, end in rows
        if (file_id, post_id) in posts
    }


def _counted(texts: Sequence[str], vocabulary: Vocabulary) -> TermCounts:
    numbers = [vocabulary.numbers(text) for text in texts]
    owners = np.repeat(np.arange(len(texts)), [len(each) for each in numbers])
    found = np.fromiter(chain.from_iterable(numbers), np.int64, len(owners))
    pairs = (owners << _TERM_BITS | found)[found != _NO_TERM]
    pairs, counts = np.unique(pairs, return_counts=True)
    terms = (pairs & (1 << _TERM_BITS) - 1).astype(np.int32)
    shorter = np.minimum(counts, _MOST_COUNTED).astype(np.uint16)
    return _rows(pairs >> _TERM_BITS, len(texts), terms, shorter)


def _rows(
    owners: Numbers, count: int, terms: npt.NDArray[np.int32], counts: npt.NDArray[np.uint16]
) -> TermCounts:
    return TermCounts(np.searchsorted(owners, np.arange(count + 1)), terms, counts)


def _joined(parts: Sequence[TermCounts]) -> TermCounts:
    ends = np.cumsum([0, *(len(part.terms) for part in parts)])
    starts = [part.starts[:-1] + end for part, end in zip(parts, ends.tolist(), strict=False)]
    return TermCounts(
        np.concatenate([*starts, ends[-1:]]),
        np.concatenate([part.terms for part in parts]),
        np.concatenate([part.counts for part in parts]),
    )


def _shortened(lengths: Numbers) -> Numbers:
    """Return lengths as tantivy keeps them in a byte: from 40 on the highest four bits count.

    As Lucene's SmallFloat, whose steps begin at 24.
    """
    over = np.maximum(lengths - _KEPT_WHOLE, 1)
    bits = np.frexp(over)[1]  # of a whole number, how many it has
    steps = np.int64(1) << np.maximum(bits - _KEPT_BITS, 0)
    return np.where(lengths <= _KEPT_WHOLE, lengths, _KEPT_WHOLE + over // steps * steps)
