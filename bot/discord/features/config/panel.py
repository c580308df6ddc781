"""What the panel of ``/config`` consists of, before any of it is Discord's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from bot.access.rules import Place
from bot.community.guild_settings import GuildSettings
from bot.discord.cards.markdown import fit_label
from bot.discord.words import LANGUAGES, Words

DEFAULT: Final = "-"
"""What a select sends for the first choice, "as it is by default"; no knowledge base's name."""
MAX_CHOICES: Final = 25
LABEL_LIMIT: Final = 100
_ID_PREFIX: Final = "fn:config:"


class Control(StrEnum):
    """A button or a select, by the end of its custom id."""

    ANSWER_CHANNELS = "answer_channels"
    MENTIONS = "answers_mentions"
    PRIVATE = "is_private"
    QUIET = "is_quiet_after_staff"
    REMEMBERS = "remembers_questions"
    KNOWLEDGE_BASE = "knowledge_base"
    CHANNEL_KNOWLEDGE_BASE = "channel_knowledge_base"
    STAFF_ROLES = "staff_roles"
    REINGEST_ROLES = "reingest_roles"
    LANGUAGE = "language"
    FEEDBACK_CHANNEL = "feedback_channel"
    ANNOUNCEMENT_CHANNEL = "announcement_channel"
    STAFF_CHANNEL = "staff_channel"
    ASKING_CHANNELS = "asking_channels"
    DRAFTS = "drafts_only"

    @property
    def custom_id(self) -> str:
        """The id of the component."""
        return f"{_ID_PREFIX}{self.value}"


SWITCHES: Final = (
    *(Control.MENTIONS, Control.PRIVATE, Control.QUIET, Control.REMEMBERS),
    Control.DRAFTS,
)
LISTS: Final = (
    *(Control.ANSWER_CHANNELS, Control.ASKING_CHANNELS),
    *(Control.STAFF_ROLES, Control.REINGEST_ROLES),
)
SINGLES: Final = (Control.FEEDBACK_CHANNEL, Control.ANNOUNCEMENT_CHANNEL, Control.STAFF_CHANNEL)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a select."""

    value: str
    label: str
    is_chosen: bool


def changed(
    settings: GuildSettings, control: Control, values: Sequence[str], place: Place
) -> GuildSettings:
    """Return the settings after somebody used a control.

    Args:
        settings: Before.
        control: What was used; a switch turns to the other side.
        values: What was chosen: ids, or the values of choices.
        place: Where; one setting is for this channel alone.

    Raises:
        ValueError: if ``values`` cannot come from the panel.
    """
    if control is Control.CHANNEL_KNOWLEDGE_BASE:
        return _for_channel(settings, place, _chosen(values))
    value: Any
    if control in SWITCHES:
        value = not getattr(settings, control.value)
    elif control in LISTS:
        value = tuple(map(int, values))
    elif control in SINGLES:
        value = int(values[0]) if values else None
    else:
        value = _chosen(values)
    if control is Control.LANGUAGE and value not in {None, *LANGUAGES}:
        raise ValueError(value)
    return replace(settings, **{control.value: value})


def without_deleted(
    settings: GuildSettings, channels: Collection[int], roles: Collection[int]
) -> GuildSettings:
    """Return the settings without channels and roles that are not there any more."""

    def there(channel: int | None) -> int | None:
        return channel if channel in channels else None

    bases = settings.channel_knowledge_bases
    return replace(
        settings,
        answer_channels=tuple(id_ for id_ in settings.answer_channels if id_ in channels),
        channel_knowledge_bases=tuple(pair for pair in bases if pair[0] in channels),
        staff_roles=tuple(id_ for id_ in settings.staff_roles if id_ in roles),
        reingest_roles=tuple(id_ for id_ in settings.reingest_roles if id_ in roles),
        feedback_channel=there(settings.feedback_channel),
        announcement_channel=there(settings.announcement_channel),
        staff_channel=there(settings.staff_channel),
        asking_channels=tuple(id_ for id_ in settings.asking_channels if id_ in channels),
    )


def channel_of(place: Place) -> int | None:
    """Return the channel that a channel's setting is kept for: that of a thread is its parent."""
    return place.parent_id or place.channel_id


def base_choices(
    settings: GuildSettings, visible: Sequence[str], default: str, words: Words
) -> list[Choice]:
    """Return the choices for the server's knowledge base."""
    first = Choice(
        DEFAULT,
        _label(words.config.the_default.format(name=default)),
        settings.knowledge_base is None,
    )
    return _with_names(first, visible, settings.knowledge_base)


def channel_base_choices(
    settings: GuildSettings, visible: Sequence[str], place: Place, words: Words
) -> list[Choice]:
    """Return the choices for the knowledge base of the channel where the panel stands."""
    chosen = dict(settings.channel_knowledge_bases).get(channel_of(place) or 0)
    return _with_names(Choice(DEFAULT, words.config.as_the_server, chosen is None), visible, chosen)


def language_choices(settings: GuildSettings, words: Words) -> list[Choice]:
    """Return the choices for the language of what everybody sees."""
    first = Choice(DEFAULT, words.config.server_language, settings.language is None)
    others = [Choice(tag, each.name, settings.language == tag) for tag, each in LANGUAGES.items()]
    return [first, *others]


def _chosen(values: Sequence[str]) -> str | None:
    [value] = values
    return None if value == DEFAULT else value


def _with_names(first: Choice, visible: Sequence[str], chosen: str | None) -> list[Choice]:
    fitting = [name for name in visible if len(name) <= LABEL_LIMIT][: MAX_CHOICES - 1]
    return [first, *(Choice(name, _label(name), name == chosen) for name in fitting)]


def _for_channel(settings: GuildSettings, place: Place, name: str | None) -> GuildSettings:
    channel = channel_of(place)
    if channel is None:
        raise ValueError(place)
    bases = dict(settings.channel_knowledge_bases)
    bases.pop(channel, None)
    if name is not None:
        bases[channel] = name
    return replace(settings, channel_knowledge_bases=tuple(sorted(bases.items())))


def _label(text: str) -> str:
    return fit_label(text, LABEL_LIMIT) or "?"
