"""What the bot says to staff, and of what staff decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StaffWords:
    """Braces are filled in by ``str.format``; a pair is for one and for several."""

    menus: Mapping[str, str]
    """Commands in a message's menu, by ``RulingKind``'s values; at most 32 characters."""
    staff: str
    """Stands for whoever decided, where that is forgotten."""
    official: str
    """The title over an official answer."""
    given: str
    """``{name}``, ``{date}``: under it, and then the next two."""
    until: str
    """``{date}``"""
    given_for: str
    """``{question}``"""
    threads_say: str
    """Between an official answer and what the threads say."""
    marked: str
    """``{name}``, ``{date}``: on an answer's card, and so are the next three."""
    outdated: str
    outdated_because: str
    """``{name}``, ``{date}``, ``{text}``"""
    replaces: str
    staff_only: str
    may_not_rule: str
    not_granted: str
    """``{name}`` and ``{guild}``: for an administrator whose server may not add."""
    unknown_message: str
    which: str
    """Over the posts that a decision may be about."""
    hide_what: str
    hide_passage: str
    """A button, and so are the next six; at most 80 characters."""
    hide_post: str
    hide_author: str
    """``{name}``"""
    this_one: str
    """``{n}``, ``{name}``"""
    undo: str
    newer: str
    older: str
    decided: str
    """A button of ``/config``."""
    done: Mapping[str, str]
    """By ``RulingKind``'s values."""
    can_undo: str
    no_rulings: str
    rulings_title: str
    """``{name}``: of the knowledge base."""
    kinds: Mapping[str, str]
    """By ``RulingKind``'s values, over one decision in the list."""
    subjects: Mapping[str, str]
    """By ``Subject``'s values."""
    outdated_title: str
    """At most 45 characters, and so are the next eight: titles of forms and their fields."""
    replaced_label: str
    replaced_hint: str
    """At most 100 characters, and so are the next two."""
    official_title: str
    questions_label: str
    questions_hint: str
    text_label: str
    text_hint: str
    days_label: str
    days_hint: str
    wrong_days: str
