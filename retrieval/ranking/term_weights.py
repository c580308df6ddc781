"""How much each word of a question says: rare words say more than common ones."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retrieval.store.lexical.tantivy_index import LexicalIndex


_NAME: Final = re.compile(r"(?<=\S\s)[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")
_SENTENCE_STARTS_AFTER: Final = frozenset(".!?:…")


class TermWeights:
    """Inverse document frequencies of index terms."""

    def __init__(self, lexical: LexicalIndex) -> None:
        """Weigh terms by their frequency in ``lexical``."""
        self._lexical = lexical

    def weight(self, term: str) -> float:
        """Return a term's inverse document frequency, as BM25 computes it."""
        total, having = self._lexical.count(), self._lexical.document_frequency(term)
        return math.log(1 + (total - having + 0.5) / (having + 0.5))

    def of(self, question: str) -> dict[str, float]:
        """Return the weights of a question's terms, to be compared with many texts."""
        return {term: self.weight(term) for term in self._lexical.terms(question)}

    def covered(self, weights: Mapping[str, float], texts: Sequence[str]) -> float:
        """Return the share of a question's weight that ``texts`` hold together, 0 to 1."""
        there = {term for text in texts for term in self._lexical.terms(text)}
        total = sum(weights.values())
        return sum(w for term, w in weights.items() if term in there) / total if total else 0.0

    def coverage(self, question: str, texts: Sequence[str]) -> float:
        """Return ``covered`` for a question that is compared once."""
        return self.covered(self.of(question), texts)

    def unknown_names(self, question: str) -> tuple[str, ...]:
        """Return the words written like names, with a capital, that stand in no text."""
        return tuple(
            match.group()
            for match in _NAME.finditer(question)
            if match.group()[0].isupper()
            and question[: match.start()].rstrip()[-1:] not in _SENTENCE_STARTS_AFTER
            and self._is_unknown(match.group())
        )

    def _is_unknown(self, word: str) -> bool:
        terms = self._lexical.terms(word)
        return bool(terms) and not any(map(self._lexical.document_frequency, terms))
