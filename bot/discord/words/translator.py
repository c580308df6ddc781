"""Names and descriptions of commands in the languages that there is a catalogue for."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot.discord.words import ENGLISH, LANGUAGES, CommandWords


class CatalogueTranslator(app_commands.Translator):
    """Looks up ``Words.commands``; what stands in the code is English and stays as it is."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a name or description in ``locale``, None where there is none."""
        tag = locale.value.split("-")[0]
        if tag == "en" or tag not in LANGUAGES:
            return None
        if isinstance(context.data, app_commands.ContextMenu):
            menus = ENGLISH.staff.menus
            kind = next((kind for kind, name in menus.items() if name == string.message), None)
            return LANGUAGES[tag].staff.menus[kind] if kind else LANGUAGES[tag].talk.menu
        if context.location is Location.choice_name:
            return LANGUAGES[tag].lately.periods.get(str(context.data.value))
        return _translated(LANGUAGES[tag].commands, context.location, context.data)


def _translated(commands: Any, location: Location, data: Any) -> str | None:  # noqa: ANN401 - a union that discord.py keeps to itself
    if location in {Location.command_name, Location.command_description}:
        words: CommandWords | None = commands.get(data.qualified_name)
        if words is None:
            return None
        return words.name if location is Location.command_name else words.description
    if location in {Location.parameter_name, Location.parameter_description}:
        words = commands.get(data.command.qualified_name)
        option = words.options.get(data.name) if words is not None else None
        if option is None:
            return None
        return option.name if location is Location.parameter_name else option.description
    return None
