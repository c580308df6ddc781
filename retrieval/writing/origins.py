"""Whether what a clause says comes from one place of its source, in the order it has there.

Most falsehoods made of true words are made by moving them: the subject of one clause is put to
the predicate of another, or two things change places beside "than" or a verb.  So the words of
a clause must come from one clause of the source.  What may be brought along from elsewhere is
what a pronoun of that clause stands for, and the one word that an ellipsis leaves out.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from retrieval.writing.alignment import clauses_of
from retrieval.writing.authors import speakers, speaks_as_author
from retrieval.writing.lexicon import lexicon
from retrieval.writing.quantities import is_unit, quantities
from retrieval.writing.stems import word_set
from retrieval.writing.terms import PASSIVE, PREPOSITIONS, Reading, Term

_ANAPHORS: Final = word_set(
    "it its they them their theirs this that these those one ones he she his her him there "
    "then ours mine itself others other another anything something everything both former "
    "latter"
)
_TIMES: Final = word_set("after before until since")
_LEADING: Final = PREPOSITIONS | word_set("after before when while if until once and or")
_ORDINALS: Final = word_set("first second third last twice")
_NUMBER: Final = "#"
_ONES: Final = word_set("one ones")
_SUBJECT_TERMS: Final = 2
_FEWEST: Final = 2
_Place = tuple[int, int]
"""Source sentence and clause."""


@dataclass(frozen=True, slots=True)
class _Home:
    """A clause of the source."""

    place: _Place
    terms: tuple[Term, ...]
    has_anaphor: bool
    marked: tuple[Term, ...]
    """What tells the one that its pronoun means from others: "larger" in "larger ones"."""
    governing: tuple[Term, ...]
    """The word beside each of its pronouns: "push" in "pushes it", "used" in "it used"."""
    is_negated: bool
    speakers: frozenset[str]
    """How the author may be called who says "I" in it …"""
    owners: frozenset[str]
    """… and who says "my"."""


def uprooted(
    sentence: Reading,
    evidence: Sequence[tuple[Reading, str]],
    free: frozenset[str],
    context: frozenset[str],
) -> str | None:
    """Return the words of a clause that belong to another one in the source, None if all do.

    Args:
        sentence: what a model wrote.
        evidence: the sentences of what it cites, in order, each with its author.
        free: stems that belong nowhere in particular.
        context: stems of the thread's title and of the question, which a pronoun may mean.
    """
    homes = [home for n, (one, author) in enumerate(evidence) for home in _homes(one, author, n)]
    is_passive = any(PASSIVE.search(one.text) for one in (sentence, *(r for r, _ in evidence)))
    for number in sorted({term.clause for term in sentence.terms}):
        terms = _with_numbers(sentence, sentence.clause(number), frozenset({number}))
        found = _torn_out(terms, _Source(homes, free, context)) or (
            None if is_passive else _turned_round(sentence, terms, homes)
        )
        if found:
            return ", ".join(f"“{term.word}”" for term in found[:3])
    return None


@dataclass(frozen=True, slots=True)
class _Source:
    homes: Sequence[_Home]
    free: frozenset[str]
    context: frozenset[str]

    def holds(self, term: Term) -> bool:
        return any(_in(term, home) for home in self.homes)


def _torn_out(terms: Sequence[Term], source: _Source) -> list[Term] | None:
    """Return what of a clause no home of the rest explains, None if one home does."""
    known = [
        term
        for term in terms
        if source.holds(term) or (term is terms[-1] and term.stem in source.context)
    ]
    if len(known) < _FEWEST:
        return None
    if not any(source.holds(term) for term in known):
        return None
    most = max(sum(_in(term, home) for term in known) for home in source.homes)
    faults: list[list[Term]] = []
    for home in source.homes:
        rest = [t for t in known if not _in(t, home) and t.stem not in source.free]
        here = sum(_in(term, home) for term in known)
        if not here or (here < most and not home.has_anaphor):
            continue
        rest = [term for term in rest if not _is_compound(term, known, home, source)]
        # A number alone is for ``relations`` to judge, which knows what it counts.
        if all(t.stem.startswith(_NUMBER) for t in rest) or _explained(rest, known, home, source):
            return None
        if here == most:
            faults.append(rest)
    return min(faults, key=len)


def _turned_round(
    sentence: Reading, terms: Sequence[Term], homes: Sequence[_Home]
) -> list[Term] | None:
    """Return the ends of "B does A" where the source has "A does B" and nothing else fits."""
    fitting = [home for home in homes if all(_in(term, home) for term in terms)]
    if len(terms) < _FEWEST + 1 or not fitting:
        return None
    for home in fitting:
        places = [next((t.place for t in home.terms if _alike(term, t)), -1) for term in terms]
        falls = [n for n in range(1, len(places)) if places[n] < places[n - 1]]
        if not falls:
            return None
        begins = [sentence.tokens[max(0, terms[n].place - 2) : terms[n].place] for n in (0, *falls)]
        if any(token.lower in _LEADING for near in begins for token in near):
            return None
        if len(set(places)) < len(places) or -1 in places or places[0] < places[-1]:
            return None
    return [terms[0], terms[-1]]


def _with_numbers(
    reading: Reading, terms: Sequence[Term], clauses: frozenset[int]
) -> tuple[Term, ...]:
    """Return the terms of some clauses with their numbers, in order."""
    numbers = [
        Term(
            word=token.text,
            stem=f"{_NUMBER}{one.raw:g}",
            start=token.start,
            end=token.end,
            place=one.place,
            clause=token.clause,
            is_name=False,
        )
        for one in quantities(reading.text)
        for token in (reading.tokens[one.place],)
        if token.clause in clauses and not one.is_vague
    ]
    words = [one for one in terms if not is_unit(one.word) and one.stem not in _ORDINALS]
    return tuple(sorted((*words, *numbers), key=lambda term: term.place))


def _explained(rest: Sequence[Term], known: Sequence[Term], home: _Home, source: _Source) -> bool:
    earlier = [one for one in source.homes if one.place < home.place]
    return (
        _is_meant(rest, known, home, source, earlier)
        or _is_ellipsis(rest, known, home, earlier)
        or _runs_on(known, home, source.homes)
    )


def _is_meant(
    rest: Sequence[Term],
    known: Sequence[Term],
    home: _Home,
    source: _Source,
    earlier: Sequence[_Home],
) -> bool:
    """Tell whether a pronoun of a clause may stand for words of an earlier one."""
    if not home.has_anaphor or not all(_among(one, known) for one in home.marked):
        return False
    if home.governing and not any(_among(one, known) for one in home.governing):
        return False
    if home.is_negated and not any(term.negated for term in known):
        return False
    places = [known.index(term) for term in rest]
    if max(places) - min(places) >= len(places):
        return False
    for term in rest:
        outside = term.stem in source.context and not source.holds(term)
        if not outside and not any(_in(term, one) for one in earlier):
            return False
    later = [
        one for one in source.homes if one.place[0] == home.place[0] and one.place > home.place
    ]
    return not any(_in(term, one, _SUBJECT_TERMS) for term in rest for one in later)


def _is_compound(term: Term, known: Sequence[Term], home: _Home, source: _Source) -> bool:
    """Tell whether a word belongs to one of its clause: "heat pump", later "the pump"."""
    at = known.index(term)
    head = known[at + 1] if at + 1 < len(known) else None
    if head is None or not _in(head, home):
        return False
    return any(
        _alike(term, one) and _alike(head, other)
        for each in source.homes
        if each.place < home.place
        for one, other in itertools.pairwise(each.terms)
    )


def _is_ellipsis(
    rest: Sequence[Term], known: Sequence[Term], home: _Home, earlier: Sequence[_Home]
) -> bool:
    """Tell whether one word completes a clause that is there as a whole."""
    return (
        len(rest) == 1
        and not home.is_negated
        and all(_among(one, known) for one in home.terms)
        and any(one.place[0] == home.place[0] and _in(rest[0], one) for one in earlier)
    )


def _runs_on(known: Sequence[Term], home: _Home, homes: Sequence[_Home]) -> bool:
    """Tell whether a clause repeats neighbouring clauses of a sentence from start to end."""
    near = [
        one
        for one in homes
        if one.place[0] == home.place[0] and any(_in(term, one) for term in known)
    ]
    if not all(any(_in(term, one) for one in near) for term in known):
        return False
    if not all(_among(one.terms[0], known) for one in near):
        return False
    last = -1
    for term in known:
        places = [t.place for one in near for t in one.terms if _alike(term, t) and t.place > last]
        if not places:
            return False
        last = min(places)
    return True


def _among(term: Term, known: Sequence[Term]) -> bool:
    return any(_alike(one, term) for one in known)


def _in(term: Term, home: _Home, first: int | None = None) -> bool:
    names = home.owners if term.word.endswith("'s") else home.speakers
    if first is None and term.stem in names:
        return True
    return any(_alike(term, other) for other in home.terms[:first])


def _alike(term: Term, other: Term) -> bool:
    return _same(term.stem, other.stem)


@lru_cache(maxsize=16_384)
def _same(left: str, right: str) -> bool:
    if left == right or lexicon().same(left, right):
        return True
    shorter, longer = sorted((left, right), key=len)
    return len(shorter) > 4 and longer.startswith(shorter)  # noqa: PLR2004 - one family


@lru_cache(maxsize=512)
def _homes(reading: Reading, author: str, number: int) -> tuple[_Home, ...]:
    found = []
    for clause in clauses_of(reading):
        numbers = {term.clause for term in clause.terms}
        tokens = [(n, t) for n, t in enumerate(reading.tokens) if t.clause in numbers]
        anaphors = [
            n
            for n, token in tokens
            if token.lower in _ANAPHORS and (not n or reading.tokens[n - 1].lower not in _TIMES)
        ]
        marked = [
            term
            for n, token in tokens
            if token.lower in _ONES
            for term in clause.terms
            if n - 2 <= term.place < n or n < term.place <= n + 3
        ]
        called = speakers(author)
        says_i = any(speaks_as_author(reading, one, owning=False) for one in numbers)
        says_my = any(speaks_as_author(reading, one) for one in numbers)
        found.append(
            _Home(
                (number, clause.number),
                _with_numbers(reading, clause.terms, frozenset(numbers)),
                bool(anaphors),
                tuple(marked[:1]),
                _beside(clause.terms, anaphors),
                any(negation.clause == clause.terms[0].clause for negation in reading.negations),
                called if says_i else frozenset(),
                called if says_my else frozenset(),
            )
        )
    return tuple(found)


def _beside(terms: Sequence[Term], anaphors: Sequence[int]) -> tuple[Term, ...]:
    found = []
    for place in anaphors:
        before = [term for term in terms if term.place < place]
        after = [term for term in terms if term.place > place]
        found += before[-1:] or after[:1]
    return tuple(found)
