"""What Discord's client would act on in a text: an oracle that shares no code with the bot."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_ACTIVE = (
    r"https?://",
    r"\w+://",
    r"\]\(",
    r"<[@#:/a-z]",
    r"@(?i:everyone|here)",
    r":\w+:",
    r"\*\*|__|~~|\|\||`",
    r"discord(app)?\.(gg|com)/",
)
_ACTIVE_AT_LINE_START = r"(?m)^\s*(?:#{1,3}\s|-#\s|[-*+]\s|\d+[.)]\s|>)"
INVISIBLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


def without_escapes(text: str) -> str:
    """``text`` with every escaped character as a dot that means nothing."""
    return _ESCAPE.sub("·", text)


def unescaped(text: str) -> str:
    """``text`` as Discord shows it."""
    return _ESCAPE.sub(r"\1", text).replace("@\u200b", "@")


def active_in(text: str) -> list[str]:
    """Everything in ``text`` that Discord would act on, wherever in a line it stands."""
    bare = without_escapes(text)
    return [found[0] for pattern in _ACTIVE for found in re.finditer(pattern, bare)]


def active_lines_in(text: str) -> list[str]:
    """Every line start that Discord would take for a list, heading, quote or small print."""
    return re.findall(_ACTIVE_AT_LINE_START, without_escapes(text))


_DANGEROUS = (
    r"\w+://",
    r"\]\(",
    r"<[@#:/]",
    r"<(?:a:|t:|id:)",
    r"@(?i:everyone|here)",
    r"discord(?:app)?\.(?:gg|com)/",
)


def dangerous_in(text: str) -> list[str]:
    """Everything in ``text`` that would ping, link, invite or show what is not there."""
    bare = without_escapes(text)
    return [found[0] for pattern in _DANGEROUS for found in re.finditer(pattern, bare)]
