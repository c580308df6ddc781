"""Which clause of a source a clause of a sentence comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    stems: frozenset[str]
    meanings: frozenset[int]
    """The groups of synonyms that its words are in."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A clause of the sentence and that of the source which says most of it."""

    here: tuple[Term, ...]
    there: Clause


@lru_cache(maxsize=1_024)
def clauses_of(reading: Reading) -> tuple[Clause, ...]:
    """Return the clauses that say something; a word or two belong to the clause before."""
    held: list[Clause] = []
    for number in sorted({term.clause for term in reading.terms}):
        terms = reading.clause(number)
        if held and len(terms) < _SHORT:
            last = held.pop()
            held.append(_clause(reading, last.number, (*last.terms, *terms)))
        else:
            held.append(_clause(reading, number, terms))
    return tuple(held)


def _clause(reading: Reading, number: int, terms: tuple[Term, ...]) -> Clause:
    stems = frozenset(term.stem for term in terms)
    groups = lexicon().groups
    meanings = frozenset(one for stem in stems for one in groups.get(stem, ()))
    return Clause(reading, number, terms, stems, meanings)


def aligned(sentence: Reading, evidence: Sequence[Reading]) -> tuple[Pair, ...]:
    """Return the clauses of a sentence with their best counterparts, where they have any."""
    return _aligned(sentence, tuple(evidence))


@lru_cache(maxsize=64)
def _aligned(sentence: Reading, evidence: tuple[Reading, ...]) -> tuple[Pair, ...]:
    there = [clause for reading in evidence for clause in clauses_of(reading)]
    pairs = []
    for clause in clauses_of(sentence):
        scored = [(_score(clause.stems, one), one) for one in there]
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


def _score(here: frozenset[str], there: Clause) -> float:
    groups = lexicon().groups
    same = len(here & there.stems)
    alike = sum(not there.meanings.isdisjoint(groups.get(stem, ())) for stem in here - there.stems)
    score = same + _SYNONYM_WEIGHT * alike
    return score - _LENGTH_WEIGHT * len(there.stems) if score else 0.0
