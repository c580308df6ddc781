"""All settings: those of the core, and those of the bot."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from bot.discord.settings import DiscordSettings
from bot.variables import (
    PREFIX,
    Given,
    check_json,
    check_names,
    explained,
    given_variables,
    variables,
)
from retrieval.settings import DOTENV, Settings


class BotSettings(Settings):
    """What ``FOOTNOTE_*`` variables and ``.env`` may set."""

    discord: DiscordSettings = DiscordSettings()


def load_settings(**overrides: Path) -> BotSettings:
    """Return the settings from the environment and ``.env``, ``overrides`` first.

    Raises:
        ConfigurationError: naming a variable that there is not, or the first that is wrong.
    """
    known, given = variables(BotSettings), given_variables(DOTENV)
    check_names(given, known)
    check_json(given, known)
    given |= {
        f"{PREFIX}{name.upper()}": Given(str(value), "the command line")
        for name, value in overrides.items()
    }
    try:
        return BotSettings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        raise explained(error.errors()[0], given, known) from error
