"""What an answer has to contain literally: identifiers, and what an acronym stands for.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

# Part numbers, versions, error codes, flags, names of functions and modules: what has a digit or
# a sign within it, or capitals where no sentence has any.
_IDENTIFIER: Final = re.compile(
    r"(?<![\w-])--?[a-z][\w-]+|\b0x[0-9a-fA-F]+\b"
    r"|\b(?=\w*[A-Za-z])(?=[\w.:+-]*\d)\w+(?:[.:+-]\w+)*|\b\w+(?:(?:\.|::|_)\w+)+"
    r"|\bv?\d+(?:\.\d+)+\b|\b[a-z]+[A-Z]\w*\b"
)
_ACRONYM: Final = r"(?P<acronym>(?=\S*[A-Z]\S*[A-Z])[A-Za-z][\w.&/-]*\w)"
_ASKS_WHAT_IT_STANDS_FOR: Final = (
    re.compile(rf"\b{_ACRONYM}['’\")]*\s+(?:stands?|is\s+short|be\s+short|short)\s+for\b"),
    re.compile(rf"\b(?:acronym|abbreviation|initials)\s+['‘“\"(]*{_ACRONYM}"),
    re.compile(
        rf"\b(?:long form|full form|full name|expansion|meaning) of\s+(?:the\s+)?{_ACRONYM}"
    ),
    re.compile(rf"\b(?:does|did|do)\s+['‘“\"]*{_ACRONYM}['’”\"]*\s+(?:mean|stand)\b"),
    re.compile(rf"\b[Ww]ofür\s+steht\s+{_ACRONYM}"),
    re.compile(rf"\b(?:spell(?:ed)? out|expand)\s+(?:the\s+)?(?:acronym\s+)?{_ACRONYM}"),
)
_SAYS_SO: Final = r"\b{}['’”\")]*\s+(?:stands?\s+for|is\s+short\s+for|means|abbreviates|=)\s"
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d")
_FEW_LETTERS: Final = 3
"""The words of so short an acronym are looked for with capitals: "use it" is no UI."""
_SMALL: Final = frozenset(
    {"a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
)


def identifiers(question: str) -> tuple[str, ...]:
    """Return the part numbers, versions, codes and flags of a question."""
    return tuple(dict.fromkeys(found.group() for found in _IDENTIFIER.finditer(question)))


def missing_identifiers(question: str, shown: Iterable[str]) -> tuple[str, ...]:
    """Return the part numbers, versions, codes and flags of a question that no shown text has."""
    text = "\n".join(shown).casefold()
    return tuple(each for each in identifiers(question) if each.casefold() not in text)


def acronym_asked_for(question: str) -> str | None:
    """Return the acronym of which a question asks what it stands for, None where it asks none."""
    found = (pattern.search(question) for pattern in _ASKS_WHAT_IT_STANDS_FOR)
    return next((match["acronym"] for match in found if match), None)


def spells_out(text: str, acronym: str) -> bool:
    """Tell whether a text says what an acronym stands for, or has words with its initials."""
    if re.search(_SAYS_SO.format(re.escape(acronym)), text):
        return True
    initials = "".join(filter(str.isalnum, acronym)).casefold()
    said = _WORD.findall(text)
    if len(initials) <= _FEW_LETTERS:
        said = [word for word in said if word[0].isupper() or word in _SMALL]
    opening = (n for n, word in enumerate(said) if len(word) > 1)
    return any(_begin_so(said[place:], initials) for place in opening)


def _begin_so(said: Sequence[str], initials: str) -> bool:
    """Tell whether words have these initials, small words between them left out."""
    at = 0
    for word in said[: 2 * len(initials)]:
        if word[0].casefold() == initials[at]:
            at += 1
        elif at == 0 or word not in _SMALL:
            return False
        if at == len(initials):
            return True
    return False
