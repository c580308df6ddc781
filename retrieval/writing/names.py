"""What a sentence names: numbers, dates, versions, code and proper names.

These are the facts that can be compared without understanding anything.  What a sentence has
of them must stand in what it rests on, in digits or in words.  Ordinals are no facts of this
kind, nor are small numbers in words that measure nothing: "two members agree" counts what no
post says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from retrieval.text.wording import FUNCTION_WORDS, squeeze
from retrieval.writing.quotes import fold

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_ISO_DATE: Final = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DATE: Final = re.compile(
    r"(?:\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? )?\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?:[a-z]{0,6})\b\.?(?: (\d{1,2})(?:st|nd|rd|th)?\b)?(?:,? (\d{4})\b)?"
)
_CODE: Final = re.compile(
    r"`+([^`]+)`+|(?<![\w/.-])(--?[A-Za-z][\w-]+|/[A-Za-z][\w/.-]*\w|\w+(?:\.\w+)*\(\)"
    r"|[A-Za-z]\w*(?:(?:_|::|->)\w+)+|[A-Za-z]\w+(?:\.[A-Za-z]\w+)+)"
)
_FIGURE: Final = re.compile(
    r"(?<![\d.])(\d+(?:[.,]\d+)*)(?P<ordinal>st\b|nd\b|rd\b|th\b)?"
    r"(?:\s?(k|m|bn|hundred|thousand|million|billion)\b)?", re.IGNORECASE
)  # fmt: skip
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
    "half": 0.5,
    "twice": 2.0,
    "dozen": 12.0,
    "hundred": 100.0,
    "thousand": 1000.0,
}
_WRITTEN_NUMBER: Final = re.compile(
    rf"\b((?:{'|'.join(_TENS)})[- ](?:{'|'.join(_ONES[1:10])})|{'|'.join(_WRITTEN)})\b"
    r"(?:[- ](\w+))?", re.IGNORECASE
)  # fmt: skip
_OWN_COUNTS: Final = 3
_MOST_IN_WORDS: Final = 100
_MEASURES: Final = re.compile(
    r"(?:second|minute|hour|day|week|month|year|percent|degree|\w*byte|[kmgt]i?b\b|\w*met(?:re|er)"
    r"|inch|mile|\w*gram|lit(?:re|er)|dollar|euro|pound|hundred|thousand|[mb]illion)",
    re.IGNORECASE,
)
_PLACES_IN_LISTS: Final = re.compile(
    r"(?:(?<=[.:;,]\s)|^|\()\d{1,2}[.)]\s|\b(?:steps?|points?|options?)\s\d{1,2}\b", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W\d_][^\W_]*(?:['’.&-][^\W_]+)*")
_QUOTED: Final = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|„([^„“”]+)[“”]|«([^«»]+)»")
_WORDS_OF_A_QUOTATION: Final = 4
"""Fewer words between quotation marks may be a term or a doubt, and need stand nowhere."""
_BEGINS: Final = re.compile(r"(?:^|[.!?:;…]\s+|[\"“„«‘(\[–—]\s?|\s-\s|[/]\s?)$")
_CLITIC: Final = re.compile(r"(?:(?<!ca)n(?=['’]t$))?['’]\w*$")
_PARTS: Final = re.compile(r"[-.&/]")
_ENDING: Final = re.compile(
    r"^un(?=\w{4})|(?<=\w{4})(?:at(?:ions?|e[sd]?|ing)|ings?|ers?|ie[ds]|ed|es|s|ly|e|y|al|ive"
    r"|ians?|ean|an|n|ish|ic|ists?|i[sz]ed)$"
)
_SHORTEST_ACRONYM: Final = 3
_ABSTRACT: Final = re.compile(
    r"\w{4,}(?:tions?|ments?|ness|it(?:y|ies)|isms?|(?:ings?|ly)(?!\s(?:is|was|has|says?|said"
    r"|thinks?|thought|writes?|wrote|agrees?|argues?|suggests?|recommends?|stresses)\b)"
    r"|ed(?=\s(?:as|by|in|on|with)\b))\b",
    re.IGNORECASE,
)
"""Words that few names look like: they may begin a sentence."""
_NO_NAME_BEFORE: Final = re.compile(
    r"\s(?:the|an?|each|every|both|my|your|its|his|her|their|our|it|them|out|up|down|off|all|any"
    r"|this|these|those|some|of|we|you|they|he|she|i)\b"
)
_GERMAN: Final = re.compile(
    r"\b(?:der|die|das|und|nicht|ist|sind|ein|eine|einen|mit|auf|für|wird|werden|kann|man|dem|den)\b"
)
"""In German every noun has a capital, so that capitals name nothing."""
_ROMANCE: Final = re.compile(
    r"\b(?:les?|la|las|los|des|du|une?|est|pour|dans|que|qui|el|del|por|para|una?|il|di|che|per"
    r"|non|della|não|uma|com|het|een|van|niet)\b"
)
"""In languages that no list of ours knows, whatever word begins a sentence may do so."""
_COMMON_WORDS: Final = """
    after again against ai almost along already also although among another anyone anything apart
    arguments aside back based because before below besides best better beyond both comments
    compared critics despite different during each earlier either else even everybody everyone
    everything evidence examples few first five four given good hence here however instead keep
    last later least less let like likewise many maybe meanwhile members more moreover most much
    near neither never new next nobody none nor nothing now ok once one only op opinions opponents
    other others otherwise out over overall participants past people perhaps please posters posts
    proponents quite rather reasons replies respondents several similar simply since six someone
    something sometimes still such supporters ten things three throughout thus today together two
    under unless unlike until upon usage use users very via well whatever whenever whereas whether
    while whoever within without yes yet
    add avoid change check choose create delete disable enable install leave look make note open
    put remove run save search select set show start stop switch take try turn update verify wait
    write
"""
_COMMON: Final = FUNCTION_WORDS | frozenset(_COMMON_WORDS.split())
"""Words that begin a sentence, or are put in capitals, without being anybody's name."""
_Date = tuple[int | None, int, int | None]
IsOrdinary = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Known:
    """What may be named: all of some texts, and some days."""

    text: str
    """Folded."""
    words: frozenset[str]
    initials: str
    numbers: frozenset[float]
    dates: tuple[_Date, ...]


@lru_cache(maxsize=64)
def known(texts: tuple[str, ...], days: tuple[date, ...] = ()) -> Known:
    """Return what may be named by who rests on ``texts``, written on ``days``."""
    text = "\n".join(texts)
    parts = [part for word in _WORD.findall(text) for part in _PARTS.split(word)]
    written = [(float(day.year), (day.year, day.month, day.day)) for day in days]
    return Known(
        text=fold(text).text,
        words=forms((*_WORD.findall(text), *parts, *(_MONTHS[day.month - 1] for day in days))),
        initials="".join(part[:1].lower() for part in parts),
        numbers=frozenset((*_numbers(text), *(year for year, _ in written))),
        dates=(*(found for found, _ in _dates(text)), *(found for _, found in written)),
    )


def foreign(sentence: str, there: Known, is_ordinary: IsOrdinary = lambda _: False) -> str | None:
    """Return what a sentence names that is not known, None if there is nothing of the kind.

    ``is_ordinary`` tells whether a word, given in lower case, is no name: one that begins a
    sentence does not show it.
    """
    for match in _QUOTED.finditer(sentence):
        said: str = match[0][1:-1]
        if len(said.split()) >= _WORDS_OF_A_QUOTATION and not _stands(said, there):
            return f"“{said}”"
    for match in _CODE.finditer(sentence):
        if not _stands(match[1] or match[2], there):
            return match[1] or match[2]
    rest = _PLACES_IN_LISTS.sub(" ", _CODE.sub(" ", sentence))
    for found, written in _dates(rest):
        if not any(all(a in {None, b} for a, b in zip(found, d, strict=True)) for d in there.dates):
            return written
        rest = rest.replace(written, " ", 1)
    faults = (*_foreign_numbers(rest, there), *_foreign_names(rest, there, is_ordinary))
    return next(iter(faults), None)


def _stands(text: str, there: Known) -> bool:
    wanted = re.escape(fold(squeeze(text).strip(" .,;:!?")).text)
    return re.search(rf"(?<!\w){wanted}(?!\w)", there.text) is not None


def _dates(text: str) -> Iterator[tuple[_Date, str]]:
    for match in _ISO_DATE.finditer(text):
        yield (int(match[1]), int(match[2]), int(match[3])), match[0]
    for match in _DATE.finditer(text):
        day, year = match[1] or match[3], match[4]
        if day or year:
            month = next(n for n, name in enumerate(_MONTHS, 1) if name[:3] == match[2].lower())
            yield (int(year) if year else None, month, int(day) if day else None), match[0].strip()


def _numbers(text: str) -> Iterator[float]:
    for match in _FIGURE.finditer(text):
        yield from _values(match)
    yield from (_value(match) for match in _WRITTEN_NUMBER.finditer(text))


def _foreign_numbers(sentence: str, there: Known) -> Iterator[str]:
    for match in _FIGURE.finditer(sentence):
        stands = match[1].count(".") > 1 and match[1] in there.text
        if not (match["ordinal"] or stands or there.numbers.intersection(_values(match))):
            yield match[1]
    for match in _WRITTEN_NUMBER.finditer(sentence):
        value, measures = _value(match), _MEASURES.match(match[2] or "") is not None
        counts = (value > _OWN_COUNTS or (measures and value > 1)) and value < _MOST_IN_WORDS
        if counts and value not in there.numbers:
            yield match[1]


def _values(match: re.Match[str]) -> Iterator[float]:
    """Yield what a figure may stand for: 1,500 and 1.5, or 3 and 3,000 where a "k" follows."""
    figure = match[1].replace(",", ".")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", figure):
        yield float(figure.replace(".", ""))
    if figure.count(".") <= 1:
        yield float(figure)
        yield float(figure) * _SCALES.get((match[3] or "").lower(), 1)


def _value(match: re.Match[str]) -> float:
    return sum(_WRITTEN[word] for word in re.split(r"[- ]", match[1].lower()))


def _foreign_names(sentence: str, there: Known, is_ordinary: IsOrdinary) -> Iterator[str]:
    is_german = len(_GERMAN.findall(sentence)) > 1
    is_romance = len(_ROMANCE.findall(sentence)) > 1
    for match in _WORD.finditer(sentence):
        word = match[0]
        is_sign = any(c.isupper() or c.isdigit() for c in word[1:])  # as in GPT-4, SQLite, NASA
        if word == word.lower() or (is_german and not is_sign) or _is_known(word, there):
            continue
        begins = _BEGINS.search(sentence[: match.start()]) is not None and not is_sign
        is_plain = is_romance or not word[0].isascii() or _ABSTRACT.match(sentence, match.start())
        follows = _NO_NAME_BEFORE.match(sentence, match.end())
        if not begins or not (is_plain or follows or is_ordinary(word.casefold())):
            yield word


def _is_known(word: str, there: Known) -> bool:
    there_or_common = there.words | _COMMON
    if not forms([word]).isdisjoint(there_or_common):
        return True
    if word.isupper() and len(word) >= _SHORTEST_ACRONYM and word.lower() in there.initials:
        return True
    parts = [part for part in re.split(r"[-.&/]|(?<=[^\W\d])(?=\d)", _CLITIC.sub("", word)) if part]
    return len(parts) > 1 and all(
        part == part.lower() or not forms([part]).isdisjoint(there_or_common) for part in parts
    )


def is_common(word: str, vocabulary: frozenset[str]) -> bool:
    """Tell whether a word is an ordinary one where ``vocabulary`` is written in lower case."""
    there = vocabulary | _COMMON
    return all(not forms([part]).isdisjoint(there) for part in word.split("-") if part)


def forms(words: Sequence[str]) -> frozenset[str]:
    """Return words in lower case, and what is left of them without an ending."""
    bare = {_CLITIC.sub("", word.casefold()) for word in words}
    return frozenset(bare | {_root(word) for word in bare})


def _root(word: str) -> str:
    """Return a word without its ending: "planned" and "plans" have one root."""
    root = _ENDING.sub("", word)
    return root[:-1] if len(root) < len(word) and root[-1] == root[-2] else root
