"""Whether a sentence denies what its source says, or says what its source denies."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from retrieval.writing.alignment import Pair, aligned, best_sentences, same_stem
from retrieval.writing.lexicon import lexicon
from retrieval.writing.stems import stem, word_set
from retrieval.writing.terms import Reading, Term

_DENYING: Final = frozenset(
    stem(word)
    for word in word_set(
        "without lack miss missing refuse reject decline fail unnecessary needless impossible "
        "unable avoid prevent skip ignore exclude stop cease except unaffected unchanged "
        "absent instead unused untouched useless forbid prohibit discourage deny lose lost "
        "block unlike rather invalid incorrect wrong false unsupported dangerous mistake "
        "careful warn"
    )
)
"""Words that deny without a negation."""
_DENYING_FUNCTION_WORDS: Final = word_set(
    "no not never nothing nobody none neither nor without cannot only unless until "
    "instead rather except but hardly"
)
_ORDINALS: Final = word_set("first second third fourth fifth last")
_TOO_COMMON: Final = word_set(
    "the a an is are was were be and or to of it that this you your in for with as at"
)
_OPPOSED_FUNCTION_WORDS: Final = (
    ("before", "after"), ("above", "below"), ("over", "under"), ("more", "less"),
    ("more", "fewer"), ("most", "least"), ("many", "few"), ("on", "off"), ("up", "down"),
    ("all", "none"), ("always", "sometimes"), ("always", "never"), ("often", "rarely"),
    ("with", "without"), ("inside", "outside"), ("in", "outside"), ("within", "outside"),
    ("everything", "nothing"),
    ("everybody", "nobody"), ("everyone", "nobody"), ("together", "apart"),
    ("already", "yet"), ("same", "different"), ("all", "some"),
    ("same", "another"), ("same", "other"), ("both", "neither"),
)  # fmt: skip


def denied(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Return what a sentence and the sentences that it rests on disagree about, None if nothing."""
    pairs = aligned(sentence, evidence)
    return (
        _denied_here(sentence, evidence, pairs)
        or _denied_there(sentence, pairs)
        or _opposed_words(evidence, pairs)
        or _opposed_beside(sentence, evidence)
        or _opposed_function_words(sentence, evidence)
        or _ordinal_changed(sentence, evidence)
    )


def _denied_here(
    sentence: Reading, evidence: Sequence[Reading], pairs: Sequence[Pair]
) -> str | None:
    """Find what the sentence denies and the source does not."""
    everything = [term for reading in evidence for term in reading.terms]
    near_by = {pair.there.reading for pair in pairs} or set(evidence)
    is_denying = any(_denies(reading) for reading in near_by)
    for negation in sentence.negations:
        head = negation.heads[0] if negation.heads else None
        near = [
            term
            for pair in pairs
            if any(one.clause == negation.clause for one in pair.here)
            for term in pair.there.terms
        ]
        terms = near if any(term.stem == head for term in near) else everything
        if any(_negated(one, near, everything) for one in negation.heads):
            continue
        exact = [term for term in terms if term.stem == head]
        if exact or (head and same_stem(head, terms) and not _opposite_of_any(head, terms)):
            return head
        if not is_denying:
            return negation.heads[0] if negation.heads else "not"
    return None


def _negated(head: str, near: Sequence[Term], everything: Sequence[Term]) -> bool:
    """Tell whether the source negates a word, where it has it nearest to the sentence."""
    terms = near if any(term.stem == head for term in near) else everything
    return any(term.negated for term in same_stem(head, terms))


def _denied_there(sentence: Reading, pairs: Sequence[Pair]) -> str | None:
    """Find what the source denies and the sentence does not."""
    for pair in pairs:
        clause = pair.there
        numbers = {term.clause for term in clause.terms}
        for negation in clause.reading.negations:
            if negation.clause not in numbers:
                continue
            for head in negation.heads:
                said = same_stem(head, pair.here)
                if said and not _is_denied(sentence, said, clause.terms):
                    return head
    return None


def _is_denied(sentence: Reading, said: Sequence[Term], there: Sequence[Term]) -> bool:
    """Tell whether a sentence denies what it says, be it in a word such as "unnecessary"."""
    clauses = {term.clause for term in said}
    known = {term.stem for term in there}
    return (
        any(term.negated for term in said)
        or any(negation.clause in clauses for negation in sentence.negations)
        or any(
            term.stem in _DENYING or term.word.lower().startswith("un")
            for term in sentence.terms
            if term.clause in clauses and term.stem not in known
        )
    )


def _opposed_words(evidence: Sequence[Reading], pairs: Sequence[Pair]) -> str | None:
    """Find a word whose opposite the source has in its place."""
    words = lexicon()
    stems = {term.stem for reading in evidence for term in reading.terms}
    for pair in pairs:
        terms = pair.there.reading.terms
        for term in pair.here:
            if term.stem in stems:
                continue
            for other in terms:
                if words.opposite(term.stem, other.stem) and term.negated == other.negated:
                    return f"{term.word} for {other.word}"
    return None


def _opposed_beside(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "old index" where the source has "new index" and nowhere "old index"."""
    words = lexicon()
    here = _bigrams(sentence)
    there = [pair for reading in evidence for pair in _bigrams(reading)]
    for word, beside, is_after in here:
        if (word, beside, is_after) in there:
            continue
        for other, its_beside, its_after in there:
            if (beside, is_after) != (its_beside, its_after):
                continue
            if words.opposite(word, other) or _function_opposites(word, other):
                return f"{word} for {other}"
    return None


def _ordinal_changed(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "the first" where the source has "the second" and no "first"."""
    here = _ORDINALS & sentence.words
    there = _ORDINALS & frozenset(word for reading in evidence for word in reading.words)
    return " ".join(here - there) if here - there and there - here else None


def _bigrams(reading: Reading) -> list[tuple[str, str, bool]]:
    """Return each word with the word after it, and with the one before it."""
    tokens = reading.tokens
    found = []
    for one, two in itertools.pairwise(tokens):
        if one.kind == two.kind == "word":
            left, right = stem(one.lower), stem(two.lower)
            if two.lower not in _TOO_COMMON:
                found.append((left, right, True))
            if one.lower not in _TOO_COMMON:
                found.append((right, left, False))
    return found


def _function_opposites(word: str, other: str) -> bool:
    return any({stem(one), stem(two)} == {word, other} for one, two in _OPPOSED_FUNCTION_WORDS)


def _opposed_function_words(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    words = frozenset(word for reading in evidence for word in reading.words)
    nearest = best_sentences(sentence, evidence) or evidence
    near = frozenset(word for reading in nearest for word in reading.words)
    for pair in _OPPOSED_FUNCTION_WORDS:
        for one, other in (pair, pair[::-1]):
            here = one in sentence.words and other not in sentence.words
            if here and other in near and one not in words:
                return f"{one} for {other}"
    return None


def _denies(reading: Reading) -> bool:
    return (
        bool(reading.negations)
        or any(
            term.stem in _DENYING or term.word.lower().startswith(("un", "non"))
            for term in reading.terms
        )
        or not reading.words.isdisjoint(_DENYING_FUNCTION_WORDS)
    )


def _opposite_of_any(head: str, terms: Sequence[Term]) -> bool:
    words = lexicon()
    return any(words.opposite(head, term.stem) and not term.negated for term in terms)
