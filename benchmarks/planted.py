"""Made-up paragraphs with planted copies and opposites, the same for the same seed.

The words are made up (``benchmarks.corpora``), but for one in each paragraph that has an
opposite in English: what turns a statement round is a matter of real words.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmarks.corpora import Language, language

OPPOSITES: Final = (
    ("safe", "unsafe"),
    ("legal", "illegal"),
    ("possible", "impossible"),
    ("regular", "irregular"),
    ("typical", "atypical"),
    ("symmetric", "asymmetric"),
    ("theist", "atheist"),
    ("mount", "unmount"),
    ("agree", "disagree"),
    ("enable", "disable"),
    ("connect", "disconnect"),
    ("import", "export"),
    ("encrypt", "decrypt"),
    ("increase", "decrease"),
    ("upload", "download"),
    ("include", "exclude"),
    ("attach", "detach"),
    ("inner", "outer"),
    ("minimum", "maximum"),
    ("ascending", "descending"),
    ("northern", "southern"),
    ("hypertension", "hypotension"),
    ("works", "fails"),
    ("passed", "failed"),
    ("accept", "reject"),
    ("right", "wrong"),
    ("true", "false"),
    ("open", "closed"),
    ("warm", "cold"),
    ("always", "never"),
    ("often", "rarely"),
    ("more", "less"),
    ("most", "least"),
    ("all", "no"),
    ("with", "without"),
    ("before", "after"),
    ("above", "below"),
    ("and", "or"),
    ("can", "cannot"),
    ("can", "can't"),
    ("does", "doesn't"),
    ("should", "shouldn't"),
    ("would", "could"),
    ("these", "those"),
    ("is", "is not"),
    ("is", "is hardly"),
    ("was", "was never"),
    ("will", "will not"),
    ("useful", "useless"),
    ("careful", "careless"),
    ("two", "three"),
    ("3.11", "3.12"),
    ("15", "50"),
    ("public", "private"),
    ("former", "latter"),
    ("yes", "no"),
)
SIGNATURE: Final = (
    "sent from the mailing list of the lock keepers of this town to everybody who asked for it"
)
Change = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Plant:
    """A text made from one that stands in the corpus."""

    kind: str
    place: int
    """Of the text that it was made from."""
    text: str


@dataclass(frozen=True, slots=True)
class Planted:
    """Paragraphs, none of which repeats another, and what was made from some of them."""

    texts: tuple[str, ...]
    plants: tuple[Plant, ...]


def plant(paragraphs: int, each: int, seed: int = 11) -> Planted:
    """Return paragraphs, and ``each`` plants of every kind made from them."""
    spoken, chance = language(seed), random.Random(seed)  # noqa: S311 - makes up words
    pairs = [OPPOSITES[n % len(OPPOSITES)] for n in range(paragraphs)]
    texts = [_paragraph(spoken, chance, word) for word, _ in pairs]
    places = chance.sample(range(paragraphs), paragraphs)
    plants = [
        Plant(kind, place, change(texts[place], chance))
        for kind, change in CHANGES.items()
        for place in chance.sample(places[each:], each)
    ]
    for place in places[:each]:
        word, opposite = pairs[place]
        turned = texts[place].replace(f" {word} ", f" {opposite} ")
        back = chance.random() < 0.5  # noqa: PLR2004 - either of the two may be the elder
        if back:
            texts[place], turned = turned, texts[place]
        plants.append(Plant("negated", place, turned))
    signed = (f"{SIGNATURE} {_words(spoken, chance, 6)}" for _ in range(each))
    plants.extend(Plant("signed", 0, text) for text in signed)
    return Planted(tuple(texts), tuple(plants))


def _paragraph(spoken: Language, chance: random.Random, word: str) -> str:
    before = _words(spoken, chance, chance.randint(8, 40))
    after = _words(spoken, chance, chance.randint(8, 40))
    return f"{before} {word} {after}."


def _words(spoken: Language, chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(spoken.words, cum_weights=spoken.weights, k=count))


def _first_half(text: str, _: random.Random) -> str:
    words = text.split()
    return " ".join(words[: max(11, len(words) // 2)])


def _second_half(text: str, _: random.Random) -> str:
    words = text.split()
    return " ".join(words[-max(11, len(words) // 2) :])


def _middle(text: str, chance: random.Random) -> str:
    words = text.split()
    length = max(11, len(words) // 2)
    start = chance.randint(0, len(words) - length)
    return " ".join(words[start : start + length])


def _reformatted(text: str, _: random.Random) -> str:
    return "> *" + text.upper().replace(" ", "\n> ", 3) + "*"


def _slip(text: str, chance: random.Random) -> str:
    words = text.split()
    places = [n for n, word in enumerate(words) if len(word) > 5]  # noqa: PLR2004 - long enough
    if places:
        at = chance.choice(places)
        words[at] = words[at][:2] + "x" + words[at][2:]
    return " ".join(words)


CHANGES: Final[dict[str, Change]] = {
    "word for word": lambda text, _: text,
    "reformatted": _reformatted,
    "first half": _first_half,
    "second half": _second_half,
    "middle half": _middle,
    "slip": _slip,
}
