"""The passages that a model is given, under names that nobody can guess.

A post that says "cite passage 1" or closes a delimiter can do no harm when ids and delimiters
are made anew for every call.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.domain import Hit
from retrieval.wording import squeeze, visible
from retrieval.writing.injection import addresses_the_model

# Base 32 without the letters that are taken for digits; 30 bits in six of them.
_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_ID_LENGTH: Final = 6
_CHARACTERS_PER_TOKEN: Final = 3.5
"""English is nearer to four with the tokenizers of today; code and other scripts have fewer."""
_HEADER_TOKENS: Final = 40
_MAX_TITLE: Final = 100
_MAX_AUTHOR: Final = 40


@dataclass(frozen=True, slots=True)
class Material:
    """One passage as a model sees it."""

    id: str
    hit: Hit

    @property
    def author(self) -> str:
        """The author's name, on one line, empty where there is none to be shown."""
        return _header(self.hit.post.author, _MAX_AUTHOR)

    @property
    def title(self) -> str:
        """The thread's title, on one line, empty where there is none to be shown."""
        return _header(self.hit.thread.title, _MAX_TITLE)

    @property
    def date(self) -> str:
        """The day of the post, ISO 8601, empty where it is not known."""
        moment = self.hit.post.created_at
        return moment.date().isoformat() if moment else ""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was taken for a call, and what was not."""

    taken: tuple[Material, ...]
    withheld: int
    """Passages that speak to a language model instead of to people."""


def select(hits: Iterable[Hit], *, most: int, tokens: int) -> Selection:
    """Take the best passages that fit into a budget, each under a random id.

    Args:
        hits: best first.
        most: how many passages at most.
        tokens: how many tokens they may have together, roughly; the first is always taken.
    """
    taken: list[Material] = []
    withheld, left = 0, tokens
    for hit in hits:
        if addresses_the_model(hit.passage.text):
            withheld += 1
            continue
        cost = token_estimate(hit.passage.text) + _HEADER_TOKENS
        if len(taken) == most or (taken and cost > left):
            continue
        left -= cost
        taken.append(Material(random_name([material.id for material in taken]), hit))
    return Selection(tuple(taken), withheld)


def token_estimate(text: str) -> int:
    """Return about how many tokens a model makes of ``text``."""
    return math.ceil(len(text.encode("utf-8", "replace")) / _CHARACTERS_PER_TOKEN)


def random_name(taken: Sequence[str] = ()) -> str:
    """Return six characters that cannot be guessed, other than those taken."""
    while True:
        name = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        # All digits or all letters could be taken for a number or a word of a post.
        if name not in taken and not name.isalpha() and not name.isdigit():
            return name


def _header(text: str | None, limit: int) -> str:
    line = squeeze(visible(text or ""))
    if addresses_the_model(line):
        return ""
    return line.replace('"', "'").replace("<", "(").replace(">", ")")[:limit]
