"""German."""

from __future__ import annotations

from typing import Final

from bot.discord_app.words import lately
from bot.discord_app.words.shape import DeskWords, Words

GERMAN: Final = Words(
    tag="de",
    name="Deutsch",
    seconds="{n} s",
    minutes="{n} min",
    hours="{n} h",
    desk=DeskWords(
        unknown_base="Diese Wissensbasis gibt es hier nicht; `/help` zählt die vorhandenen auf.",
        nothing_visible="Hier gibt es keine Wissensbasis, die man fragen könnte.",
        not_in_this_channel="In diesem Kanal antworte ich nicht; `/help` sagt, wo ich es tue.",
        pace="Das waren viele Fragen auf einmal; bitte warte {wait}.",
        person_day="Deine Fragen sind für jetzt aufgebraucht; die nächste ist in {wait} frei.",
        guild_day="Die Fragen dieses Servers sind aufgebraucht; die nächste ist in {wait} frei.",
    ),
    lately=lately.GERMAN,
)
