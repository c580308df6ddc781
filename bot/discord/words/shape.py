"""The shape of a catalogue of words; braces are filled in by ``str.format``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.discord.words.answer import AnswerWords
from bot.discord.words.forum import ForumWords
from bot.discord.words.gaps import GapWords
from bot.discord.words.ingest import IngestWords
from bot.discord.words.lately import LatelyWords
from bot.discord.words.learn import LearnWords
from bot.discord.words.numerals import Numerals
from bot.discord.words.staff import StaffWords
from bot.discord.words.talk import FailureWords, TalkWords


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

    @property
    def described(self) -> dict[str, str]:
        """What ``app_commands.describe`` takes: each option's description."""
        return {name: option.description for name, option in self.options.items()}


@dataclass(frozen=True, slots=True)
class DeskWords:
    """Why somebody is not answered."""

    unknown_base: str
    """The same for one that does not exist and one that may not be seen here."""
    nothing_visible: str
    not_named: str
    """``{name}`` and ``{guild}``: for the administrator of a server that nothing is granted to."""
    another_server: str
    """For the same where the bot serves one server only."""
    members_only: str
    """In a direct message of somebody who is in no server that the bot serves."""
    not_for_guests: str
    """Where somebody has brought the bot along on their own account."""
    may_not_add: str
    not_in_this_channel: str
    pace: str
    """``{wait}``"""
    person_day: str
    """``{wait}``"""
    guild_day: str
    """``{wait}``"""


@dataclass(frozen=True, slots=True)
class RoomWords:
    """The reading room: a passage in its thread.  Labels of buttons have at most 80 characters."""

    just_before: str
    just_after: str
    in_reply_to: str
    """``{name}``"""
    more: str
    """``{n}``"""
    also_in: str
    quoted_by: str
    """``{name}``"""
    unknown_author: str
    page: str
    """``{page}`` and ``{pages}``"""
    shared_by: str
    """``{name}``"""
    no_replies: str
    jump: str
    earlier: str
    later: str
    parent: str
    replies_button: str
    """``{n}``"""
    open_reply: str
    """``{n}``: its place in the list."""
    whole_thread: str
    back: str
    previous_page: str
    next_page: str
    share: str
    read_on: str
    gone: str
    thread_gone: str
    not_found: str
    may_not_share: str


@dataclass(frozen=True, slots=True)
class ConfigWords:
    """The panel of ``/config``."""

    title: str
    answer_channels: str
    everywhere: str
    """Shown where nothing is chosen."""
    mentions: str
    """``{state}``; a button, and so are the next three."""
    private: str
    quiet: str
    remembers: str
    on: str
    off: str
    knowledge_base: str
    channel_knowledge_base: str
    the_default: str
    """``{name}``"""
    as_the_server: str
    only_one: str
    """``{name}``"""
    staff_roles: str
    reingest_roles: str
    nobody: str
    language: str
    server_language: str
    feedback_channel: str
    announcement_channel: str
    staff_channel: str
    none_chosen: str
    saved: str
    administrators_only: str
    servers_only: str


@dataclass(frozen=True, slots=True)
class HelpWords:
    """``/help``."""

    intro: str
    how: str
    bases: str
    base: str
    """``{name}``, ``{threads}``, ``{posts}``"""
    newest: str
    """``{date}``"""
    empty: str
    """``{name}``"""
    channels: str
    """``{channels}``"""
    left: str
    """``{now}`` and ``{day}``"""
    privacy: str
    """``{days}``"""
    model: str
    """``{model}``"""
    remembers: str
    configure: str


@dataclass(frozen=True, slots=True)
class PrivacyWords:
    """``/forget-me``: two offers, the labels of their buttons (80 characters), what came of it."""

    about_kept: str
    delete_kept: str
    about_posts: str
    leave_out_posts: str
    are_you_sure: str
    sure: str
    not_sure: str
    posts_going: str
    posts_gone: str
    """``{n}``"""
    posts_none: str
    posts_not_gone: str
    nothing: str
    forgotten: str
    kinds: Mapping[str, str]
    """What each memory keeps, by its name."""


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
    numerals: Numerals
    desk: DeskWords
    room: RoomWords
    config: ConfigWords
    help: HelpWords
    privacy: PrivacyWords
    commands: Mapping[str, CommandWords]
    """By the command's name in the code."""
    answer: AnswerWords
    talk: TalkWords
    failures: FailureWords
    lately: LatelyWords
    ingest: IngestWords
    staff: StaffWords
    gaps: GapWords
    forum: ForumWords
    learn: LearnWords

    def number(self, number: float, decimals: int = 0) -> str:
        """Return ``number`` as the language writes it."""
        return self.numerals.number(number, decimals)

    def count(self, forms: tuple[str, str], number: int) -> str:
        """Return the form that goes with ``number``, filled in."""
        return forms[number != 1].format(n=self.number(number))

    def duration(self, seconds: float) -> str:
        """Return a time in its largest whole unit, rounded up."""
        for unit, text in ((3_600, self.hours), (60, self.minutes)):
            if seconds >= unit:
                return text.format(n=-int(-seconds // unit))
        return self.seconds.format(n=-int(-seconds // 1))
