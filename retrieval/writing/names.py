"""What a sentence names: numbers, dates, versions, code and proper names.

These are the facts that can be compared without understanding anything.  What a sentence has
of them must stand in what it rests on, in digits or in words.  Ordinals are no facts of this
kind, nor are small numbers in words that measure nothing: "two members agree" counts what no
post says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from retrieval.wording import FUNCTION_WORDS, squeeze
from retrieval.writing.quotes import fold

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_MONTH_NUMBERS: Final = {
    form: n for n, name in enumerate(_MONTHS, 1) for form in (name, name[:3], f"{name[:4]}")
}
_MONTH: Final = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_DATES: Final = (
    re.compile(r"\b(?P<year>\d{4})-(?P<m>\d\d)-(?P<day>\d\d)\b"),
    re.compile(rf"\b{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?\b"),
    re.compile(rf"\b{_MONTH} {_DAY}\b(?:,? {_YEAR})?\b"),
    re.compile(rf"\b{_MONTH},? {_YEAR}\b"),
)
_CODE: Final = re.compile(r"`+([^`]+)`+")
_CODE_LIKE: Final = re.compile(
    r"(?<![\w/.-])(?:--?[A-Za-z][\w-]+|/[A-Za-z][\w/.-]*\w|\w+(?:\.\w+)*\(\)"
    r"|[A-Za-z]\w*(?:(?:_|::|->)\w+)+|[A-Za-z]\w+(?:\.[A-Za-z]\w+)+)"
)
_NUMBER: Final = re.compile(
    r"(?<![A-Za-z\d.])(?P<value>\d+(?:[.,]\d+)*)"
    r"(?P<end>st\b|nd\b|rd\b|th\b)?(?:(?P<k>[kK]|[mM]|bn)\b)?(?:\s(?P<scale>\w+))?"
)
_SCALES: Final = {"k": 1e3, "m": 1e6, "bn": 1e9, "hundred": 1e2, "thousand": 1e3,
                  "million": 1e6, "billion": 1e9}  # fmt: skip
_ONES: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WRITTEN: Final = {
    **{word: float(n) for n, word in enumerate(_ONES)},
    **{word: 10.0 * n for n, word in enumerate(_TENS, 2)},
    "dozen": 12.0,
    "half": 0.5,
    "twice": 2.0,
    "hundred": 100.0,
    "thousand": 1e3,
}
_PLACES_IN_LISTS: Final = re.compile(
    r"(?:(?<=[.:;,]\s)|^|\()\d{1,2}[.)]\s|\b(?:steps?|points?|options?)\s\d{1,2}\b", re.IGNORECASE
)
_OWN_COUNTS: Final = 3
_WRITTEN_NUMBER: Final = re.compile(
    rf"\b(?P<tens>{'|'.join(_TENS)})?(?:(?<=y)[- ])?(?P<ones>{'|'.join(_ONES)})?\b"
    r"(?=\s(?P<next>\w+))?", re.IGNORECASE
)  # fmt: skip
_MEASURES: Final = re.compile(
    r"(?:milli|micro)?seconds?|minutes?|hours?|days?|weeks?|months?|years?|[kmgt]i?bs?"
    r"|(?:kilo|mega|giga|tera)?bytes?|percent|degrees?|(?:centi|milli|kilo)?met(?:re|er)s?"
    r"|inch(?:es)?|miles?|(?:kilo)?grams?|lit(?:re|er)s?|dollars?|euros?|hundred|thousand|[mb]illion",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_][^\W_]*(?:['’.&-][^\W_]+)*")
_QUOTED: Final = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|„([^„“”]+)[“”]|«([^«»]+)»")
_WORDS_OF_A_QUOTATION: Final = 4
"""Fewer words between quotation marks may be a term or a doubt, and need stand nowhere."""
_BEGINS: Final = re.compile(r"(?:^|[.!?:;…]\s+|[\"“„«‘(\[–—]\s?|\s-\s|[/]\s?)$")
_POSSESSIVE: Final = re.compile(r"['’]s?$")
_DERIVED: Final = re.compile(r"(?:s|es|n|an|ian|ean|ish|ic|ist|ists|ers?|ed|ing|ised|ized)")
_SHORTEST_STEM: Final = 4
_ENDING: Final = re.compile(r"(?<=\w{3})(?:ations?|ings?|ers?|ied|ies|ed|es|s|ly|e|y|al|ive)$")
_SHORTEST_ACRONYM: Final = 3
_ABSTRACT: Final = re.compile(
    r"\w{5,}(?:tions?|ments?|ness|it(?:y|ies)|isms?|ances?|ences?|ly|ed|ing)"
)
"""Words that few names look like: they may begin a sentence."""
_AFTER_A_VERB: Final = re.compile(
    r"\s(?:the|an?|each|every|both|your|its|his|her|their|it|them|out|up|down|off|all|any|this"
    r"|these|those|some)\b"
)
"""What follows an imperative, and hardly ever a name."""
_GERMAN: Final = re.compile(
    r"\b(?:der|die|das|und|nicht|ist|sind|ein|eine|einen|mit|auf|für|wird|werden|kann|man|dem|den)\b"
)
"""In German every noun has a capital, so that capitals name nothing."""
_ORDINARY_WORDS: Final = """
    according accordingly across actually after again against agreeing all almost alone along
    already also although always among another answers any anybody anyone anything apart
    arguments around aside asked asking at away back based because before being below besides
    best better between beyond both briefly broadly building but calling careful changing
    checking clearly commenters comments comparing concerns conversely critics currently data
    depending despite different discussion during each earlier either else even everybody
    everyone everything evidence exactly examples experience faq few finally first five for four
    generally getting giving going good hence here however ideally including indeed instead it's
    keep keeping last lastly later latest least less let like likewise looking making many maybe
    meanwhile members mere merely more moreover most mostly much near neither never nevertheless
    new newer next nobody none nonetheless nor nothing notably now older once one ones only op
    opinions opponents opposing originally other others otherwise out over overall part
    participants parts past people perhaps personally please point points post posters posts
    previously problems proponents put putting questions quite rather reasons recently regarding
    replies respondents result results running second see seeing setting several similarly
    simply since six someone something sometimes still such supporters sure taking ten that's
    therefore there's things though three throughout thus today together trying two under
    unfortunately unless unlike until unlikely upon users using usually various very via views
    votes waiting we well what's whatever whenever whereas wherever whether while whoever within
    without working worse writers writing yes yet i i'm i've i'd i'll ai ok okay add allow avoid
    begin bring build call change check choose clean close combine compare consider copy create
    cut decide define delete disable do enable ensure expect export fill filter find fix follow
    go hold import increase install leave limit link list load log look lower make merge mix
    move note open pass pay pick plan pull push put raise read reduce remove rename replace
    reset restart run save search see select send set share show sort split start stay stop
    store switch take tell test think train treat try turn update upload use verify wait watch
    wipe work wrap write
    option options step steps
"""
_ORDINARY: Final = FUNCTION_WORDS | frozenset(_ORDINARY_WORDS.split())
"""Words that begin a sentence, or are put in capitals, without being anybody's name."""


@dataclass(frozen=True, slots=True)
class Known:
    """What may be named: all of some texts, and some days."""

    text: str
    """Folded."""
    words: frozenset[str]
    initials: str
    numbers: frozenset[float]
    dates: frozenset[_Date]


@dataclass(frozen=True, slots=True)
class _Date:
    year: int | None
    month: int
    day: int | None

    def fits(self, other: _Date) -> bool:
        """Tell whether everything that this date says, the other one says as well."""
        mine, theirs = (self.year, self.month, self.day), (other.year, other.month, other.day)
        return all(a is None or a == b for a, b in zip(mine, theirs, strict=True))


def known(texts: Iterable[str], moments: Iterable[datetime]) -> Known:
    """Return what may be named by who rests on ``texts``, written at ``moments``."""
    days = [moment.date() for moment in moments]
    return _known("\n".join(texts), tuple(sorted({(day.year, day.month, day.day) for day in days})))


@lru_cache(maxsize=64)
def _known(text: str, days: tuple[tuple[int, int, int], ...]) -> Known:
    lowered = [word.casefold() for word in _WORD.findall(text)]
    parts = [part for word in lowered for part in re.split(r"[-.&/]", word)]
    months = [_MONTHS[month - 1] for _, month, _ in days]
    return Known(
        text=fold(text).text,
        words=frozenset((*lowered, *parts, *map(_bare, lowered), *months)),
        initials="".join(part[:1] for part in parts),
        numbers=frozenset((*_numbers_known(text), *(float(year) for year, _, _ in days))),
        dates=frozenset((*(found for found, _ in _dates(text)), *(_Date(*day) for day in days))),
    )


def foreign(
    sentence: str, there: Known, is_ordinary: Callable[[str], bool] = lambda _: False
) -> str | None:
    """Return what a sentence names that is not known, None if there is nothing of the kind.

    ``is_ordinary`` tells whether a word, given in lower case, is no name: one that begins a
    sentence does not show it.
    """
    for match in _QUOTED.finditer(sentence):
        said: str = match[0][1:-1]
        if len(said.split()) >= _WORDS_OF_A_QUOTATION and not _stands(said, there):
            return f"“{said}”"
    code: tuple[str, ...] = (
        *_CODE.findall(sentence),
        *_CODE_LIKE.findall(_CODE.sub(" ", sentence)),
    )
    for span in code:
        if not _stands(span, there):
            return span
    rest = _CODE_LIKE.sub(" ", _CODE.sub(" ", sentence))
    for found, written in _dates(rest):
        if not any(found.fits(date) for date in there.dates):
            return written
        rest = rest.replace(written, " ", 1)
    return next(_numbers(rest, there), None) or next(_names(rest, there, is_ordinary), None)


def _stands(text: str, there: Known) -> bool:
    wanted = re.escape(fold(squeeze(text).strip(" .,;:!?")).text)
    return re.search(rf"(?<!\w){wanted}(?!\w)", there.text) is not None


def _dates(text: str) -> Iterator[tuple[_Date, str]]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            part = match.groupdict()
            month = part.get("month")
            number = _MONTH_NUMBERS[month[:3].lower()] if month else int(part["m"])
            year, day = part.get("year"), part.get("day")
            yield _Date(int(year) if year else None, number, int(day) if day else None), match[0]


def _numbers_known(text: str) -> Iterator[float]:
    for match in _NUMBER.finditer(text):
        yield from _values(match)
    for match in re.finditer(r"(?<=[A-Za-z_-])\d+(?:\.\d+)*", text):
        yield from _plain_values(match[0])
    yield from (_WRITTEN[word] for word in re.findall(r"[a-z]+", text.lower()) if word in _WRITTEN)
    for tens, ones in re.findall(r"\b([a-z]+ty)[- ]([a-z]+)\b", text.lower()):
        if tens in _WRITTEN and ones in _WRITTEN:
            yield _WRITTEN[tens] + _WRITTEN[ones]


def _numbers(sentence: str, there: Known) -> Iterator[str]:
    """Yield the numbers and versions of a sentence that are not known."""
    sentence = _PLACES_IN_LISTS.sub(" ", sentence)
    for match in _NUMBER.finditer(sentence):
        if match["end"]:
            continue
        is_version = match["value"].count(".") > 1
        stands = is_version and match["value"] in there.text
        if not stands and not any(value in there.numbers for value in _values(match)):
            yield match["value"]
    for match in _WRITTEN_NUMBER.finditer(sentence):
        tens, ones = (match["tens"] or "").lower(), (match["ones"] or "").lower()
        value = _WRITTEN.get(tens, 0) + _WRITTEN.get(ones, 0)
        measures = value > 1 and _MEASURES.fullmatch(match["next"] or "") is not None
        if (value > _OWN_COUNTS or measures) and value not in there.numbers:
            yield match[0]


def _values(match: re.Match[str]) -> tuple[float, ...]:
    plain = tuple(_plain_values(match["value"]))
    scale = _SCALES.get((match["k"] or match["scale"] or "").lower())
    return plain if scale is None else (*plain, *(value * scale for value in plain))


def _plain_values(written: str) -> Iterator[float]:
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", written):
        yield float(re.sub(r"[.,]", "", written))
    if re.fullmatch(r"\d+(?:[.,]\d+)?", written):
        yield float(written.replace(",", "."))


def _names(sentence: str, there: Known, is_ordinary: Callable[[str], bool]) -> Iterator[str]:
    """Yield the proper names of a sentence that are not known."""
    is_german = len(_GERMAN.findall(sentence)) > 1
    for match in _WORD.finditer(sentence):
        word = match[0]
        if word.lower() == word or (is_german and not _is_sign(word)):
            continue
        if word.casefold() in _ORDINARY or _is_known(word, there):
            continue
        begins = _BEGINS.search(sentence[: match.start()]) is not None and not _is_sign(word)
        is_verb = _AFTER_A_VERB.match(sentence, match.end()) is not None
        if not begins or not (is_verb or is_ordinary(_bare(word.casefold()))):
            yield word


def _is_sign(word: str) -> bool:
    """Tell whether a word is written as only names are: GPT-4, SQLite, NASA."""
    return any(c.isupper() or c.isdigit() for c in word[1:])


def _is_known(word: str, there: Known) -> bool:
    name = _bare(word.casefold())
    if name in there.words or _is_derived(name, there.words):
        return True
    if word.isupper() and len(word) >= _SHORTEST_ACRONYM and name in there.initials:
        return True
    parts = [part for part in re.split(r"[-.&/]", name) if part]
    if len(parts) > 1:
        return all(
            part in there.words or part in _ORDINARY or part.isdigit() or original.islower()
            for part, original in zip(
                parts, [p for p in re.split(r"[-.&/]", _bare(word)) if p], strict=True
            )
        )
    letters = re.match(r"([^\W\d]+)(\d+)$", name)
    return bool(letters and letters[1] in there.words and float(letters[2]) in there.numbers)


def _is_derived(name: str, words: frozenset[str]) -> bool:
    """Tell whether a word and a known one are forms of one name: Bayes, Bayesian."""
    return any(
        longer.startswith(shorter) and _DERIVED.fullmatch(longer[len(shorter) :])
        for known_word in words
        if known_word[: _SHORTEST_STEM - 1] == name[: _SHORTEST_STEM - 1]
        for shorter, longer in [sorted((known_word, name), key=len)]
        if len(shorter) >= _SHORTEST_STEM
    )


def may_begin(word: str, vocabulary: frozenset[str]) -> bool:
    """Tell whether a word, in lower case, is an ordinary one where ``vocabulary`` is written."""
    if word in _ORDINARY or word in vocabulary or _ABSTRACT.fullmatch(word):
        return True
    parts = word.split("-")
    if len(parts) > 1 and all(part in vocabulary or part in _ORDINARY for part in parts):
        return True
    return len(word) >= _SHORTEST_STEM and _root(word) in _roots(vocabulary)


@lru_cache(maxsize=16)
def _roots(vocabulary: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_root, vocabulary))


def _root(word: str) -> str:
    """Return a word without its ending: "duplicates" and "duplicate" have one root."""
    root = _ENDING.sub("", word)
    return root[:-1] if len(root) > _SHORTEST_STEM - 1 and root[-1] == root[-2] else root


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word)
