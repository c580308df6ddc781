"""One question judged: what was found and shown, against the quotes that answer it.

Words are compared folded (``retrieval.text.wording.fold``): neither case nor punctuation nor
white space decides whether a quote was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.evaluation.questions import Question
from retrieval.records import Answer, Citation, Hit, Outcome
from retrieval.text.sentences import sentences
from retrieval.text.wording import fold, words

_WORDS_OF_A_PART: Final = 3
"""A shown quote of fewer words is not taken for a part of the gold quote that holds them."""
_WORDS_OF_A_SENTENCE: Final = 6
"""Likewise for a shorter sentence of a gold quote."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one question."""

    question: Question
    answer: Answer
    found: tuple[str, ...]
    """The texts of the first passages, best first."""
    gold_ranks: tuple[int | None, ...]
    """For each gold quote, where the first passage with it stands, from 1; None: nowhere."""
    shown: bool
    """Whether a gold or acceptable quote stands among those shown, under an answer or as
    what comes closest."""
    search_ms: float

    @property
    def answered(self) -> bool:
        """Whether an answer was given."""
        return self.answer.outcome is Outcome.ANSWERED

    @property
    def rank(self) -> int | None:
        """Rank by which enough was found: all gold passages or any, as the question needs."""
        if not self.question.needs_all:
            return self.any_rank
        ranks = [rank for rank in self.gold_ranks if rank is not None]
        return max(ranks) if ranks and len(ranks) == len(self.gold_ranks) else None

    @property
    def any_rank(self) -> int | None:
        """Rank of the first gold passage."""
        return min((rank for rank in self.gold_ranks if rank is not None), default=None)

    @property
    def right(self) -> bool:
        """Whether what was shown answers; never for a question that nothing answers."""
        return self.question.answerable and self.shown


def judge(
    question: Question, answer: Answer, hits: Sequence[Hit], search_ms: float = 0.0
) -> Judged:
    """Compare what was found and shown for a question with what answers it."""
    found = tuple(hit.passage.text for hit in hits)
    folded = [fold(text) for text in found]
    citations = answer.citations if answer.outcome is Outcome.ANSWERED else answer.closest
    return Judged(
        question=question,
        answer=answer,
        found=found,
        gold_ranks=tuple(_rank(fold(quote), folded) for quote in question.gold),
        shown=any(shows(citation, question.acceptable) for citation in citations),
        search_ms=search_ms,
    )


def shows(citation: Citation, quotes: Sequence[str]) -> bool:
    """Say whether a citation's words hold a quote, a whole sentence of it, or are a part of it."""
    shown = fold(citation.quote)
    is_a_part = len(words(citation.quote)) >= _WORDS_OF_A_PART
    return any(
        fold(quote) in shown or (is_a_part and shown in fold(quote)) or _shares(shown, quote)
        for quote in quotes
    )


def _shares(shown: str, quote: str) -> bool:
    """Say whether a whole sentence of a longer quote is shown, among others beside it."""
    return any(
        fold(sentence) in shown
        for sentence in sentences(quote)
        if len(words(sentence)) >= _WORDS_OF_A_SENTENCE
    )


def _rank(quote: str, texts: Sequence[str]) -> int | None:
    return next((rank for rank, text in enumerate(texts, 1) if quote in text), None)
