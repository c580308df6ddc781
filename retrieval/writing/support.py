"""Whether the words of a sentence are carried by the spans that it cites."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from retrieval.writing.authors import speakers, speaks_as_author
from retrieval.writing.evidence import Evidence
from retrieval.writing.lexicon import lexicon
from retrieval.writing.quantities import is_unit, quantities, unit_words
from retrieval.writing.stems import stem, word_set
from retrieval.writing.terms import Reading, Term, fold, read

_CARRIED_FROM: Final = 0.75
"""Share of a sentence's words that its spans must hold."""
_SPLIT_AT_MOST: Final = 0.25
"""Share of a clause's words that may come from another span than the rest."""
_CONTEXT_WORTH: Final = 0.5
_SHORTEST_PREFIX: Final = 5
_LONGEST_TAIL: Final = 4
GENERIC: Final = frozenset(
    stem(word)
    for word in word_set(
        "way thing possible able according advise say tell state report mention note explain "
        "suggest describe example case point mean reason order happen help want like call "
        "called named kind type sort addition additionally instead otherwise user person "
        "people member author writer poster community discussion however make do get have use "
        "let need recommend time work go become part fact result situation purpose contrast "
        "hand regard concern involve come take give find see know think various available "
        "certain specific following respective already actual currently simply itself "
        "whatever anyway one set matter apply show occur exist able own new whole overall "
        "particular include including contain consist count expect whoever longer enough "
        "remain additional ensure provide offer present perform carry handle serve act "
        "general basic essential far related associated depend single respectively "
        "corresponding relevant serve appear seem directly exact effect entire existing given "
        "well-known normal command cause due afterward afterwards team group "
        "place difference"
    )
)
"""Words that every paraphrase is free to bring along."""
_SUBJECTS: Final = frozenset({"bot", "footnot"})
"""Stand for "it" where a post speaks of this program."""
_PRONOUN: Final = re.compile(
    r"\b(?:it|its|it's|they|their|them|this|that|these|those|he|she|his|her|him|there|here|so|one"
    r"|you|your|i|we|my|our|me|us|ours|mine)\b",
    re.IGNORECASE,
)
_MONTHS: Final = {
    name[:3].lower(): number
    for number, name in enumerate(
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        start=1,
    )
}
_ISO_DATE: Final = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_WRITTEN_DATE: Final = re.compile(
    r"\b(?:(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?)?"
    r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.?"
    r"(?:\s+(?P<day_after>\d{1,2})(?:st|nd|rd|th)?(?!\d))?(?:,?\s+(?P<year>\d{4}))?\b"
)
_WEEKDAYS: Final = word_set("monday tuesday wednesday thursday friday saturday sunday")


@dataclass(frozen=True, slots=True)
class Date:
    """A date, as far as it is given."""

    year: int | None
    month: int
    day: int | None


def names_missing(sentence: str, evidence: Sequence[Evidence], question: str) -> str | None:
    """Return a name of ``sentence`` that none of the spans holds, None if there is none.

    A name may also come from what the span points to with a pronoun (the rest of its
    passage, the thread's title, the question) or be that of the span's author.
    """
    source = _foldcase("\n".join(one.text for one in evidence))
    authors = {word for one in evidence for word in speakers(one.author)}
    around = ""
    if any(_PRONOUN.search(one.text) for one in evidence):
        around = _foldcase("\n".join([question, *(f"{o.passage}\n{o.title}" for o in evidence)]))
    for term in names(sentence, source):
        name = _foldcase(term.word).removesuffix("'s")
        may_be_around = around and term.word.removesuffix("'s").isalpha() and term.word.istitle()
        is_there = _stands(name, source) or stem(name) in authors
        is_there = is_there or bool(may_be_around and _stands(name, around))
        if not is_there and not _is_month(term.word):
            return term.word
    return None


def names(sentence: str, source: str) -> tuple[Term, ...]:
    """Return the names in a sentence; a capital that merely begins it makes none."""
    reading = read(sentence)
    words = lexicon()
    found = []
    for term in reading.terms:
        token = reading.tokens[term.place]
        begins = token.is_first and term.word[:1].isupper() and not term.is_name
        unknown = begins and not words.knows(term.stem) and stem(token.lower) not in GENERIC
        is_plain = term.is_name and term.word.isalpha() and term.word.istitle()
        common = is_plain and re.search(rf"\b{re.escape(token.lower)}\b", source) is not None
        if is_unit(term.word):
            continue
        if (term.is_name and not common) or (
            unknown and not _stands(token.lower, source) and term.stem not in read(source).stems
        ):
            found.append(term)
    return tuple(found)


def dates_missing(sentence: str, evidence: Sequence[Evidence]) -> str | None:
    """Return a date of ``sentence`` that is neither in the spans nor that of their posts."""
    known = [date for one in evidence for date in dates(f"{one.text}\n{one.date}")]
    for date in dates(sentence):
        if not any(_fits(date, other) for other in known):
            return f"{date.year or ''}-{date.month}-{date.day or ''}"
    source = "\n".join(one.text for one in evidence).lower()
    for day in _WEEKDAYS & read(sentence).words:
        if day not in source:
            return day
    return None


@lru_cache(maxsize=1_024)
def dates(text: str) -> tuple[Date, ...]:
    """Return the dates in ``text``: ISO 8601, or with an English month."""
    found = [Date(int(year), int(month), int(day)) for year, month, day in _ISO_DATE.findall(text)]
    for match in _WRITTEN_DATE.finditer(text):
        day = match["day"] or match["day_after"]
        is_bare_may = match["month"] == "May" and not day and not match["year"]
        if not is_bare_may and (len(match.group().split()[0]) > 2 or day):  # noqa: PLR2004
            month = _MONTHS[match["month"][:3].lower()]
            year = int(match["year"]) if match["year"] else None
            found.append(Date(year, month, int(day) if day else None))
    return tuple(found)


def numbers_missing(sentence: str, evidence: Sequence[Evidence]) -> str | None:
    """Return a number of ``sentence`` that no span holds for the same thing, if any."""
    source = [found for one in evidence for found in quantities(one.text)]
    in_dates = (
        {float(part) for one in evidence for part in re.findall(r"\d+", one.date)}
        if dates(sentence)
        else set()
    )
    for here in quantities(sentence):
        if here.is_vague:
            continue
        same = [there for there in source if there.same_as(here)]
        if not same:
            if here.raw in in_dates:
                continue
            return f"{here.raw:g}"
        if (
            not here.dimension
            and here.counted
            and not any(
                _counts_alike(here.counted, there.around) for there in same if not there.dimension
            )
        ):
            return f"{here.raw:g} {' '.join(sorted(here.counted))}"
    units = set().union(*(unit_words(one.text) for one in evidence)) if evidence else set()
    dimensions = {(found.dimension, found.value) for found in source if found.dimension}
    for unit in unit_words(sentence) - units:
        used = [q for q in quantities(sentence) if q.dimension == unit[0]]
        if not used or not dimensions:
            return "a unit"
    return None


def _counts_alike(counted: frozenset[str], around: frozenset[str]) -> bool:
    words = lexicon()
    return (
        any(one in GENERIC or words.same(one, other) for one in counted for other in around)
        or not around
    )


def unsupported(sentence: str, evidence: Sequence[Evidence], question: str) -> str | None:
    """Return what the spans do not carry of a sentence's words, None if they carry it."""
    here = read(sentence)
    spans = [read(one.text) for one in evidence]
    context = [read("\n".join([question, *(f"{o.passage}\n{o.title}" for o in evidence)]))]
    wanted = [term for term in here.terms if term.stem not in GENERIC and not is_unit(term.word)]
    if not wanted:
        return "it says too little" if not here.terms else None
    carried = [
        frozenset(t.place for t in wanted if _holds(span, t) or _is_speaker(t, span, one))
        for span, one in zip(spans, evidence, strict=True)
    ]
    together = frozenset().union(*carried)
    rest = [term for term in wanted if term.place not in together]
    near = [term for term in rest if term.stem in _SUBJECTS or _holds(context[0], term)]
    new = [term for term in rest if term not in near]
    worth = (len(together) + _CONTEXT_WORTH * len(near)) / len(wanted)
    if worth < _CARRIED_FROM or new:
        return _listed(new or rest)
    replaced = _replaced(here, spans, frozenset(term.place for term in rest))
    return replaced or _torn(carried, wanted)


def _torn(carried: Sequence[frozenset[int]], wanted: Sequence[Term]) -> str | None:
    """Find a clause whose words come from several spans, none of which says it."""
    if len(carried) < 2:  # noqa: PLR2004 - one span cannot be torn
        return None
    for clause in _clauses(wanted):
        places = frozenset(term.place for term in clause)
        parts = [found & places for found in carried]
        best = max(parts, key=len)
        elsewhere = frozenset().union(*parts) - best
        has_name = any(term.is_name and term.place in elsewhere for term in clause)
        if has_name or len(elsewhere) > _SPLIT_AT_MOST * len(places):
            return _listed([term for term in clause if term.place in elsewhere])
    return None


def _clauses(wanted: Sequence[Term]) -> list[list[Term]]:
    """Return a sentence's clauses; those of a word or two belong to the one before."""
    clauses: list[list[Term]] = []
    for number in sorted({term.clause for term in wanted}):
        terms = [term for term in wanted if term.clause == number]
        if clauses and len(terms) < 3:  # noqa: PLR2004
            clauses[-1] += terms
        else:
            clauses.append(terms)
    return clauses


def _replaced(here: Reading, spans: Sequence[Reading], rest: frozenset[int]) -> str | None:
    """Find a new word that stands where the source, otherwise the same, has another."""
    ours = [term for term in here.terms if not is_unit(term.word)]
    for span in spans:
        kept = [term for term in span.terms if not is_unit(term.word)]
        theirs = [term.stem for term in kept]
        mapped = [_counterpart(span, term) or f"~{term.stem}" for term in ours]
        matcher = difflib.SequenceMatcher(None, mapped, theirs, autojunk=False)
        codes = matcher.get_opcodes()
        for n, (kind, start, end, other_start, other_end) in enumerate(codes):
            if kind != "replace" or end - start > 2 or other_end - other_start > 2:  # noqa: PLR2004
                continue
            flanks = [c for c in codes[max(0, n - 1) : n + 2] if c[0] == "equal"]
            same = sum(c[2] - c[1] for c in flanks)
            new = [term for term in ours[start:end] if term.place in rest]
            gone = not set(mapped).intersection(theirs[other_start:other_end])
            gone = gone and not any(term.negated for term in kept[other_start:other_end])
            is_tight = same >= 3 or (same >= 2 and same == len(ours) - (end - start))  # noqa: PLR2004
            inside = len(flanks) == 2 and end - start == other_end - other_start == 1  # noqa: PLR2004
            inside = inside and ours[start].stem not in GENERIC and ours[start].place not in rest
            is_name = end - start == 1 and ours[start].is_name and kept[other_start].is_name
            if gone and ((is_tight and (new or inside)) or (is_name and same >= 2)):  # noqa: PLR2004
                new = new or ours[start:end]
                return f"{_listed(new)} for {' '.join(theirs[other_start:other_end])}"
    return None


@lru_cache(maxsize=8_192)
def _counterpart(span: Reading, term: Term) -> str | None:
    """Return the stem in a span that says what a term says."""
    stems = span.stems
    if term.stem in stems:
        return term.stem
    if term.is_name:
        return None
    words = lexicon()
    for other in span.terms:
        if words.same(term.stem, other.stem) or _akin(term.stem, other.stem):
            return other.stem
    return None


def _holds(span: Reading, term: Term) -> bool:
    if _counterpart(span, term) is not None:
        return True
    folded = _foldcase(span.text)
    if term.is_name and _stands(_foldcase(term.word), folded):
        return True
    # "back up" and "backup", "sub folder" and "subfolder"
    return len(term.stem) > _SHORTEST_PREFIX and term.stem in folded.replace(" ", "")


def _is_speaker(term: Term, span: Reading, one: Evidence) -> bool:
    """Tell whether a word names the author who says "I" in a span."""
    return term.stem in speakers(one.author) and speaks_as_author(span)


def _akin(left: str, right: str) -> bool:
    """Tell whether two stems are likely of one family: "restrict" and "restriction"."""
    shorter, longer = sorted((left, right), key=len)
    if longer.removeprefix("re") == shorter:
        return True  # "rebuild" and "build again"
    return (
        len(shorter) >= _SHORTEST_PREFIX
        and longer.startswith(shorter)
        and len(longer) - len(shorter) <= _LONGEST_TAIL
    )


def _fits(date: Date, other: Date) -> bool:
    return (
        date.month == other.month
        and (date.day is None or date.day == other.day)
        and (date.year is None or date.year == other.year)
    )


def _is_month(word: str) -> bool:
    return word[:3].lower() in _MONTHS and bool(_WRITTEN_DATE.fullmatch(word))


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", text) is not None


@lru_cache(maxsize=1_024)
def _foldcase(text: str) -> str:
    return fold(text).casefold().replace("`", "")


def _listed(terms: Sequence[Term]) -> str:
    return ", ".join(dict.fromkeys(f"“{term.word}”" for term in terms[:4]))
