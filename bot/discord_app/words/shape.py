"""The shape of a catalogue of words; braces are filled in by ``str.format``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.discord_app.words.lately import LatelyWords


@dataclass(frozen=True, slots=True)
class OptionWords:
    """One option of a command: at most 32 lower-case characters, and 100."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class CommandWords:
    """A slash command: at most 32 lower-case characters, and 100."""

    name: str
    description: str
    options: Mapping[str, OptionWords] = field(default_factory=dict)
    """By the option's name in the code."""


@dataclass(frozen=True, slots=True)
class DeskWords:
    """Why somebody is not answered."""

    unknown_base: str
    """The same for one that does not exist and one that may not be seen here."""
    nothing_visible: str
    not_in_this_channel: str
    pace: str
    """``{wait}``"""
    person_day: str
    """``{wait}``"""
    guild_day: str
    """``{wait}``"""


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that the bot says in one language."""

    tag: str
    """Such as ``de``."""
    name: str
    """The language's name in itself."""
    seconds: str
    """``{n}``, abbreviated, so that there is no plural; the next two likewise."""
    minutes: str
    hours: str
    desk: DeskWords
    lately: LatelyWords

    def duration(self, seconds: float) -> str:
        """Return a time in its largest whole unit, rounded up."""
        for unit, text in ((3_600, self.hours), (60, self.minutes)):
            if seconds >= unit:
                return text.format(n=-int(-seconds // unit))
        return self.seconds.format(n=-int(-seconds // 1))
