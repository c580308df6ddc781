"""The forms of staff, and what was written into them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import discord
from discord import ui

from bot.discord.errors import RefusedError
from bot.discord.features.rulings.buttons import Press
from bot.discord.words import Words

MOST_QUESTIONS: Final = 1_000
MOST_TEXT: Final = 2_000
MOST_DAYS: Final = 3_650
_TEXT: Final = "text"
_QUESTIONS: Final = "questions"
_DAYS: Final = "days"


@dataclass(frozen=True, slots=True)
class Official:
    """A sent official answer."""

    questions: str
    text: str
    expires_at: datetime | None


class OutdatedForm(ui.Modal):
    """Asks what replaces a post."""

    def __init__(self, press: Press, words: Words) -> None:
        text = words.staff
        super().__init__(title=text.outdated_title, custom_id=press.custom_id)
        field = _field(_TEXT, 500, is_long=True, is_required=False)
        hint = text.replaced_hint
        self.add_item(ui.Label(text=text.replaced_label, description=hint, component=field))


class OfficialForm(ui.Modal):
    """Asks for an official answer, the questions that it is for, and how long it holds."""

    def __init__(
        self, press: Press, words: Words, *, questions: str = "", answer: str = ""
    ) -> None:
        text = words.staff
        super().__init__(title=text.official_title, custom_id=press.custom_id)
        for label, hint, field in (
            (
                text.questions_label,
                text.questions_hint,
                _field(_QUESTIONS, MOST_QUESTIONS, is_long=True, filled=questions),
            ),
            (
                text.text_label,
                text.text_hint,
                _field(_TEXT, MOST_TEXT, is_long=True, filled=answer),
            ),
            (text.days_label, text.days_hint, _field(_DAYS, 4, is_required=False)),
        ):
            self.add_item(ui.Label(text=label, description=hint, component=field))


def replacement(fields: dict[str, str]) -> str:
    """Return what replaces an outdated post, as it was written."""
    return fields.get(_TEXT, "").strip()


def official(fields: dict[str, str], now: datetime, words: Words) -> Official:
    """Return the official answer of a sent form.

    Raises:
        RefusedError: if its days are none.
    """
    days = fields.get(_DAYS, "").strip()
    is_number = days.isascii() and days.isdigit()
    if days and not (is_number and 1 <= int(days) <= MOST_DAYS):
        raise RefusedError(words.staff.wrong_days)
    expires_at = now + timedelta(days=int(days)) if days else None
    return Official(fields.get(_QUESTIONS, ""), fields.get(_TEXT, "").strip(), expires_at)


def _field(
    custom_id: str,
    most: int,
    *,
    is_long: bool = False,
    is_required: bool = True,
    filled: str = "",
) -> ui.TextInput[Any]:
    style = discord.TextStyle.paragraph if is_long else discord.TextStyle.short
    return ui.TextInput(
        custom_id=custom_id,
        style=style,
        max_length=most,
        required=is_required,
        default=filled[:most] or None,
    )
