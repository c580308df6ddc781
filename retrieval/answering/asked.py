"""What kind of thing a question asks for, and whether a sentence says something of that kind.

Words alone, English ones: a question in another language asks for nothing in particular, and
then no sentence is preferred.  The kinds are the coarse answer types of question answering
(Li and Roth, COLING 2002) that a forum's sentences can be told by.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Asked(StrEnum):
    """What a question asks for."""

    REASON = "a reason"
    AMOUNT = "a number or a time"
    PERSON = "somebody's name"
    METHOD = "a way to do it"
    DEFINITION = "what it is"


_QUESTIONS: Final = (
    (Asked.REASON, r"\bwhy\b|\bhow come\b|\bwhat (?:makes|made|causes?|caused|is the reason)\b"),
    (
        Asked.AMOUNT,
        r"\bhow (?:many|much|long|often|big|small|large|far|old|fast|slow|high|low|tall|soon)\b"
        r"|\b(?:what|which) (?:year|date|day|time|number|percentage|share|size|version|versions)\b"
        r"|^\W*(?:and |so |but )?when\b",
    ),
    (Asked.PERSON, r"\bwho(?:se|m)?\b"),
    (Asked.METHOD, r"\bhow\b(?! (?:is|are|was|were|come)\b)|\bwhat (?:do|should|can) (?:i|we)\b"),
    (Asked.DEFINITION, r"\bwhat(?:['’]s| is| are| was)\b|\bwhat does .{1,60} mean\b"),
)
_RECOGNISED: Final = tuple(
    (asked, re.compile(pattern, re.IGNORECASE)) for asked, pattern in _QUESTIONS
)
_NUMBER_WORDS: Final = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozens?|hundreds?|thousands?"
    r"|millions?|billions?|half|twice|once|never|always"
    r"|minutes?|hours?|days?|weeks?|months?|years?|seconds?"
)
_SAID: Final = {
    Asked.REASON: re.compile(
        r"\b(?:because|since|due to|so that|reasons?|otherwise|therefore|thus|hence|in order to"
        r"|leads? to|means? that|as a result|or else|that['’]s why|points? to)\b",
        re.IGNORECASE,
    ),
    Asked.AMOUNT: re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b", re.IGNORECASE),
    # A capital inside the sentence; the one at its beginning says nothing.
    Asked.PERSON: re.compile(r"(?<=[\w,;:] )[A-Z][\w’'-]+|@\w+|\bI\b"),
    Asked.METHOD: re.compile(
        r"\byou (?:can|could|need|have to|should|must|may|just)\b|\bby (?:\w+ly )?\w+ing\b|`"
        r"|(?:^|[,;:] |\b(?:and|then|just|to|please) )"
        r"(?:use|run|set|open|click|press|go|put|make|try|add|remove|install|copy|check|start"
        r"|stop|type|write|give|take|turn|switch|move|close|reset|ask)\b",
        re.IGNORECASE,
    ),
    Asked.DEFINITION: re.compile(
        r"\b(?:is|are|means?|refers? to|stands? for|called|defined|shows?)\b", re.IGNORECASE
    ),
}


def asked_for(question: str) -> Asked | None:
    """Return what a question asks for, None where that cannot be told."""
    return next((asked for asked, pattern in _RECOGNISED if pattern.search(question)), None)


def says(asked: Asked | None, sentence: str) -> bool:
    """Tell whether a sentence says something of the asked kind; any does where none is asked."""
    return asked is None or _SAID[asked].search(sentence) is not None
