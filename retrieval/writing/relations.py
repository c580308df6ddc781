"""Whether what a sentence ties together is tied together in one place of its source."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Final

from retrieval.writing.alignment import aligned, best_sentences, clauses_of, same_stem
from retrieval.writing.lexicon import lexicon
from retrieval.writing.quantities import Quantity, is_unit, quantities, unit_words
from retrieval.writing.terms import Reading, Term

_BEFORE: Final = re.compile(r"\b(?:before|until|prior to)\b", re.IGNORECASE)
_AFTER: Final = re.compile(r"\b(?:after|once|as soon as|following)\b", re.IGNORECASE)
_THEN: Final = re.compile(r"\b(?:first|then|afterwards|next|finally)\b", re.IGNORECASE)
_ORDERING: Final = re.compile(
    r"\b(?:before|until|prior|after|and|afterwards|once|as soon as|following|first|then|next"
    r"|finally|when|if|while|later|earlier|end|start|begin|previous|now|at that moment"
    r"|already)\w*\b",
    re.IGNORECASE,
)
_IF: Final = re.compile(
    r"\b(?:if|unless|when|whenever|once|without|where|while|as long as|until|only|should"
    r"|after|whoever|provided|in case|having|leaving|upon|otherwise|except|before|with an?)\b",
    re.IGNORECASE,
)
_IF_FIRST: Final = re.compile(
    r"(?:^|[.!?]\s+)(?:(?:and|but|so|yes|no|right|well),?\s+)?(?:if|unless)\b([^,]{4,120}),",
    re.IGNORECASE,
)
_IN_A_RANGE: Final = frozenset({"to", "or", "and", "-", "–", ",", "%"})
_Place = tuple[int, int]


def mistied(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Return what a sentence ties together otherwise than its source, None if nothing."""
    return (
        _numbers_swapped(sentence, evidence)
        or _number_elsewhere(sentence, evidence)
        or _unit_elsewhere(sentence, evidence)
        or _crossed(sentence, evidence)
        or _order_turned(sentence, evidence)
        or _condition_dropped(sentence, evidence)
    )


def _numbers_swapped(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find a number that stands with the name, or the words, of another of its sentence."""
    for here in quantities(sentence.text):
        words = _near(sentence, here)
        named = {t.stem for t in sentence.terms if t.is_name and not is_unit(t.word)} & words
        for reading in evidence:
            found = quantities(reading.text)
            same = [one for one in found if one.same_as(here)]
            others = [
                one
                for one in found
                if not one.same_as(here) and all(_apart(reading, one, own) for own in same)
            ]
            if here.is_vague or not same or not others:
                continue
            own = set().union(*(_near(reading, one) for one in same))
            foreign = set().union(*(_near(reading, one) for one in others))
            if named & foreign and not named & own:
                return "a number"
            if not _meets(words, own - foreign) and words & (foreign - own):
                return "a number"
    return None


def _apart(reading: Reading, one: Quantity, other: Quantity) -> bool:
    """Tell whether two numbers are not the ends of one range: "6 to 8"."""
    first, last = sorted((one.place, other.place))
    between = [token.lower for token in reading.tokens[first + 1 : last]]
    return not between or any(word not in _IN_A_RANGE for word in between)


def _unit_elsewhere(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find a unit without a number ("within hours") that its source has in another clause."""
    measured = {(one.dimension, one.value / (one.raw or 1)) for one in quantities(sentence.text)}
    for pair in aligned(sentence, evidence):
        here = unit_words(" ".join(t.word for t in pair.here if t.word.lower() != "second"))
        there = unit_words(" ".join(term.word for term in pair.there.terms))
        if any(unit not in there and unit not in measured for unit in here):
            return "a unit"
    return None


def _near(reading: Reading, quantity: Quantity) -> set[str]:
    """Return the stems in the part of the sentence that is about one number."""
    places = [one.place for one in quantities(reading.text)]
    before = max((place for place in places if place < quantity.place), default=-1)
    after = min((place for place in places if place > quantity.place), default=len(reading.tokens))
    tokens = reading.tokens
    start = _last_break(tokens, before, quantity.place)
    end = _first_break(tokens, quantity.place, after)
    return {
        term.stem for term in reading.terms if start <= term.place < end and not is_unit(term.word)
    }


def _last_break(tokens: Sequence[object], before: int, place: int) -> int:
    clauses = [getattr(token, "clause", 0) for token in tokens]
    if before < 0:
        start = place
        while start > 0 and getattr(tokens[start - 1], "lower", "") not in ".;!?":
            start -= 1
        return start
    start = place
    while start > before + 1 and clauses[start - 1] == clauses[place]:
        start -= 1
    return start


def _first_break(tokens: Sequence[object], place: int, after: int) -> int:
    clauses = [getattr(token, "clause", 0) for token in tokens]
    end = place + 1
    while end < after and clauses[end] == clauses[place]:
        end += 1
    return end


def _meets(left: set[str], right: set[str]) -> bool:
    words = lexicon()
    return any(words.same(one, other) for one in left for other in right)


def _order_turned(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "first B, then A" where the source has A before B, or has no order at all."""
    here = _order(sentence)
    if here is None:
        return None
    if not any(_ORDERING.search(reading.text) for reading in evidence):
        return "the order"
    for reading in evidence:
        there = _order(reading)
        if there is None and _THEN.search(reading.text) and _listed_later(here, reading):
            return "the order"
        if there is not None and here[0] <= _later_at_once(reading) - there[0]:
            return "the order"
        if there is None or not here[0] & there[1] or not here[1] & there[0]:
            continue
        straight = _overlap(here[0], there[0]) + _overlap(here[1], there[1])
        turned = _overlap(here[0], there[1]) + _overlap(here[1], there[0])
        if turned > straight:
            return "the order"
    return None


def _later_at_once(reading: Reading) -> set[str]:
    """Return what a "before" has right after it, up to the next stop."""
    match = _BEFORE.search(reading.text)
    if match is None:
        return set()
    stop = re.compile(r"[,.;:!?]").search(reading.text, match.end())
    end = stop.start() if stop else len(reading.text)
    return {term.stem for term in reading.terms if match.end() <= term.start < end}


def _listed_later(here: tuple[set[str], set[str]], reading: Reading) -> bool:
    """Tell whether a list of steps has what should come first after what should come later."""
    first = [t.place for t in reading.terms if t.stem in here[0] - here[1]]
    later = [t.place for t in reading.terms if t.stem in here[1] - here[0]]
    return bool(first and later) and sum(first) / len(first) > sum(later) / len(later)


def _order(reading: Reading) -> tuple[set[str], set[str]] | None:
    """Return what comes first and what comes later, where a sentence says so."""
    for pattern, is_before in ((_BEFORE, True), (_AFTER, False)):
        match = pattern.search(reading.text)
        if match:
            left, right = _around(reading, match)
            if not left or not right:
                return None
            return (left, right) if is_before else (right, left)
    return None


def _around(reading: Reading, match: re.Match[str]) -> tuple[set[str], set[str]]:
    """Return the stems of the two sides of a conjunction, which may also stand first."""
    text = reading.text
    comma = text.find(",", match.end())
    begins = not any(term.end <= match.start() for term in reading.terms)
    if begins and comma > 0:
        inner = {t.stem for t in reading.terms if match.end() <= t.start < comma}
        outer = {t.stem for t in reading.terms if t.start > comma}
        return outer, inner
    left = {term.stem for term in reading.terms if term.end <= match.start()}
    right = {term.stem for term in reading.terms if term.start >= match.end()}
    return left, right


def _overlap(left: set[str], right: set[str]) -> int:
    return len(left & right)


def _condition_dropped(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "B." where the source says "If A, B."."""
    if _IF.search(sentence.text):
        return None
    for reading in best_sentences(sentence, evidence):
        match = _IF_FIRST.search(reading.text)
        if match is None:
            continue
        condition = _stems(reading.terms, match.start(1), match.end(1))
        rest = _stems(reading.terms, match.end(), len(reading.text))
        told = {one for one in condition - rest if same_stem(one, sentence.terms)}
        stems = sentence.stems
        if len(stems & rest) > len(stems & condition) and len(told) * 2 <= len(condition - rest):
            return "a condition"
    return None


def _crossed(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "A with Y and B with X" where the source has A with X and B with Y."""
    here = _clauses_of_stems([sentence])
    sentences = {
        stem: {(place[0], 0) for place in places}
        for stem, places in _clauses_of_stems(evidence).items()
    }
    return _crossed_over(here, _clauses_of_stems(evidence)) or _crossed_over(here, sentences)


def _crossed_over(here: Mapping[str, set[_Place]], there: Mapping[str, set[_Place]]) -> str | None:
    shared = [one for one in here if one in there]

    def together(places: Mapping[str, set[_Place]], one: str, other: str) -> bool:
        return not places[one].isdisjoint(places[other])

    for first, second in itertools.permutations(shared, 2):
        if not together(here, first, second) or together(there, first, second):
            continue
        left = [
            one
            for one in shared
            if one != first and together(there, one, first) and not together(here, one, first)
        ]
        right = [
            one
            for one in shared
            if one != second and together(there, one, second) and not together(here, one, second)
        ]
        if any(one != other and together(here, one, other) for one in left for other in right):
            return f"{first} and {second}"
    return None


def _clauses_of_stems(readings: Sequence[Reading]) -> dict[str, set[_Place]]:
    places: dict[str, set[_Place]] = {}
    for number, reading in enumerate(readings):
        for clause in clauses_of(reading):
            for term in clause.terms:
                places.setdefault(term.stem, set()).add((number, clause.number))
    return places


def _number_elsewhere(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find a number taken from another source sentence than what it is put to."""
    for here in quantities(sentence.text):
        words = _near(sentence, here)
        having = [r for r in evidence if any(q.same_as(here) for q in quantities(r.text))]
        others = [r for r in evidence if r not in having and quantities(r.text)]
        best = max((len(words & reading.stems) for reading in having), default=0)
        if having and any(len(words & reading.stems) > best for reading in others):
            return "a number"
    return None


def _stems(terms: Sequence[Term], start: int, end: int) -> set[str]:
    return {term.stem for term in terms if start <= term.start and term.end <= end}
