"""What a button or form about a ruling stands for, which its custom id says whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.discord.cards.cards import ActionButton

TEMPLATE: Final = (
    r"fn:rule:(?P<action>[a-z]+):(?P<base>[A-Za-z0-9_.-]{1,40}):(?P<key>[0-9A-Za-z-]{1,20})"
)
NO_KEY: Final = "-"


class Action(StrEnum):
    """What a press, or a sent form, does."""

    MARK = "mark"
    """``key`` is a post's id, and so it is for the next three."""
    HIDE_POST = "post"
    HIDE_AUTHOR = "author"
    OUTDATED = "outdated"
    HIDE_PASSAGE = "passage"
    """``key`` is a passage's id."""
    OFFICIAL = "official"
    OPEN = "open"
    """Shows the list beside the message that was pressed."""
    LIST = "list"
    """``key`` is a page, from 0."""
    UNDO = "undo"
    """``key`` is a ruling's id."""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button, or a sent form."""

    action: Action
    knowledge_base: str
    key: str = NO_KEY

    @property
    def custom_id(self) -> str:
        """What stands for it in Discord."""
        return f"fn:rule:{self.action}:{self.knowledge_base}:{self.key}"

    def labelled(self, label: str) -> ActionButton:
        """Return the button."""
        return ActionButton(label, self.custom_id)

    @classmethod
    def parse(cls, custom_id: str) -> Press | None:
        """Return what a custom id stands for; None when it is none of these."""
        match = re.fullmatch(TEMPLATE, custom_id)
        if match is None or match["action"] not in {action.value for action in Action}:
            return None
        return cls(Action(match["action"]), match["base"], match["key"])
