"""The forms behind an answer's buttons, and how a sent one is read without having opened it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import discord
from discord import ui

from bot.community.feedback import Verdict
from bot.discord_app.answer_buttons import Press
from bot.discord_app.markdown import fit_label
from bot.discord_app.responses import Interaction
from retrieval.domain import Answer

FOLLOW_UP_TITLE: Final = "Ask a follow-up"
FOLLOW_UP_LABEL: Final = "Your question"
VERDICT_TITLE: Final = "What is wrong with this answer?"
VERDICT_LABEL: Final = "It is"
REASON_LABEL: Final = "In your own words"
VERDICTS: Final = {
    Verdict.WRONG: "Wrong",
    Verdict.NOT_SUPPORTED: "Not supported by its sources",
    Verdict.OUTDATED: "Outdated",
    Verdict.OTHER: "Something else",
}
MAX_QUESTION: Final = 1_000
MAX_REASON: Final = 1_000
_TEXT: Final = "text"
_VERDICT: Final = "verdict"


class FollowUpForm(ui.Modal):
    """Asks for a question that leans on an answer."""

    def __init__(self, press: Press, answer: Answer) -> None:
        super().__init__(title=FOLLOW_UP_TITLE, custom_id=press.custom_id)
        text: ui.TextInput[Any] = ui.TextInput(
            custom_id=_TEXT, style=discord.TextStyle.paragraph, max_length=MAX_QUESTION
        )
        about = fit_label(answer.question, 100) or None
        self.add_item(ui.Label(text=FOLLOW_UP_LABEL, description=about, component=text))


class VerdictForm(ui.Modal):
    """Asks what is wrong with an answer."""

    def __init__(self, press: Press) -> None:
        super().__init__(title=VERDICT_TITLE, custom_id=press.custom_id)
        options = [
            discord.SelectOption(label=label, value=verdict.value)
            for verdict, label in VERDICTS.items()
        ]
        verdict: ui.Select[Any] = ui.Select(custom_id=_VERDICT, options=options)
        reason: ui.TextInput[Any] = ui.TextInput(
            custom_id=_TEXT,
            style=discord.TextStyle.paragraph,
            max_length=MAX_REASON,
            required=False,
        )
        self.add_item(ui.Label(text=VERDICT_LABEL, component=verdict))
        self.add_item(ui.Label(text=REASON_LABEL, component=reason))


def submitted(interaction: Interaction) -> tuple[str, Verdict | None]:
    """Return the text and the verdict of a sent form, whichever process opened it."""
    text, verdict = "", None
    for component in _inputs(dict(interaction.data or {})):
        if component["custom_id"] == _TEXT:
            text = str(component.get("value") or "")
        elif component["custom_id"] == _VERDICT:
            known = [value for value in component.get("values") or [] if value in set(Verdict)]
            verdict = Verdict(known[0]) if known else None
    return text, verdict


def _inputs(component: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what was filled in, rows and labels opened."""
    inner = [*(component.get("components") or []), component.get("component")]
    for child in inner:
        if child is None:
            continue
        if "custom_id" in child:
            yield child
        yield from _inputs(child)
