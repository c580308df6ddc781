"""Whether the little words that tie a sentence together are those of its source.

"because", "if", "or", "than", "until", "may": none of them is a content word, and each of them
can turn what its sentence says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from retrieval.writing.alignment import Clause, aligned
from retrieval.writing.lexicon import lexicon
from retrieval.writing.stems import stem, word_set
from retrieval.writing.terms import Reading, Term, says_something

_EFFECT_FIRST: Final = re.compile(
    r"\b(?:because(?: of)?|since(?! \d)|due to|owing to|thanks to|caused by|as a result of"
    r"|results? from|comes? from)\b",
    re.IGNORECASE,
)
_CAUSE_FIRST: Final = re.compile(
    r"\b(?:so(?! that\b| far\b| as\b| long\b)|therefore|thus|hence|consequently"
    r"|that is why|which is why|leads? to|led to|results? in|resulted in|causes|caused(?! by))\b",
    re.IGNORECASE,
)
_MAY_GIVE: Final = re.compile(
    r"\b(?:because|since|so|as|why|reason|due|from|means?|otherwise|therefore|thus|hence|causes?"
    r"|caused|leads?|led|results?|blam\w+|thanks|owing|if|when|to|for|by|with|after|fixed|it was"
    r"|depends)\b|[:;—–,]",
    re.IGNORECASE,
)
_POINTS: Final = re.compile(r"\b(?:it|this|that|they|these|those|them|then)\b", re.IGNORECASE)
_THAN: Final = re.compile(
    r"\bthan\b|\brather\b|\binstead\b|\bnot the\b"
    r"|\b(?:prefer\w*|tak(?:e|es|en)|took|ch[o]+se\w*|pick\w*)\b.{0,40}\bover\b",
    re.IGNORECASE,
)
_COMPARES: Final = re.compile(r"(?<!rather )(?<!other )\bthan\b", re.IGNORECASE)
_THEN: Final = re.compile(r"\b(?:then|afterwards?|after that)\b", re.IGNORECASE)
_TIMES: Final = word_set("before after until till since by from during within except unless")
_ALL: Final = word_set("all every each always whole entire any both everything everyone")
_ALL_OF_IT: Final = re.compile(
    r"\b(?:all|each|every one) of (?:it|them|those|these)\b", re.IGNORECASE
)
_WILL: Final = re.compile(
    r"\b(?:will|must|always|definitely|certainly|is going to|are going to)\b", re.IGNORECASE
)
_MAY: Final = re.compile(r"\b(?:may|might|could|can|possibly|perhaps|maybe)\b", re.IGNORECASE)
_ADVISES: Final = re.compile(
    r"\b(?:recommend\w*|suggest\w*|advis\w+|optional(?:ly)?|voluntary)\b", re.IGNORECASE
)
_REQUIRES: Final = re.compile(
    r"\b(?:requir\w+|must|mandatory|has to|have to|needs?|obligatory)\b", re.IGNORECASE
)
_NO_LONGER: Final = re.compile(r"\b(?:no longer|not \w+ any ?more|any longer)\b", re.IGNORECASE)
_ENDED: Final = re.compile(
    r"\b(?:no longer|any ?more|any longer|until|stop\w*|ceas\w+|ended?|gone|lost|removed?|since"
    r"|used to|was|were|from then)\b",
    re.IGNORECASE,
)
_STILL: Final = re.compile(r"\bstill\b", re.IGNORECASE)
_NEAR: Final = 4


def reconnected(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Return which connection a sentence makes otherwise than its source, None if none."""
    return (
        _cause_turned(sentence, evidence)
        or _comparison_turned(sentence, evidence)
        or _steps_turned(sentence, evidence)
        or _alternatives_joined(sentence, evidence)
        or _times_changed(sentence, evidence)
        or _all_of_others(sentence, evidence)
        or _degree_raised(sentence, evidence)
    )


def _cause_turned(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "B because A" where the source has A because of B, or no reason of that kind."""
    here = _cause_and_effect(sentence)
    if here is None:
        return None
    for reading in evidence:
        there = _cause_and_effect(reading)
        if there is None:
            continue
        straight = _meeting(here[0], there[0]) + _meeting(here[1], there[1])
        turned = _meeting(here[0], there[1]) + _meeting(here[1], there[0])
        if turned > straight:
            return "cause and effect"
    return None if any(_gives(reading, *here) for reading in evidence) else "a reason"


def _gives(reading: Reading, cause: set[str], effect: set[str]) -> bool:
    """Tell whether one source sentence gives a reason, or may, and has both sides of it."""
    if not _MAY_GIVE.search(reading.text):
        return False
    stems = {term.stem for term in reading.terms}
    has_effect = bool(_meeting(effect, stems)) or bool(_POINTS.search(reading.text))
    return has_effect and 2 * _meeting(cause, stems) >= len(cause)


def _cause_and_effect(reading: Reading) -> tuple[set[str], set[str]] | None:
    for pattern, is_effect_first in ((_EFFECT_FIRST, True), (_CAUSE_FIRST, False)):
        match = pattern.search(reading.text)
        if match is None:
            continue
        left, right = _sides(reading, match)
        if left and right:
            return (right, left) if is_effect_first else (left, right)
    return None


def _sides(reading: Reading, match: re.Match[str]) -> tuple[set[str], set[str]]:
    """Return the stems before and after a word, which may also begin its sentence."""
    begins = not any(term.end <= match.start() for term in reading.terms)
    comma = reading.text.find(",", match.end())
    if begins and comma > 0:
        inner = {t.stem for t in reading.terms if match.end() <= t.start < comma}
        return {t.stem for t in reading.terms if t.start > comma}, inner
    left = {term.stem for term in reading.terms if term.end <= match.start()}
    return left, {term.stem for term in reading.terms if term.start >= match.end()}


def _meeting(left: set[str], right: set[str]) -> int:
    words = lexicon()
    return sum(any(words.same(one, other) for other in right) for one in left)


def _comparison_turned(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "B more than A" where the source says "A more than B", or compares nothing."""
    match = _COMPARES.search(sentence.text)
    if match is None or re.match(r"\W*(?:\d|one|usual)", sentence.text[match.end() :]):
        return None
    here = _sides(sentence, match)
    found = False
    for reading in evidence:
        for one in _THAN.finditer(reading.text):
            found = True
            there = _sides(reading, one)
            beside = _after(reading, one.end()) - there[0]
            mine = _after(sentence, match.end()) - here[0]
            crossed = _meeting(here[0], beside) and _meeting(mine, there[0] - beside)
            if _COMPARES.search(one.group()) and crossed and not _meeting(mine, beside):
                return "a comparison"
    return None if found else "a comparison"


def _after(reading: Reading, start: int) -> set[str]:
    """Return what is compared with: the word after "than"."""
    return {term.stem for term in [t for t in reading.terms if t.start >= start][:1]}


def _steps_turned(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "B, then A" where the source says "A, then B"."""
    match = _THEN.search(sentence.text)
    here = _sides(sentence, match) if match else None
    for reading in evidence:
        for one in _THEN.finditer(reading.text) if here else ():
            there = _sides(reading, one)
            first, later = there[0] - there[1], there[1] - there[0]
            if here and _are_crossed((here[0] - here[1], here[1] - here[0]), (first, later)):
                return "the steps"
    return None


def _are_crossed(here: tuple[set[str], set[str]], there: tuple[set[str], set[str]]) -> bool:
    straight = _meeting(here[0], there[0]) + _meeting(here[1], there[1])
    left, right = _meeting(here[0], there[1]), _meeting(here[1], there[0])
    return bool(left and right) and left + right > straight


def _alternatives_joined(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "A and B" where the source has "A or B" or the other way round."""
    here = _joined(sentence)
    there = [pair for reading in evidence for pair in _joined(reading)]
    for left, word, right in here:
        same = {other for one, other, last in there if {one, last} == {left, right}}
        if same and word not in same:
            return f"{left} and {right}"
    return None


def _joined(reading: Reading) -> list[tuple[str, str, str]]:
    found = []
    for place, token in enumerate(reading.tokens):
        if token.lower not in {"and", "or"}:
            continue
        before = [t for t in reading.terms if place - _NEAR < t.place < place]
        after = [t for t in reading.terms if place < t.place < place + _NEAR]
        if before and after:
            found.append((before[-1].stem, token.lower, after[0].stem))
    return found


def _times_changed(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "until May" where the source has "since May"."""
    there: dict[str, set[str]] = {}
    for reading in evidence:
        for word, what in _timed(reading):
            there.setdefault(what, set()).add(word)
    for word, what in _timed(sentence):
        if word and what in there and word not in there[what] and there[what] != {""}:
            return f"“{word} {what}”"
    return None


def _timed(reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield each content word or number with the word of time right before it, if any."""
    tokens = reading.tokens
    for place, token in enumerate(tokens):
        is_month = token.lower in {"may", "march"} and token.text[0].isupper() and place > 0
        if token.kind != "number" and not says_something(token) and not is_month:
            continue
        before = tokens[place - 1].lower if place else ""
        if before in {"the", "a", "an", "you", "your"} and place > 1:
            before = tokens[place - 2].lower
        yield (before if before in _TIMES else ""), stem(token.lower)


def _all_of_others(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "all A" where the source speaks of A, and of all of something else at most."""
    for place, token in enumerate(sentence.tokens):
        if token.lower not in {"all", "every", "each"}:
            continue
        following = [t for t in sentence.terms if place < t.place <= place + _NEAR]
        if not following:
            continue
        head = following[0].stem
        having = [r for r in evidence if any(t.stem == head for t in r.terms)]
        if having and not any(_has_all(reading, head) for reading in evidence):
            return f"“{token.lower} {following[0].word}”"
    return None


def _has_all(reading: Reading, head: str) -> bool:
    if _ALL_OF_IT.search(reading.text):
        return True
    for term in reading.terms:
        if term.stem != head:
            continue
        near = reading.tokens[max(0, term.place - _NEAR) : term.place + _NEAR]
        if any(token.lower in _ALL for token in near):
            return True
    return False


def _degree_raised(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Find "will" for "may", "recommended" for "required", "no longer" for "still"."""
    for pair in aligned(sentence, evidence):
        source = _text_of(pair.there)
        said = _said_in(sentence, pair.here)
        if _WILL.search(said) and _MAY.search(source) and not _WILL.search(source):
            return "“may”"
        if _ADVISES.search(said) and _REQUIRES.search(source) and not _ADVISES.search(source):
            return "what is required"
        if _NO_LONGER.search(said) and (_STILL.search(source) or not _ENDED.search(source)):
            return "“no longer”"
    return None


def _text_of(clause: Clause) -> str:
    return _said_in(clause.reading, clause.terms)


def _said_in(reading: Reading, terms: Sequence[Term]) -> str:
    numbers = {term.clause for term in terms}
    tokens = [token for token in reading.tokens if token.clause in numbers]
    return reading.text[tokens[0].start : tokens[-1].end]
