"""The buttons under an answer: what each is called, and how it is known again after a restart.

A custom id holds the action, the answer's id and, for a page, its number: everything else is
looked up when the button is pressed (``bot.community.answers_shown``).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import discord
from discord import ui

from bot.discord.cards.cards import ActionButton, ButtonRow
from bot.discord.cards.views import lasting_button
from bot.discord.words import Words

GOOD_EMOJI: Final = "👍"
BAD_EMOJI: Final = "👎"

_FORM: Final = r"answer:(?P<action>[a-z]+):(?P<answer>[\w-]{12})(?::(?P<page>\d{1,3}))?"


class Action(StrEnum):
    """What a button does."""

    MORE_SOURCES = "more"
    WHOLE_ANSWER = "whole"
    WHY = "why"
    FOLLOW_UP = "ask"
    THREAD = "thread"
    TELL_ME = "wait"
    PERSON = "person"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button, or a submitted form, of an answer."""

    action: Action
    answer_id: str
    page: int | None = None
    """From 0, where the button turns pages; None where it opens something."""

    @property
    def custom_id(self) -> str:
        """What stands for it in Discord."""
        page = "" if self.page is None else f":{self.page}"
        return f"answer:{self.action}:{self.answer_id}{page}"

    @classmethod
    def parse(cls, custom_id: str) -> Press | None:
        """Return what a custom id stands for; None when it is none of an answer's."""
        match = re.fullmatch(_FORM, custom_id)
        if match is None or match["action"] not in {action.value for action in Action}:
            return None
        page = None if match["page"] is None else int(match["page"])
        return cls(Action(match["action"]), match["answer"], page)


@dataclass(frozen=True, slots=True)
class Offer:
    """Which buttons make sense under an answer, beside those that always do."""

    more_sources: bool = False
    whole_answer: bool = False
    thread: bool = False
    tell_me: bool = False
    person: bool = False
    """Whether staff have a channel where questions can be passed on."""
    is_answered: bool = True


def button_rows(answer_id: str, offer: Offer, words: Words) -> tuple[ButtonRow, ...]:
    """Return the buttons below an answer."""

    def button(action: Action, label: str, emoji: str | None = None) -> ActionButton:
        return ActionButton(label, Press(action, answer_id).custom_id, emoji)

    text = words.answer
    first = [
        button(Action.WHY, text.why),
        button(Action.FOLLOW_UP, text.follow_up if offer.is_answered else text.ask_again),
        button(Action.GOOD, "", GOOD_EMOJI),
        button(Action.BAD, "", BAD_EMOJI),
    ]
    if offer.more_sources:
        first.insert(0, button(Action.MORE_SOURCES, text.more_sources))
    second = []
    if offer.whole_answer:
        second.append(button(Action.WHOLE_ANSWER, text.whole_answer))
    if offer.tell_me:
        second.append(button(Action.TELL_ME, text.tell_me))
    if offer.person:
        second.append(button(Action.PERSON, words.gaps.ask_person))
    if offer.thread:
        second.append(button(Action.THREAD, text.thread))
    return tuple(first), tuple(second)


def page_row(press: Press, pages: int, words: Words) -> ButtonRow:
    """Return the buttons that turn to the pages before and after that of ``press``."""
    page = press.page or 0
    row = []
    if page > 0:
        before = Press(press.action, press.answer_id, page - 1)
        row.append(ActionButton(words.room.previous_page, before.custom_id))
    if page < pages - 1:
        after = Press(press.action, press.answer_id, page + 1)
        row.append(ActionButton(words.room.next_page, after.custom_id))
    return tuple(row)


def answer_button(
    on_press: Callable[[discord.Interaction[Any], Press], Awaitable[None]],
) -> type[ui.DynamicItem[ui.Button[Any]]]:
    """Return the class that discord.py asks about buttons on messages old and new.

    Args:
        on_press: Is told of each press; must not raise.
    """

    async def pass_on(interaction: discord.Interaction[Any], custom_id: str) -> None:
        press = Press.parse(custom_id)
        if press is not None:
            await on_press(interaction, press)

    return lasting_button(_FORM, pass_on)
