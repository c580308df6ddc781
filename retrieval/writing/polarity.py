"""Whether a sentence denies what its source says, or says what its source denies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from retrieval.writing.alignment import Pair, aligned, same_stem
from retrieval.writing.lexicon import lexicon
from retrieval.writing.stems import stem
from retrieval.writing.terms import Reading, Term

_DENYING: Final = frozenset(
    stem(word)
    for word in "without lack miss missing refuse reject decline fail unnecessary needless "
    "impossible unable avoid prevent skip ignore exclude stop cease except unaffected unchanged "
    "absent instead unused untouched useless forbid prohibit discourage "
    "deny lose lost block unlike rather invalid incorrect wrong false unsupported dangerous "
    "mistake careful warn".split()
)
"""Words that deny without a negation."""
_DENYING_FUNCTION_WORDS: Final = frozenset(
    "no not never nothing nobody none neither nor without cannot only unless until instead "
    "rather except but hardly".split()
)
_OPPOSED_FUNCTION_WORDS: Final = (
    ("before", "after"), ("above", "below"), ("over", "under"), ("more", "less"),
    ("more", "fewer"), ("most", "least"), ("many", "few"), ("on", "off"), ("up", "down"),
    ("all", "none"), ("always", "sometimes"), ("always", "never"), ("often", "rarely"),
    ("with", "without"), ("inside", "outside"), ("in", "outside"), ("everything", "nothing"),
    ("everybody", "nobody"), ("everyone", "nobody"), ("together", "apart"),
    ("already", "yet"), ("same", "another"), ("same", "other"), ("both", "neither"),
)  # fmt: skip


def denied(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Return what a sentence and the sentences that it rests on disagree about, None if nothing."""
    pairs = aligned(sentence, evidence)
    return (
        _denied_here(sentence, evidence)
        or _denied_there(sentence, pairs)
        or _opposed_words(sentence, evidence)
        or _opposed_function_words(sentence, evidence)
    )


def _denied_here(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find what the sentence denies and the source does not."""
    terms = [term for reading in evidence for term in reading.terms]
    is_denying = any(_denies(reading) for reading in evidence)
    for negation in sentence.negations:
        head = negation.heads[0] if negation.heads else None
        if any(term.negated for one in negation.heads for term in same_stem(one, terms)):
            continue
        exact = [term for term in terms if term.stem == head]
        if exact or (head and same_stem(head, terms) and not _opposite_of_any(head, terms)):
            return head
        if not is_denying:
            return negation.heads[0] if negation.heads else "not"
    return None


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
                if said and not _is_denied(sentence, pair.here, said):
                    return head
    return None


def _is_denied(sentence: Reading, here: Sequence[Term], said: Sequence[Term]) -> bool:
    clauses = {term.clause for term in here}
    return (
        any(term.negated for term in said)
        or any(negation.clause in clauses for negation in sentence.negations)
        or any(
            term.stem in _DENYING or term.word.lower().startswith("un")
            for term in sentence.terms
            if term.clause in clauses
        )
    )


def _opposed_words(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find a word whose opposite the source has in its place."""
    words = lexicon()
    terms = [term for reading in evidence for term in reading.terms]
    stems = {term.stem for term in terms}
    for term in sentence.terms:
        if term.stem in stems:
            continue
        for other in terms:
            if words.opposite(term.stem, other.stem) and term.negated == other.negated:
                return f"{term.word} for {other.word}"
    return None


def _opposed_function_words(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    words = frozenset(word for reading in evidence for word in reading.words)
    for pair in _OPPOSED_FUNCTION_WORDS:
        for one, other in (pair, pair[::-1]):
            here = one in sentence.words and other not in sentence.words
            if here and other in words and one not in words:
                return f"{one} for {other}"
    return None


def _denies(reading: Reading) -> bool:
    return bool(reading.negations) or any(
        term.stem in _DENYING or term.word.lower().startswith(("un", "non")) for term in reading.terms
    ) or not reading.words.isdisjoint(_DENYING_FUNCTION_WORDS)


def _opposite_of_any(head: str, terms: Sequence[Term]) -> bool:
    words = lexicon()
    return any(words.opposite(head, term.stem) and not term.negated for term in terms)
