"""Which clause of a source a clause of a sentence comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.writing.lexicon import lexicon
from retrieval.writing.terms import Reading, Term

_SHORT: Final = 2
_LENGTH_WEIGHT: Final = 0.05
_SYNONYM_WEIGHT: Final = 0.6


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a source sentence."""

    reading: Reading
    number: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A clause of the sentence and that of the source which says most of it."""

    here: tuple[Term, ...]
    there: Clause


def clauses_of(reading: Reading) -> Iterator[Clause]:
    """Yield the clauses that say something; a word or two belong to the clause before."""
    held: list[Clause] = []
    for number in sorted({term.clause for term in reading.terms}):
        terms = reading.clause(number)
        if held and len(terms) < _SHORT:
            last = held.pop()
            held.append(Clause(reading, last.number, (*last.terms, *terms)))
        else:
            held.append(Clause(reading, number, terms))
    yield from held


def aligned(sentence: Reading, evidence: Sequence[Reading]) -> tuple[Pair, ...]:
    """Return the clauses of a sentence with their best counterparts, where they have any."""
    there = [clause for reading in evidence for clause in clauses_of(reading)]
    pairs = []
    for clause in clauses_of(sentence):
        scored = [(_score(clause.terms, one.terms), one) for one in there]
        best = max(scored, key=lambda pair: pair[0], default=None)
        if best is not None and best[0] > 0:
            pairs.append(Pair(clause.terms, best[1]))
    return tuple(pairs)


def best_sentences(sentence: Reading, evidence: Sequence[Reading]) -> tuple[Reading, ...]:
    """Return the source sentences that the clauses of a sentence come from."""
    return tuple(dict.fromkeys(pair.there.reading for pair in aligned(sentence, evidence)))


def same_stem(stem: str, terms: Iterable[Term]) -> list[Term]:
    """Return the terms that say what ``stem`` says, by the same word if there is one."""
    listed = list(terms)
    exact = [term for term in listed if term.stem == stem]
    return exact or [term for term in listed if lexicon().same(stem, term.stem)]


def _score(here: Sequence[Term], there: Sequence[Term]) -> float:
    stems = {term.stem for term in there}
    score = 0.0
    for stem in {term.stem for term in here}:
        if stem in stems:
            score += 1
        elif any(lexicon().same(stem, other) for other in stems):
            score += _SYNONYM_WEIGHT
    return score - _LENGTH_WEIGHT * len(stems) if score else 0.0
