"""Mending words of a question that the threads never use but nearly do.

Only words that are unknown twice over are touched: they stand nowhere in the index, and
they are no word that the embedding model knows whole.  So "loaf" is never turned into
"load", while "enviromental" becomes "environmental".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from retrieval.store.catalogue.library import Library
    from retrieval.store.lexical.tantivy_index import LexicalIndex

_WORD: Final = re.compile(r"[^\W\d_]{4,40}")
_LONG: Final = 7
"""From this length on two slips are forgiven, below it one."""
_MAX_WORDS: Final = 60
"""A pasted log is no question with slips in it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A question with its slips mended."""

    question: str
    changes: tuple[tuple[str, str], ...] = ()
    """Each word as typed, and as it was read."""
    unknown: tuple[str, ...] = ()
    """Words that nothing could be made of: the threads never use them, nor does everybody."""


class Speller:
    """Mends questions with the vocabulary of one knowledge base."""

    def __init__(
        self, lexical: LexicalIndex, library: Library, is_word: Callable[[str], bool]
    ) -> None:
        """Use the words of ``lexical``; ``is_word`` tells which words are real anyway."""
        self._lexical = lexical
        self._library = library
        self._is_word = is_word

    def mend(self, question: str) -> Correction:
        """Return the question with unknown words replaced by the nearest known ones."""
        typed = dict.fromkeys(_WORD.findall(question))
        if len(typed) > _MAX_WORDS:
            return Correction(question)
        strange = [word for word in typed if self._is_strange(word)]
        nearest = {word: self._nearest(word) for word in strange}
        changes = tuple((word, known) for word, known in nearest.items() if known)
        for word, known in changes:
            question = re.sub(rf"\b{re.escape(word)}\b", known, question)
        unknown = tuple(word for word, known in nearest.items() if not known)
        # Where most words are strange, it is the language that is another.
        return Correction(question, changes, unknown if 2 * len(unknown) <= len(typed) else ())

    def _is_strange(self, word: str) -> bool:
        terms = self._lexical.terms(word)
        if len(terms) != 1 or self._is_word(word.lower()):
            return False
        return not self._lexical.document_frequency(terms[0])

    def _nearest(self, word: str) -> str | None:
        term = self._lexical.terms(word)[0]
        allowed = 2 if len(term) >= _LONG else 1
        counts = {
            known: count
            for known, count in self._lexical.terms_beginning(term[0])
            if len(known) > allowed + 1
        }
        near = process.extract(
            term, counts.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None
        )
        best = min(((distance, -counts[known], known) for known, distance, _ in near), default=None)
        return self._as_written(best[2], like=word) if best else None

    def _as_written(self, term: str, like: str) -> str | None:
        """Return a word of the threads with this index term: stems are no words."""
        found: set[str] = set()
        for located in self._library.located(self._lexical.with_term(term, 5)).values():
            written = set(re.findall(r"\w+", located.passage.text))
            found.update(word for word in written if self._lexical.terms(word) == [term])
        nearest = min(
            sorted(found), key=lambda word: OSA.distance(like.lower(), word.lower()), default=None
        )
        at_sentence_start = nearest is not None and like.islower() and nearest.istitle()
        return nearest.lower() if nearest and at_sentence_start else nearest
