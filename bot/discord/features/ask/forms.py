"""The forms behind an answer's buttons, and how a sent one is read without having opened it."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import ui

from bot.community.feedback import Rating
from bot.discord.cards.markdown import fit_label
from bot.discord.cards.responses import Interaction
from bot.discord.cards.sent_forms import inputs
from bot.discord.features.ask.buttons import Press
from bot.discord.words import Words
from retrieval.records import Answer

MAX_QUESTION: Final = 1_000
MAX_REASON: Final = 1_000
_TEXT: Final = "text"
_VERDICT: Final = "verdict"


class FollowUpForm(ui.Modal):
    """Asks for a question that leans on an answer."""

    def __init__(self, press: Press, answer: Answer, words: Words) -> None:
        super().__init__(title=words.talk.follow_up_title, custom_id=press.custom_id)
        text: ui.TextInput[Any] = ui.TextInput(
            custom_id=_TEXT, style=discord.TextStyle.paragraph, max_length=MAX_QUESTION
        )
        about = fit_label(answer.question, 100) or None
        self.add_item(ui.Label(text=words.talk.follow_up_label, description=about, component=text))


class RatingForm(ui.Modal):
    """Asks what is wrong with an answer, and says who will read it."""

    def __init__(self, press: Press, words: Words, *, is_told_on: bool) -> None:
        talk = words.talk
        super().__init__(title=talk.verdict_title, custom_id=press.custom_id)
        options = [
            discord.SelectOption(label=talk.verdicts[verdict.value], value=verdict.value)
            for verdict in Rating
            if verdict is not Rating.GOOD
        ]
        verdict: ui.Select[Any] = ui.Select(custom_id=_VERDICT, options=options)
        reason: ui.TextInput[Any] = ui.TextInput(
            custom_id=_TEXT,
            style=discord.TextStyle.paragraph,
            max_length=MAX_REASON,
            required=False,
        )
        seen_by = talk.reason_told_on if is_told_on else None
        self.add_item(ui.Label(text=talk.verdict_label, component=verdict))
        self.add_item(ui.Label(text=talk.reason_label, description=seen_by, component=reason))


def submitted(interaction: Interaction) -> tuple[str, Rating | None]:
    """Return the text and the verdict of a sent form, whichever process opened it."""
    text, verdict = "", None
    for component in inputs(dict(interaction.data or {})):
        if component["custom_id"] == _TEXT:
            text = str(component.get("value") or "")
        elif component["custom_id"] == _VERDICT:
            known = [value for value in component.get("values") or [] if value in set(Rating)]
            verdict = Rating(known[0]) if known else None
    return text, verdict
