"""A draft for staff, and its buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import discord
from discord import ui

from bot.discord.cards.attributions import jumping, thread_name
from bot.discord.cards.cards import (
    ActionButton,
    Block,
    Card,
    TextBlock,
    Tone,
    assemble,
    safe_url,
)
from bot.discord.cards.markdown import fit_line
from bot.discord.cards.safe_markdown import safe_markdown
from bot.discord.features.ask.card import render_answer
from bot.discord.words import Words
from retrieval.records import Answer, ThreadHit

TEMPLATE: Final = (
    r"fn:draft:(?P<action>[a-z]+):(?P<answer>[\w-]{12}):(?P<channel>\d{1,20}):(?P<message>\d{1,20})"
)
MOST_SIMILAR: Final = 3
TEXT: Final = "text"
_MOST_TEXT: Final = 1_800


class Action(StrEnum):
    """What a button under a draft, or the form behind one, does."""

    POST = "post"
    EDIT = "edit"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button, or the sent form."""

    action: Action
    answer_id: str
    channel_id: int
    message_id: int
    """The question's."""

    @property
    def custom_id(self) -> str:
        """What stands for it in Discord."""
        return f"fn:draft:{self.action}:{self.answer_id}:{self.channel_id}:{self.message_id}"

    @classmethod
    def parse(cls, custom_id: str) -> Press | None:
        """Return what a custom id stands for; None when it is none of a draft's."""
        match = re.fullmatch(TEMPLATE, custom_id)
        if match is None or match["action"] not in {action.value for action in Action}:
            return None
        numbers = int(match["channel"]), int(match["message"])
        return cls(Action(match["action"]), match["answer"], *numbers)


def draft_card(answer: Answer, question: discord.Message, answer_id: str, words: Words) -> Card:
    """Return an answer as staff see it before anybody else does."""
    text = words.forum
    where = text.draft.format(where=f"<#{question.channel.id}>")
    card = render_answer(answer, words=words)
    headline = jumping(f"**{where}**", safe_url(question.jump_url), words)
    labels = {Action.POST: text.post_it, Action.EDIT: text.edit, Action.DISMISS: text.dismiss}
    row = tuple(
        ActionButton(label, Press(action, answer_id, question.channel.id, question.id).custom_id)
        for action, label in labels.items()
    )
    return assemble(card.tone, [headline, *card.blocks], [row])


def done_card(answer: Answer, told: str, words: Words) -> Card:
    """Return a draft of which something has become."""
    card = render_answer(answer, words=words)
    return assemble(card.tone, [TextBlock(f"**{told}**"), *card.blocks])


def edited_card(text: str, name: str, words: Words) -> Card:
    """Return a text of staff's own as an answer."""
    by = words.forum.by_staff.format(name=fit_line(name, 60))
    return assemble(Tone.ANSWERED, [TextBlock(safe_markdown(text)), TextBlock(by)])


def similar_card(threads: Sequence[ThreadHit], words: Words) -> Card | None:
    """Return threads about something like a question that has no answer; None without any."""
    blocks: list[Block] = [
        jumping(thread_name(each.thread), safe_url(each.thread.url, each.opening.url), words)
        for each in threads[:MOST_SIMILAR]
    ]
    if not blocks:
        return None
    return assemble(Tone.SOURCE, [TextBlock(f"**{words.forum.similar}**"), *blocks])


class EditForm(ui.Modal):
    """Asks for a text in the place of a draft."""

    def __init__(self, press: Press, text: str, words: Words) -> None:
        super().__init__(title=words.forum.edit_title, custom_id=press.custom_id)
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=TEXT,
            style=discord.TextStyle.paragraph,
            max_length=_MOST_TEXT,
            default=text[:_MOST_TEXT] or None,
        )
        self.add_item(ui.Label(text=words.forum.edit_label, component=field))
