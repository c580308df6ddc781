"""All settings: those of the core, and those of the bot."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from bot.discord_app.settings import DiscordSettings
from retrieval.errors import ConfigurationError
from retrieval.settings import Settings


class BotSettings(Settings):
    """What ``FOOTNOTE_*`` variables and ``.env`` may set."""

    discord: DiscordSettings = DiscordSettings()


def load_settings(**overrides: Path) -> BotSettings:
    """Return the settings from the environment and ``.env``, ``overrides`` first.

    Raises:
        ConfigurationError: naming the first variable that is wrong.
    """
    try:
        return BotSettings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        first = error.errors()[0]
        name = "FOOTNOTE_" + "__".join(map(str, first["loc"])).upper()
        raise ConfigurationError(f"{name}: {first['msg']}. Correct it and start again.") from error
