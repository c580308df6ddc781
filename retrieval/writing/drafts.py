"""What a language model handed in: nothing of it is trusted yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cite:
    """Words that a model says stand in a passage."""

    id: str
    quote: str
    """Empty where the model names a passage only."""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of a model's answer with what it says carries it."""

    text: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A model's answer, read."""

    answerable: bool
    """Whether the model says that the passages answer."""
    items: tuple[Item, ...] = ()
    well_formed: bool = True
    """False where nothing in the reply followed the contract."""
