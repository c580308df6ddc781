"""What the bot says, one file a language: ``english``, ``german``; the others are its shape.

English is complete by definition, and any other language by its type: each is an instance of
``Words``, in which nothing has a default.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from bot.discord.words.english import ENGLISH
from bot.discord.words.german import GERMAN
from bot.discord.words.shape import CommandWords, Words

__all__ = ["ENGLISH", "GERMAN", "LANGUAGES", "CommandWords", "Words", "translator", "words_for"]

LANGUAGES: Final = MappingProxyType({"en": ENGLISH, "de": GERMAN})
"""By language tag without its region; Discord's ``en-US`` and ``en-GB`` are both ``en``."""


def words_for(*locales: str | None) -> Words:
    """Return the catalogue of the first of ``locales`` that there is one for, else English.

    Args:
        locales: Such as ``de`` or ``en-GB``; None is passed over.
    """
    for locale in locales:
        if locale is not None and (words := LANGUAGES.get(locale.split("-")[0].lower())):
            return words
    return ENGLISH
