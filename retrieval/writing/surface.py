"""A model's sentences without what could be active, invisible or misleading on a screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from retrieval.text.sentences import sentences
from retrieval.text.wording import squeeze, visible

MAX_SENTENCE: Final = 600
_SHORTEST: Final = 2
"""Words; what has no more is no sentence by itself."""
_TERMINAL: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*"
    r"(?:\x07|\x1b\\|\x9c|\Z)|\x1b[ -/]*[0-~]?"
)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")
_MAX_MARKS: Final = 2
_IMAGE: Final = re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])?")
_LINK: Final = re.compile(r"\[([^\]\n]+)\](?:\(\s*<?[^)\n]*\)|\[[^\]\n]*\])")
_REFERENCE: Final = re.compile(r"(?m)^\s*\[[^\]\n]+\]:\s*\S+.*$")
_TAG: Final = re.compile(r"<!--.*?(?:-->|\Z)|</?[A-Za-z][^<>\n]{0,200}>", re.DOTALL)
_FENCE: Final = re.compile(r"```\w*")
_HEADING: Final = re.compile(r"(?m)^\s*(?:#{1,6}\s.*[^.!?\s]|\*\*[^*\n]{1,60}[^*.!?]\*\*:?)\s*$")
_QUOTE_MARK: Final = re.compile(r"(?m)^\s*(?:>+\s*)+")
_LIST_MARK: Final = re.compile(r"(?m)^\s*(?:(?:-#|[-*+•]|\d{1,2}[.)])\s+)+")
_EMPHASIS: Final = re.compile(r"\*+|~~|\|\||(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)")
_MARKER: Final = re.compile(r"\s*(?:\[\s*\^?\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\]|【[^】]*】)")
_TLDS: Final = (
    "com|net|org|io|gg|app|dev|info|biz|co|me|xyz|ru|cn|link|site|online|top|club|shop|store|gift|gifts"
    "|example|test|invalid|uk|de|fr|eu|us|tk|ly|to|cc|ws|ai|sh|pw|icu|live|pro|space|website|zip|mov"
)
_ACTIVE: Final = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{1,20}:\s?//\S*|\b(?:mailto|javascript|data|discord|tel|file):\S+)"
    rf"|\bwww\d?\.\S+|\b(?:[\w-]+\.)+(?:{_TLDS})\b(?:[/:?#]\S*)?(?!\w)|\b(?:discord|dsc)\s?[.(\[]\s?gg\b"
    r"|\b[\w.+-]+@[\w-]+\.[\w.-]+|<[@#&:!/]?[^<>\s]*>|<@|<#|@(?:everyone|here)\b"
    r"|(?<!\w)@[&!]?\w+|hxxps?\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|\[\s*dot\s*\]|\(\s*dot\s*\)",
    re.IGNORECASE,
)
_SECRETS: Final = (
    r"(?:pass(?:word|phrase|code)s?|(?:log[- ]?in|sign[- ]?in|verification|confirmation|security"
    r"|one[- ]time|access|backup|recovery|auth\w*|2fa|sms)\s+(?:codes?|details|data)|credentials?"
    r"|(?:seed|recovery)\s+phrases?|private\s+keys?|(?:api|bot|access|auth|login|session)\s+(?:keys?|tokens?)"
    r"|(?:credit\s+)?card\s+(?:numbers?|details)|bank\s+(?:details|accounts?)|pins?)"
)
_MONEY: Final = r"(?:money|payments?|deposits?|fees?|bitcoins?|btc|crypto\w*|[$€£]\s?\d+)"
_PAYEE: Final = (
    r"to\s+(?:@\w+|(?:a|an|the|this|that|my|our|their|following)\s+(?:\w+\s+){0,3}?"
    r"(?:accounts?|wallets?|address|numbers?|links?|cards?|iban|paypal))"
)
_ASKS: Final = re.compile(
    rf"""
      (?<!\bnever\s)(?<!\bnot\s)(?<!n['’]t\s)(?<!\bwithout\s)(?<!\bto\s)
      \b(?:send|share|give|e-?mail|mail|dm|message|post|forward|tell|submit|provide|disclose|hand
        |confirm)(?:ing|ting)?\b\s+
      (?:(?!\b(?:never|not|no|each|every|with|in|as|from)\b)[^.!?;,\n]){{0,40}}?\b{_SECRETS}\b
    | \b(?:send|transfer|wire|donate|deposit|pay)\b\s+
      (?:(?!\b(?:never|not|no)\b)[^.!?;,\n]){{0,60}}?\b{_PAYEE}\b
    | \bconnect\s+(?:\w+\s+){{0,2}}?wallets?\b
    | \b(?:send|buy|get|pay\s+(?:by|with|in))\s+(?:\w+\s+){{0,3}}?gift\s+cards?\b
    | \b(?:send|transfer|wire|deposit)\s+(?:\w+\s+){{0,3}}?{_MONEY}\s+to\b
    | \b(?:open|click|tap|follow|visit|scan)\s+(?:on\s+)?
      (?:the|this|that|a|our|my|their|following)\s+
      (?:\w+\s+){{0,2}}?(?:links?|urls?|websites?|web\s+(?:page|site)s?|invites?|qr\s?codes?)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ITSELF: Final = re.compile(
    r"\bmy\s+(?:system\s+)?(?:instructions?|prompts?|guidelines|rules|training)\b"
    r"|\b(?:as|I\s+am|I['’]m)\s+(?:just\s+|only\s+)?an?\s+(?:AI|LLM|(?:large\s+)?language\s+model"
    r"|assistant|chat\s?bot)\b|\b(?:another|other)\s+users?['’]?s?\s+(?:asked|questions?)\b",
    re.IGNORECASE,
)
_LOOPBACK: Final = re.compile(
    r"(?:https?://)?(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?/?[.,;:)]?", re.IGNORECASE
)


def clean_sentences(text: str, ids: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the sentences of a model's text as plain, visible words.

    Formatting, images, the addresses of links and citation markers are gone; what cannot be
    taken out without changing the sentence is left for ``is_active`` to find.
    """
    plain = _plain(text)
    plain = _ids_pattern(tuple(ids)).sub("", plain)
    found = []
    for sentence in sentences(plain):
        words = squeeze(sentence)
        if any(character.isalnum() for character in words):
            found.append(words[:1].upper() + words[1:] if _may_begin_upper(words) else words)
    return tuple(_joined(found))


def _joined(found: list[str]) -> Iterator[str]:
    """Put a "No." before what it belongs to, and leave out a "Steps:" and a heading."""
    short = ""
    for sentence in found:
        is_heading = len(sentence.split()) == _SHORTEST and sentence[-1].isalnum()
        if sentence.endswith(":") or is_heading:
            continue
        words = f"{short}{sentence}"
        short = f"{words} " if len(words.split()) <= _SHORTEST else ""
        if not short:
            yield words
    if short:
        yield short.strip()


@lru_cache(maxsize=8)
def _ids_pattern(ids: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(map(re.escape, ids)) or r"(?!)"
    return re.compile(rf"\s*[\[(<]?\b(?:{listed})\b[\])>]?")


def is_active(sentence: str) -> bool:
    """Tell whether a sentence holds an address, a mention or an invitation of any kind.

    Addresses are the bot's to give, from the catalogue; what a post says of one is in its
    quote.  Only loopback may be named: it leads nowhere else.
    """
    return any(not _LOOPBACK.fullmatch(match.group()) for match in _ACTIVE.finditer(sentence))


def _plain(text: str) -> str:
    text = _TERMINAL.sub("", text)
    text = _REFERENCE.sub("", _IMAGE.sub("", _TAG.sub("", text)))
    text = _LINK.sub(r"\1", text)
    text = _MARKER.sub("", _FENCE.sub("", _HEADING.sub("", _QUOTE_MARK.sub("", text))))
    text = _LIST_MARK.sub("\n\n", text)  # an item is a sentence, with a full stop or without
    return visible(_shown(_EMPHASIS.sub("", text)))


def _shown(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        is_hidden = category in _HIDDEN and character not in "\n\t"
        if not is_hidden and character not in _BLANKS and marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _may_begin_upper(words: str) -> bool:
    first = words.split(" ", 1)[0]
    return first.isalpha() and first.islower()


def asks_for_secrets(sentence: str) -> bool:
    """Tell whether a sentence asks people for credentials, for money, or to open a link."""
    return _ASKS.search(sentence) is not None


def speaks_of_itself(sentence: str) -> bool:
    """Tell whether a sentence is about the model that wrote it."""
    return _ITSELF.search(sentence) is not None
