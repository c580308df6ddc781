"""Whether a sentence leaves out the condition, or the speaker, that its source puts to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from retrieval.writing.alignment import aligned, best_sentences, clauses_of, same_stem
from retrieval.writing.authors import speaks_as_author
from retrieval.writing.quantities import quantities
from retrieval.writing.stems import stem, word_set
from retrieval.writing.terms import Reading, Term

_CONDITION: Final = re.compile(
    r"\b(?:only if|if|unless|as long as|provided(?: that)?|in case|except (?:if|when|for)"
    r"|when(?:ever)?|after|because)\b",
    re.IGNORECASE,
)
_EXCEPTIONS: Final = frozenset({"unless", "except if", "except when", "except for"})
_SOFT_CONDITIONS: Final = frozenset({"when", "whenever", "after", "because"})
"""May be left out, but not exchanged for another."""
_REPORTED: Final = re.compile(
    r"\b(?P<who>\w+)\s+(?:\w+ly\s+)?(?:says?|said|thinks?|thought|claims?|claimed|believes?"
    r"|believed|suspects?|suspected|swears?|swore|insists?|argues?|argued)\b"
    r"|\baccording to (?:the |my |our )?(?P<source>\w+)",
    re.IGNORECASE,
)
_NOT_OTHERS: Final = word_set(
    "i we you it they he she who which that this one nobody nothing people everybody also ever "
    "just never even only not to and or as has have had is was be can may would could might "
    "should will must do does did don't doesn't didn't"
)


def unconditioned(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Return what a sentence leaves out without which its source does not say it, else None."""
    return (
        _condition_left_out(sentence, evidence)
        or _speaker_left_out(sentence, evidence)
        or _generalised(sentence, evidence)
    )


def _condition_left_out(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find what a sentence says without the condition that its source puts to it."""
    mine = {word for word, _, _ in _conditions(sentence)}
    numbers = {f"{one.raw:g}" for one in quantities(sentence.text)}
    for reading in best_sentences(sentence, evidence):
        for word, condition, ruled in _conditions(reading):
            if not ruled or _said_of(ruled, sentence) * 2 < len(ruled):
                continue
            own = [term for term in condition if not same_stem(term.stem, ruled)] or condition
            is_soft = word in _SOFT_CONDITIONS and not mine
            if own and _said_of(own, sentence) * 2 < len(own) and not is_soft:
                return "a condition"
            if own and (word in _EXCEPTIONS) is not bool(mine & _EXCEPTIONS) and mine:
                return "a condition"
            within = reading.text[condition[0].start : condition[-1].end] if condition else ""
            if own and any(f"{one.raw:g}" not in numbers for one in quantities(within)):
                return "a condition"
    return None


def _conditions(
    reading: Reading,
) -> Iterator[tuple[str, tuple[Term, ...], tuple[Term, ...]]]:
    """Yield each "if" with its condition and what it rules: before it, or after its comma."""
    text = reading.text
    for match in _CONDITION.finditer(text):
        begin = max(text.rfind(mark, 0, match.start()) for mark in ".!?;:,\n") + 1
        stop = re.compile(r"[.!?;:,\n](?:\s|$)").search(text, match.end())
        end = stop.start() if stop else len(text)
        condition = _between(reading, match.end(), end)
        before = _between(reading, begin, match.start())
        if before:
            yield match.group().lower(), condition, before
        elif stop and stop.group().strip() == ",":
            last = re.compile(r"[.!?;\n](?:\s|$)").search(text, end)
            rest = re.compile(r", ?(?:otherwise|else|but)\b|[.!?;,\n](?:\s|$)")
            until = rest.search(text, end + 1) or last
            ruled = _between(reading, end, until.start() if until else len(text))
            yield match.group().lower(), condition, ruled


def _speaker_left_out(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find what somebody else says, told as if it were so."""
    for reading in evidence:
        for match in _REPORTED.finditer(reading.text):
            who = match["who"] or match["source"]
            if who.lower() in _NOT_OTHERS or same_stem(stem(who.lower()), sentence.terms):
                continue
            told = _told(reading, match)
            if told and _said_of(told, sentence) * 3 >= len(told) * 2:
                return f"what “{who}” says"
    return None


def _generalised(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "it never locks" where an author says "it never locked for me"."""
    own = {reading for reading in evidence if speaks_as_author(reading)}
    for pair in aligned(sentence, evidence):
        clause = pair.there
        numbers = {term.clause for term in clause.terms}
        if clause.reading not in own or not any(
            speaks_as_author(clause.reading, number) for number in numbers
        ):
            continue
        for term in pair.here:
            if not term.word.lower().endswith("s") or term.word.lower().endswith("'s"):
                continue
            past = [t for t in clause.terms if t.stem == term.stem and t.word.endswith("ed")]
            if past:
                return f"“{past[0].word}”"
    return None


def _told(reading: Reading, match: re.Match[str]) -> tuple[Term, ...]:
    """Return the terms of what is reported."""
    if match["source"]:
        clauses = [c for c in clauses_of(reading) if c.terms[0].start < match.end()]
        return tuple(t for t in clauses[-1].terms if t.end <= match.start()) if clauses else ()
    end = re.compile(r"[.!?;,\n](?:\s|$)").search(reading.text, match.end())
    return _between(reading, match.end(), end.start() if end else len(reading.text))


def _said_of(terms: Sequence[Term], sentence: Reading) -> int:
    return sum(bool(same_stem(term.stem, sentence.terms)) for term in terms)


def _between(reading: Reading, start: int, end: int) -> tuple[Term, ...]:
    return tuple(term for term in reading.terms if start <= term.start and term.end <= end)
