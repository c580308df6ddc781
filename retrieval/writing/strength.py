"""Whether a sentence claims more than its source: all for some, must for may, over for under."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from retrieval.writing.alignment import aligned, best_sentences
from retrieval.writing.terms import Reading


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])(?:" + "|".join(phrases) + r")(?![\w-])", re.IGNORECASE)


_ALL: Final = _any_of(
    "all", "every", "each", "always", "everything", "everyone", "everybody", "everywhere",
    "entire(?:ly)?", "whole", "complete(?:ly)?", "full(?:y)?", "any(?! more| longer)",
    "anyone", "anybody", "anything", "anywhere", "throughout", "both",
    "whatever", "whichever", "whoever", "whenever", "ever", "in general", "100 ?%",
)  # fmt: skip
_ALL_SAID: Final = _any_of(
    "all", "every", "always", "everything", "everyone", "everybody", "everywhere",
    "any of",
)  # fmt: skip
_SOME: Final = _any_of(
    "some", "sometimes", "several", "few", "occasionally", "partly", "partially", "certain",
    "rarely", "seldom", "hardly", "somebody", "someone", "perhaps",
)  # fmt: skip
_SOME_SAID: Final = _any_of(
    "some", "sometimes", "several", "few", "a few", "occasionally", "partly", "partially",
    "rarely", "seldom",
)  # fmt: skip
_MOST: Final = _any_of(
    "most", "mostly", "usual(?:ly)?", "nearly", "almost", "mainly", "typical(?:ly)?",
    "general(?:ly)?",
    "normal(?:ly)?", "often", "frequent(?:ly)?", "common(?:ly)?", "majority", "largely", "many",
    "as a rule", "ordinar(?:y|ily)", "tends? to", r"\w+ (?:of|in) (?:ten|10)",
    "most of the time", "nine",
)  # fmt: skip
_MOST_SAID: Final = _any_of(
    "(?<!at )most(?! \\w+(?:ful|ous|able|ant|ent|ive))", "mostly", "usually", "typically",
    "majority", "often",
)  # fmt: skip
_ONLY: Final = _any_of(
    "only", "sole(?:ly)?", "exclusive(?:ly)?", "alone", "just", "merely", "but", "except",
    "nothing else", "nobody else", "no one else", "that is all", "one", "limited", "unless",
    "reserved", "purely", "simply", "single", "once",
)  # fmt: skip
_ONLY_SAID: Final = _any_of(
    "only", "solely", "exclusively", "nothing but", "nobody but", "no one but"
)
_MUST: Final = _any_of(
    "must", "needs?", "needed", "has to", "have to", "had to", "required?", "requires", "mandatory",
    "necessar(?:y|ily)", "demands?", "should", "shall", "insists?", "obligatory", "essential",
    "always", "only", "without", "please", "want", "wants", "ought", "important", "do",
    "cannot|can't|can not", "not", "never", "will",
)  # fmt: skip
_MUST_SAID: Final = _any_of("must", "has to", "have to", "required to", "mandatory", "obligatory")
_MAYBE: Final = _any_of(
    "may", "might", "maybe", "perhaps", "possib(?:ly|le)", "probabl[ey]", "could", "can", "likely",
    "would", "seems?", "appears?", "suspects?", "bet", "guess(?:es)?", "believes?", "thinks?",
    "sometimes", "often", "usually", "mostly", "nearly", "some", "about", "around", "roughly",
    "between", "estimat\\w+", "expect", "if", "assum\\w+", "suppos\\w+", "i think", "normally",
    "in doubt", "unsure", "uncertain", "should", "up to", "from", "or", "presumably",
    "approximately", "at least", "something", "according", "says?", "said", "reported", "reports",
)  # fmt: skip
_MAYBE_SOURCE: Final = _any_of(
    "may", "might", "maybe", "perhaps", "possibly", "probably", "presumably",
    "(?<!not )(?:most |very )?likely", "i (?:think|guess|bet"
    "|believe|suspect|suppose|assume)", "it seems", "not sure", "sometimes", "rarely", "seldom",
    "i(?:'d| would) (?:say|guess)", "afaik", "iirc",
)  # fmt: skip
_CERTAIN_SAID: Final = _any_of(
    "certainly", "definitely", "undoubtedly", "guaranteed?", "guarantees", "exactly", "precisely",
    "surely", "proven", "without (?:a )?doubt", "absolutely", "clearly", "obviously", "at once",
    "immediately", "instantly", "permanently", "forever", "officially",
)  # fmt: skip
_CERTAIN: Final = _any_of(
    "certain(?:ly)?", "definite(?:ly)?", "undoubted(?:ly)?", "guarantee[ds]?", "exact(?:ly)?",
    "precise(?:ly)?", "sure(?:ly)?", "proven", "doubt", "absolute(?:ly)?", "clear(?:ly)?",
    "obvious(?:ly)?", "at once", "immediate(?:ly)?", "instant(?:ly)?", "permanent(?:ly)?",
    "forever", "official(?:ly)?", "right", "at that moment", "really", "word for word", "verbatim",
    "within moments", "the same", "really", "always", "to be precise",
)  # fmt: skip
_HARDLY_ALL: Final = _any_of(r"(?:nearly|almost|not|hardly|mostly) (?:always|all|every\w*|any)")
_NOT_NEEDED: Final = _any_of(
    "need not", "needn't", "(?:do|does|did)(?:n't| not) (?:need|have) to", "not necessary",
    "unnecessary", "no need", "not need(?:ed)?", "not required", "optional",
)  # fmt: skip
_NEED: Final = _any_of("needs?", "needed", "must", "have to", "has to", "required?", "necessary")
_NEEDED: Final = (
    (_ALL_SAID, _ALL, "all"),
    (_SOME_SAID, _SOME, "some"),
    (_MOST_SAID, _MOST, "most"),
    (_ONLY_SAID, _ONLY, "only"),
    (_MUST_SAID, _MUST, "must"),
    (_CERTAIN_SAID, _CERTAIN, "certainty"),
)
_LOWER: Final = _any_of(
    "at least", "more than", "over", "above", "upwards of", "no less than", "minimum(?: of)?",
    "exceed(?:s|ing)?", "no fewer than", "longer than", "beyond",
)  # fmt: skip
_UPPER: Final = _any_of(
    "at most", "less than", "under", "below", "up to", "no more than", "maximum(?: of)?",
    "not more than", "fewer than", "within", "just under", "until",
)  # fmt: skip
_LOWER_SOURCE: Final = _any_of(_LOWER.pattern[10:-9], "from", "least", "some", "sooner")
_UPPER_SOURCE: Final = _any_of(
    _UPPER.pattern[10:-9], "allows no more", "most", "to", "no more", "limit", "cap", "the most",
)  # fmt: skip


def overstated(sentence: Reading, evidence: Sequence[Reading]) -> str | None:
    """Return in which way a sentence claims more or other than its source, None if in none."""
    for text, source in _beside(sentence, evidence):
        found = _quantified(text, source)
        if found is not None:
            return found
    if _weakened(sentence, evidence):
        return "all"
    evidence = best_sentences(sentence, evidence) or evidence
    source = "\n".join(reading.text for reading in evidence)
    needed = _NEED.search(sentence.text) and not sentence.negations
    if needed and _NOT_NEEDED.search(source) and not _NEED.search(_NOT_NEEDED.sub("", source)):
        return "need"
    if _MAYBE_SOURCE.search(source) and not _is_hedged(sentence, evidence):
        return "certainty"
    return _bounds(sentence.text, source)


def _beside(sentence: Reading, evidence: Sequence[Reading]) -> list[tuple[str, str]]:
    """Return each clause of a sentence beside the source sentence that it comes from."""
    pairs = aligned(sentence, evidence)
    if not pairs:
        return [(sentence.text, "\n".join(reading.text for reading in evidence))]
    found = []
    ends = [*(pair.here[0].clause for pair in pairs[1:]), 1 + sentence.tokens[-1].clause]
    starts = [0, *ends[:-1]]
    for pair, start, end in zip(pairs, starts, ends, strict=True):
        tokens = [token for token in sentence.tokens if start <= token.clause < end]
        if tokens:
            text = sentence.text[tokens[0].start : tokens[-1].end]
            found.append((text, pair.there.reading.text))
    return found


def _weakened(sentence: Reading, evidence: Sequence[Reading]) -> bool:
    """Tell whether "all" or "always" is said of what the source says "mostly" of."""
    if not _ALL_SAID.search(sentence.text) or _MOST_SAID.search(sentence.text):
        return False
    for pair in aligned(sentence, evidence):
        numbers = {term.clause for term in pair.there.terms}
        tokens = [token for token in pair.there.reading.tokens if token.clause in numbers]
        text = pair.there.reading.text[tokens[0].start : tokens[-1].end]
        if _MOST_SAID.search(text) and not _ALL_SAID.search(text):
            return True
    return False


def _quantified(text: str, source: str) -> str | None:
    for said, needed, name in _NEEDED:
        if said.search(text) and not needed.search(source):
            return name
    if _ALL_SAID.search(text) and not _HARDLY_ALL.search(text):
        weaker = _SOME_SAID.search(source) or _MOST_SAID.search(source)
        if _HARDLY_ALL.search(source) or (weaker and not _ALL_SAID.search(source)):
            return "all"
    return None


def _is_hedged(sentence: Reading, evidence: Sequence[Reading]) -> bool:
    """Tell whether a sentence is hedged where the sentence that it rests on is."""
    if _MAYBE.search(sentence.text):
        return True
    stems = sentence.stems
    best = max(evidence, key=lambda reading: len(reading.stems & stems), default=None)
    return best is None or not _hedges_the_same(best, sentence)


def _hedges_the_same(source: Reading, sentence: Reading) -> bool:
    """Tell whether the clause with the hedge is one that the sentence repeats."""
    for match in _MAYBE_SOURCE.finditer(source.text):
        token = next((t for t in source.tokens if t.start >= match.start()), None)
        clause = token.clause if token else -1
        stems = {term.stem for term in source.terms if term.clause == clause}
        if stems and len(stems & sentence.stems) * 2 >= len(stems):
            return True
    return False


def _bounds(sentence: str, source: str) -> str | None:
    for said, same, other in (
        (_LOWER, _LOWER_SOURCE, _UPPER),
        (_UPPER, _UPPER_SOURCE, _LOWER),
    ):
        for match in said.finditer(sentence):
            if not re.match(
                r"\W*(?:an?\W+|the\W+|about\W+)?(?:\d|[a-z]+\b)", sentence[match.end() :]
            ):
                continue
            if other.search(source) and not same.search(source):
                return "a bound"
            is_number = re.match(r"\W*\d", sentence[match.end() :])
            if is_number and not same.search(source):
                return "a bound"
    return None
