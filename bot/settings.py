"""All settings: those of the core, and those of the bot."""

from __future__ import annotations

from bot.discord_app.settings import DiscordSettings
from retrieval.settings import Settings


class BotSettings(Settings):
    """What ``FOOTNOTE_*`` variables and ``.env`` may set."""

    discord: DiscordSettings = DiscordSettings()
