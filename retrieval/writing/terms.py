"""A sentence as the citation check sees it: words with their stems, clauses and polarity."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from retrieval.wording import FUNCTION_WORDS
from retrieval.writing.stems import stem, word_set

_QUOTES: Final = str.maketrans({**dict.fromkeys("‘’‛´ʼ", "'"), **dict.fromkeys("‐‑−", "-")})
_TOKEN: Final = re.compile(
    r"(?P<number>(?<![\w.])\d{1,3}(?:[,' \u00a0\u202f]\d{3})+(?:\.\d+)?(?![\d])"
    r"|(?<![\w.])\d+(?:\.\d+)*(?![\d]))"
    r"|(?P<word>(?:(?<![\w-])--?(?=[A-Za-z])|(?<![\w/.])[/.](?=[A-Za-z]))?"
    r"[^\W_]+(?:[._/:@+-]?[^\W]+|_)*(?:\+\+|\#(?!\w))?(?:'[^\W\d_]{1,2}(?!\w))?)"
    r"|(?P<percent>%)"
    r"|(?P<stop>[,;:.!?…()\[\]\n]|\s[-–—]+\s|[–—])"
)
_CODE: Final = re.compile(r"`[^`\n]+`")
_NUMBER_IN_WORD: Final = re.compile(r"(\d+(?:\.\d+)?)([^\W\d_]+)")
_NAME_SHAPED: Final = re.compile(
    r"^[-/.]|[\d_@+#]|\w[./:]\w|^[^\W\d_][A-ZÀ-Þ]+s?$|[a-zß-ÿ][A-ZÀ-Þ]|^[A-ZÀ-Þ]{2}"
)
_MORE_FUNCTION_WORDS: Final = word_set(
    "also already although because been being both cannot could each either else even "
    "ever every having here however if into itself like let lets maybe more most much "
    "neither nor never none nothing now off once only onto or other out over own per "
    "please quite rather really shall since still such therefore though through thus till "
    "together too under unless until upon very via well whereas whether while within "
    "without yet don't doesn't didn't isn't aren't wasn't weren't won't can't couldn't "
    "shouldn't wouldn't hasn't haven't it's that's there's you're they're i'm i've i'd "
    "you'll it'll they'll you've he's she's what's let's those themselves yourself "
    "himself herself oneself am above again against all another any around before after "
    "back below between during down few many further half less least same several some "
    "something someone somebody everything everyone everybody anyone anything nobody two "
    "three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety hundred thousand million billion dozen one ones only just always usually "
    "often sometimes perhaps probably possibly possible mostly nearly almost about "
    "roughly approximately exactly approx than then there"
)
_CLAUSE_WORDS: Final = word_set(
    "and but while whereas where although though because so unless if when whenever until then "
    "which who since yet otherwise"
)
_NEGATORS: Final = word_set(
    "not no never neither nor without cannot nobody nothing none nowhere hardly barely "
    "scarcely nicht kein keine keinen keinem keiner nie niemals ohne jamais sans nunca "
    "não"
)
_WHOLE_CLAUSE: Final = word_set("nothing nobody none nowhere neither")
_LIGHT: Final = frozenset(
    stem(word)
    for word in word_set(
        "be have do get need must want will can may might should let make take use longer one "
        "way ever actually even to"
    )
)
_HEADS: Final = 2
_AUXILIARIES: Final = word_set("is are was were has have had can will must may would should")
PREPOSITIONS: Final = word_set(
    "in on at for with from by of into onto over under through during within inside "
    "outside between among about against per via"
)
PASSIVE: Final = re.compile(
    r"\b(?:is|are|was|were|be|been|being|gets?|got)\s+(?:\w+\s+){0,2}\w+(?:ed|en|t|n|un|ne|ld|de)\b"
    r"|\bby\b",
    re.IGNORECASE,
)
_NOT_ONLY: Final = word_set("only just matter doubt merely more fewer less later")
_LIST_REACH: Final = 9
_LIST_ENDS: Final = word_set("or nor and . ; but is are")


@dataclass(frozen=True, slots=True)
class Term:
    """A word that says something."""

    word: str
    """As written, folded."""
    stem: str
    start: int
    end: int
    place: int
    """Among all tokens of the text."""
    clause: int
    is_name: bool
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """Any token: words, numbers and stops, in order."""

    text: str
    lower: str
    kind: str
    start: int
    end: int
    clause: int
    is_first: bool
    """Whether a sentence begins with it."""


@dataclass(frozen=True, slots=True)
class Negation:
    """A "not", and what it is about."""

    clause: int
    heads: tuple[str, ...]
    """The stems that it negates first of all; empty where it leans on words before it."""


@dataclass(frozen=True, slots=True, eq=False)  # ``read`` makes one of each text
class Reading:
    """A text, read."""

    text: str
    tokens: tuple[Token, ...]
    terms: tuple[Term, ...]
    negations: tuple[Negation, ...]
    words: frozenset[str]
    """All words in lower case, function words too."""

    @property
    def stems(self) -> frozenset[str]:
        """The stems of its terms."""
        return frozenset(term.stem for term in self.terms)

    def clause(self, number: int) -> tuple[Term, ...]:
        """Return the terms of one clause."""
        return tuple(term for term in self.terms if term.clause == number)


def fold(text: str) -> str:
    """Return ``text`` as it is read: compatibility forms, straight quotation marks."""
    return unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_QUOTES)


@lru_cache(maxsize=1_024)
def read(text: str) -> Reading:
    """Return ``text`` as tokens and terms."""
    folded = fold(text)
    tokens = tuple(_tokens(folded))
    negated, negations = _negations(tokens)
    code = [match.span() for match in _CODE.finditer(folded)]
    terms = tuple(
        Term(
            word=token.text,
            stem=stem(token.lower),
            start=token.start,
            end=token.end,
            place=place,
            clause=token.clause,
            is_name=_is_name(token) or any(a <= token.start < b for a, b in code),
            negated=place in negated,
        )
        for place, token in enumerate(tokens)
        if says_something(token)
    )
    words = frozenset(token.lower for token in tokens if token.kind == "word")
    return Reading(folded, tokens, terms, negations, words)


def says_something(token: Token) -> bool:
    """Tell whether a token is a word that is more than a function word."""
    lower = token.lower
    return (
        token.kind == "word" and lower not in FUNCTION_WORDS and lower not in _MORE_FUNCTION_WORDS
    )


def _tokens(text: str) -> Iterator[Token]:
    clause, is_first = 0, True
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        raw = match.group()
        if kind == "stop":
            clause += 1
            stop = raw.strip() or "\n"
            yield Token(stop, stop, kind, *match.span(), clause, is_first=False)
            is_first = is_first or stop in ".!?…\n:"
            continue
        for piece, start in _pieces(raw, match.start(), kind):
            lower = piece.lower().removesuffix("'s")
            clause += lower in _CLAUSE_WORDS
            piece_kind = (
                "number" if kind == "number" or (piece[0].isdigit() and _plain(piece)) else kind
            )
            yield Token(piece, lower, piece_kind, start, start + len(piece), clause, is_first)
            is_first = False


def _plain(piece: str) -> bool:
    return piece.replace(".", "").replace(",", "").isdigit()


def _pieces(raw: str, start: int, kind: str) -> Iterator[tuple[str, int]]:
    """Yield the parts of ``write-ahead`` and ``50k``; names such as ``--dry-run`` stay whole."""
    glued = _NUMBER_IN_WORD.fullmatch(raw)
    if glued:
        yield glued.group(1), start
        yield glued.group(2), start + glued.end(1)
    elif kind == "word" and "-" in raw.strip("-") and not re.search(r"^[-/.]|[\d_@]", raw):
        at = start
        for piece in raw.split("-"):
            if piece:
                yield piece, at
            at += len(piece) + 1
    else:
        yield raw, start


def _is_name(token: Token) -> bool:
    if _NAME_SHAPED.search(token.text):
        return True
    return token.text[:1].isupper() and not token.is_first


def _negations(tokens: tuple[Token, ...]) -> tuple[frozenset[int], tuple[Negation, ...]]:
    """Return the places under a negation, and the negations."""
    negated: set[int] = set()
    found: list[Negation] = []
    for place, token in enumerate(tokens):
        if not _negates(tokens, place):
            continue
        scope = list(_scope(tokens, place))
        if token.lower in _WHOLE_CLAUSE:
            before = [
                n
                for n in range(place)
                if tokens[n].clause == token.clause and says_something(tokens[n])
            ]
            scope = scope or before[-1:]
        negated.update(scope)
        stems = [stem(tokens[n].lower) for n in scope]
        heavy = [one for one in stems if one not in _LIGHT]
        found.append(Negation(token.clause, tuple((heavy or stems)[:_HEADS])))
    return frozenset(negated), tuple(found)


def _scope(tokens: tuple[Token, ...], place: int) -> Iterator[int]:
    """Yield the places of the words that a negation is about.

    It ends with the clause, with the next finite auxiliary ("what is not valid is …") and
    before a preposition; "no A, B or C" goes on over its commas.
    """
    clause, seen = tokens[place].clause, 0
    for n in range(place + 1, len(tokens)):
        token = tokens[n]
        if token.clause != clause:
            leads_on = not seen and token.lower in {"who", "which", "that"}
            if not leads_on and not _goes_on(tokens, place, n):
                return
            clause = token.clause
        if seen and (token.lower in _AUXILIARIES or token.lower in PREPOSITIONS):
            return
        if not seen and n > place + 1 and token.lower in PREPOSITIONS:
            return
        if says_something(token):
            seen += 1
            yield n


def _goes_on(tokens: tuple[Token, ...], place: int, at: int) -> bool:
    if tokens[place].lower not in {"no", "not", "never"} or tokens[at].lower != ",":
        return False
    following = [token.lower for token in tokens[at + 1 : at + _LIST_REACH]]
    end = next((n for n, word in enumerate(following) if word in _LIST_ENDS), None)
    return end is not None and following[end] in {"or", "nor"}


def _negates(tokens: tuple[Token, ...], place: int) -> bool:
    token = tokens[place]
    after = tokens[place + 1].lower if place + 1 < len(tokens) else ""
    if token.kind != "word" or not (token.lower in _NEGATORS or token.lower.endswith("n't")):
        return False
    if token.lower == "no" and (not after or tokens[place + 1].kind == "stop"):
        return False  # "No, that changed."
    if token.lower in {"not", "no"} and after in _NOT_ONLY:
        return False
    return not (token.lower == "nothing" and after == "but")
