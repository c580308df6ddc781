"""What the bot says around an answer: to mentions, behind the buttons, in forms, of failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TalkWords:
    """Braces are filled in by ``str.format``."""

    menu: str
    """The command in a message's menu."""
    hint: str
    no_words: str
    may_not_write: str
    gone: str
    thanks: str
    noted: str
    thread_open: str
    """``{thread}``"""
    welcome: str
    no_threads: str
    not_kept: str
    not_here: str
    thread_name: str
    why_title: str
    no_trace: str
    gone_source: str
    no_sources: str
    follow_up_title: str
    """At most 45 characters, and so have the next four; the title of a form, then its fields."""
    follow_up_label: str
    verdict_title: str
    verdict_label: str
    reason_label: str
    reason_told_on: str
    """At most 100 characters: who will read the reason, where a channel is chosen for that."""
    verdicts: Mapping[str, str]
    """By ``Rating``'s values."""
    feedback: str
    """``{name}``, ``{verdict}``: in the channel that gets feedback."""
    feedback_private: str
    """Stands there in the place of a question that was asked privately."""


@dataclass(frozen=True, slots=True)
class FailureWords:
    """One sentence for each way to fail that is not the core's own."""

    unexpected: str
    not_permitted: str
    servers_only: str
    outdated_command: str
    timeout: str
