"""Whose words or deeds a question asks for: "what did Mira reply about …".

Where that person wrote posts here, the search looks at nothing else (``filters``).  Where they
did not, only passages that speak of them can answer, and if there are none, nothing does,
however close the subject.  Rules on English wording; what they do not recognise asks for
nobody's words.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Final

from retrieval.text.wording import FUNCTION_WORDS, fold

_NAME: Final = r"@?[^\W\d_][\w.’'-]*"
_SPEAKS: Final = (
    r"(?:say|says|said|think|thinks|thought|repl(?:y|ies|ied)|answer(?:s|ed)?|argue[sd]?"
    r"|suggest(?:s|ed)?|recommend(?:s|ed)?|propose[sd]?|claim(?:s|ed)?|believe[sd]?"
    r"|explain(?:s|ed)?|predict(?:s|ed)?|object(?:s|ed)?|concede[sd]?|agree[sd]?|disagree[sd]?"
    r"|respond(?:s|ed)?|comment(?:s|ed)?)"
)
_NAMES: Final = rf"{_NAME}(?:(?:\s|,\s|\sand\s|,\sand\s){_NAME}){{0,5}}"
_ASKS_FOR_WORDS: Final = (
    re.compile(rf"\b(?:did|does|do|has|have|had)\s+(?P<names>{_NAMES})\s+{_SPEAKS}\b", re.I),
    # What somebody did, too, is told by themselves or by who speaks of them.
    re.compile(r"\b[Dd]id\s+(?P<names>[A-Z][a-z]+(?:\s[A-Z][\w-]*)?)\s+[a-z]+"),
    re.compile(rf"\b(?:what|how|why)\s+(?P<names>{_NAMES})\s+{_SPEAKS}\b", re.I),
    re.compile(rf"\baccording to\s+(?P<names>{_NAMES})", re.I),
    re.compile(
        r"(?P<names>@?[A-Z][\w.-]*(?:\s[A-Z][\w.-]*)?)['’]s?\s+"
        r"(?:reply|answer|response|opinion|views?|take|stance|position|advice|objection"
        r"|argument|comment)\b",
    ),
)
# Things mean and are written too, so who is asked about thus need not be a person.
_WRITES: Final = re.compile(
    rf"\b(?:did|does|do|has|have|had|what|how|why)\s+(?P<names>{_NAMES})\s+"
    r"(?:means?|meant|wr(?:ite|ites|ote|itten)|posts?|posted|asks?|asked|tells?|told)\b",
    re.I,
)
_JOINED: Final = re.compile(r",?\s+and\s+|,\s+", re.IGNORECASE)
_ADDRESSED: Final = re.compile(r"@(\w+)")
_POSSESSIVE: Final = re.compile(r"['’]s$")
# Who stands where a name could, and is anybody.
_ANYBODY: Final = FUNCTION_WORDS | frozenset(
    {"anybody", "anyone", "everybody", "everyone", "folks", "nobody", "people", "somebody"}
    | {"someone", "one", "others", "author", "authors", "members", "op", "poster", "posters"}
    | {"users", "these", "those", "another", "other", "most", "many", "several", "each", "both"}
    | {"all"}
)
_LEADS_IN: Final = frozenset(
    {"are", "did", "do", "does", "has", "have", "had", "is", "was", "were"}
    | {"what", "which", "who", "why"}
)
_ADVERBS: Final = frozenset({"actually", "also", "ever", "finally", "just", "later", "really"})
_PLURAL: Final = re.compile(r"[a-z]+s|.*[A-Z]s")  # "researchers", "LLMs"; not "Thomas"


def speakers(question: str) -> tuple[str, ...]:
    """Return the names of those whose words a question asks for, none where it asks for nobody's.

    A name is what stands in a name's place without an article; it need not have a capital,
    since few who type in a hurry give it one.
    """
    return next(filter(None, (_names(pattern, question) for pattern in _ASKS_FOR_WORDS)), ())


def addresses(text: str, names: tuple[str, ...]) -> bool:
    """Tell whether a text speaks to one of ``names`` ("@Mira, …"), who then takes part."""
    at = " ".join(_ADDRESSED.findall(text)).casefold().split()
    return any(part.casefold() in at for name in names for part in name.split())


def perhaps_authors(question: str) -> tuple[str, ...]:
    """Return what stands where the name of an author could whose words are asked for.

    More than ``speakers``: things mean and are written too, and a plural may be a name ("what
    does chips think"); which of them is an author the threads know.
    """
    patterns = (*_ASKS_FOR_WORDS, _WRITES)
    return next(filter(None, (_names(p, question, plurals=True) for p in patterns)), ())


def speaks_of(text: str, names: tuple[str, ...]) -> bool:
    """Tell whether a text speaks of one of ``names``, by the last word of it at least.

    Whoever is only addressed ("@Mira, …") is not spoken of.
    """
    said = fold(re.sub(r"@\S+", " ", text))
    return any(_last_word(name) in said for name in names)


def _names(pattern: re.Pattern[str], question: str, *, plurals: bool = False) -> tuple[str, ...]:
    match = pattern.search(question)
    parts = _JOINED.split(match["names"]) if match else []
    # "according to Mira, which oil is best": what follows the names belongs to the question.
    named = tuple(takewhile(bool, map(_name, parts)))
    return () if not plurals and any(map(_is_plural, named)) else named


def _name(typed: str) -> str:
    """Return a name as it is typed, nothing where one of its words says that it is none."""
    parts = [part for part in _POSSESSIVE.sub("", typed.strip()).split() if part not in _ADVERBS]
    while parts and parts[0].lower() in _LEADS_IN:
        parts = parts[1:]
    if not parts or any(part.lower() in _ANYBODY for part in parts):
        return ""
    return " ".join(parts).lstrip("@")


def _is_plural(name: str) -> bool:
    return _PLURAL.fullmatch(name.rsplit(maxsplit=1)[-1]) is not None


def _last_word(name: str) -> str:
    return f" {fold(name).split()[-1]} "
