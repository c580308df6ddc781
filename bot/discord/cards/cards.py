"""What a reply consists of, before any of it is Discord's: a card within Discord's limits.

The limits are those of messages made of components:
https://docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from bot.discord.cards.markdown import length

CARD_LIMIT: Final = 4_000
"""Characters in all text of one message made of components; discord.py does not check it."""
COMPONENT_LIMIT: Final = 40
MESSAGE_LIMIT: Final = 2_000
"""Characters in a plain message."""
URL_LIMIT: Final = 512


class Tone(StrEnum):
    """What kind of news a card brings; shown as its colour."""

    ANSWERED = "answered"
    CLOSEST = "closest"
    NOT_FOUND = "not_found"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Markdown that is safe to show as it is."""

    text: str

    @property
    def components(self) -> int:
        """How many of Discord's components it takes."""
        return 1


@dataclass(frozen=True, slots=True)
class Divider:
    """A thin line."""

    text: str = ""

    @property
    def components(self) -> int:
        """How many of Discord's components it takes."""
        return 1


@dataclass(frozen=True, slots=True)
class LinkButton:
    """A button that opens a page; its address has passed ``safe_url``."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """Markdown with a button beside it."""

    text: str
    button: LinkButton

    @property
    def components(self) -> int:
        """How many of Discord's components it takes: itself, its text and its button."""
        return 3


Block = TextBlock | Divider | Section


@dataclass(frozen=True, slots=True)
class ActionButton:
    """A button that comes back to the bot; all that it needs is in its custom id."""

    label: str
    custom_id: str
    """At most 100 characters, and its own on each card."""
    emoji: str | None = None


ButtonRow = tuple[ActionButton, ...]
"""One to five buttons side by side."""


@dataclass(frozen=True, slots=True)
class Card:
    """A reply: blocks from top to bottom in a box with a coloured edge, buttons below it."""

    tone: Tone
    blocks: tuple[Block, ...]
    rows: tuple[ButtonRow, ...] = ()

    @property
    def length(self) -> int:
        """Characters of all its text, in UTF-16 units."""
        return sum(length(block.text) for block in self.blocks)

    @property
    def components(self) -> int:
        """Components of the whole message, the box included."""
        return 1 + _components(self.rows) + sum(block.components for block in self.blocks)


def assemble(tone: Tone, blocks: Iterable[Block], rows: Iterable[ButtonRow] = ()) -> Card:
    """Make a card of ``blocks``, leaving out those that would break a limit or say nothing."""
    kept: list[Block] = []
    shown_rows = tuple(row for row in rows if row)
    characters, components = 0, 1 + _components(shown_rows)
    for block in blocks:
        size = length(block.text)
        is_blank = not isinstance(block, Divider) and not block.text.strip()
        fits = characters + size <= CARD_LIMIT and components + block.components <= COMPONENT_LIMIT
        if fits and not is_blank:
            kept.append(block)
            characters += size
            components += block.components
    while kept and isinstance(kept[-1], Divider):
        kept.pop()
    return Card(tone, tuple(kept), shown_rows)


def _components(rows: Iterable[ButtonRow]) -> int:
    return sum(1 + len(row) for row in rows)


def plain_text(card: Card) -> str:
    """Return the card as one plain message of at most 2,000 characters.

    Whole blocks are left out where they do not fit; one that is too long by itself is cut
    between words.  Addresses stand in angle brackets, which keeps Discord from unfolding them.
    """
    text = ""
    for block in card.blocks:
        addition = block.text
        if isinstance(block, Section):
            addition = f"{addition}\n<{block.button.url}>"
        longer = f"{text}\n{addition}" if text and addition else text + addition
        if length(longer) <= MESSAGE_LIMIT:
            text = longer
        elif not text:
            text = _beginning(block.text)
    return text


def _beginning(text: str) -> str:
    """Return the start of rendered ``text`` that fits a message, never with half an escape."""
    room = text.encode("utf-16-le", "surrogatepass")[: 2 * (MESSAGE_LIMIT - 1)]
    start = room.decode("utf-16-le", "ignore")
    words = re.match(r".*\S(?=\s)", start, re.DOTALL)
    return (words[0] if words else start.rstrip("\\")) + "…"


def safe_url(*candidates: str | None) -> str | None:
    """Return the first address that a link button may open, or None.

    Only complete http and https addresses in printable ASCII without user name, of at most
    512 characters: Discord refuses a whole message for one bad address.
    """
    return next((url for url in candidates if url is not None and _is_safe(url)), None)


def _is_safe(url: str) -> bool:
    if len(url) > URL_LIMIT or any(not "!" <= character <= "~" for character in url):
        return False
    if any(character in '<>"\\^`{|}' for character in url):
        return False
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    has_host = "." in (parts.hostname or "").strip(".") or parts.hostname == "localhost"
    return (
        parts.scheme in {"http", "https"}
        and has_host
        and port_is_valid
        and "@" not in (parts.netloc)
    )
