"""How much each word of a question says: rare words more, words of no text nothing known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.index.lexical import LexicalIndex


@dataclass(frozen=True, slots=True)
class Unknown:
    """The words of a question that stand nowhere in the knowledge base."""

    words: tuple[str, ...]
    share: float
    """Their share of the question's weight, 0 to 1."""


class TermWeights:
    """Inverse document frequencies of index terms."""

    def __init__(self, lexical: LexicalIndex) -> None:
        """Weigh terms by their frequency in ``lexical``."""
        self._lexical = lexical

    def weight(self, term: str) -> float:
        """Return a term's inverse document frequency, as BM25 computes it."""
        total, having = self._lexical.count(), self._lexical.document_frequency(term)
        return math.log(1 + (total - having + 0.5) / (having + 0.5))

    def coverage(self, question: str, texts: Sequence[str]) -> float:
        """Return the share of a question's weight that ``texts`` hold together, 0 to 1."""
        terms = self._lexical.terms(question)
        there = {term for text in texts for term in self._lexical.terms(text)}
        weights = {term: self.weight(term) for term in terms}
        total = sum(weights.values())
        return sum(w for term, w in weights.items() if term in there) / total if total else 0.0

    def unknown(self, question: str) -> Unknown:
        """Return the question's words that no text holds."""
        terms = self._lexical.terms(question)
        absent = tuple(t for t in terms if not self._lexical.document_frequency(t))
        total = sum(map(self.weight, terms))
        share = sum(map(self.weight, absent)) / total if total else 0.0
        return Unknown(absent, share)
