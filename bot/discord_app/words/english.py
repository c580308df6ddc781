"""English."""

from __future__ import annotations

from typing import Final

from bot.discord_app.words import lately
from bot.discord_app.words.shape import DeskWords, Words

ENGLISH: Final = Words(
    tag="en",
    name="English",
    seconds="{n} s",
    minutes="{n} min",
    hours="{n} h",
    desk=DeskWords(
        unknown_base="There is no such knowledge base here; `/help` lists those that there are.",
        nothing_visible="There is no knowledge base to ask here.",
        not_in_this_channel="I do not answer in this channel; `/help` says where I do.",
        pace="That was a lot of questions at once; please wait {wait}.",
        person_day="You have used up your questions for now; the next one is free in {wait}.",
        guild_day="This server has used up its questions for now; the next is free in {wait}.",
    ),
    lately=lately.ENGLISH,
)
