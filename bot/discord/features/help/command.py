"""``/help``: what the bot knows here, how to ask it, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from discord import app_commands
from discord.ext import commands

from bot.access.limits import Limit
from bot.access.rules import Surface
from bot.discord.admission.askers import Asker
from bot.discord.admission.desk import Desk
from bot.discord.cards.cards import Block, Card, Divider, TextBlock, Tone, assemble
from bot.discord.cards.markdown import fit_line
from bot.discord.cards.responses import Interaction, acknowledge, show_card
from bot.discord.errors import explain
from bot.discord.words import ENGLISH, Words, words_for
from retrieval.errors import FootnoteError
from retrieval.records import Status

MAX_BASES: Final = 8
MAX_CHANNELS: Final = 20
_WORDS: Final = ENGLISH.commands["help"]


@dataclass(frozen=True, slots=True)
class Overview:
    """What somebody can be told about a place."""

    bases: tuple[Status | str, ...]
    """What each visible knowledge base holds, or why that cannot be said."""
    hidden_bases: int
    """How many more there are than are listed."""
    channels: tuple[int, ...]
    left: dict[Limit, int]
    retention_days: int
    remembers_questions: bool
    may_configure: bool

    @property
    def language_models(self) -> tuple[str, ...]:
        """Who puts the answers into words, where that is a language model."""
        models = [base.language_model for base in self.bases if isinstance(base, Status)]
        return tuple(sorted({model for model in models if model}))


class Helping(commands.Cog):
    """Explains the bot."""

    def __init__(self, desk: Desk, *, retention_days: int) -> None:
        self._desk = desk
        self._retention_days = retention_days

    @app_commands.command(name=_WORDS.name, description=_WORDS.description)
    async def help(self, interaction: Interaction) -> None:
        """Explain the bot, privately."""
        await acknowledge(interaction, private=True)
        asker = await self._desk.meet(interaction)
        overview = await self._overview(asker)
        await show_card(interaction, help_card(overview, words_for(asker.locale)))

    async def _overview(self, asker: Asker) -> Overview:
        place = asker.place
        self._desk.admit(asker, Surface.HELP)
        settings, visible = self._desk.settings_of(place), self._desk.visible(asker)
        return Overview(
            bases=tuple([await self._status(asker, name) for name in visible[:MAX_BASES]]),
            hidden_bases=len(visible[MAX_BASES:]),
            channels=settings.answer_channels,
            left=self._desk.limits.left(asker.user_id, place.guild_id),
            retention_days=self._retention_days,
            remembers_questions=settings.remembers_questions,
            may_configure=asker.may_manage,
        )

    async def _status(self, asker: Asker, name: str) -> Status | str:
        try:
            admission = self._desk.admit(asker, Surface.HELP, knowledge_base=name)
            return await admission.librarian.look_up(lambda known: known.status())
        except FootnoteError as error:
            return explain(error, words_for(asker.locale))


def help_card(overview: Overview, words: Words) -> Card:
    """Return the card of ``/help``."""
    text = words.help
    lines = [f"**{text.bases}**", *(_base_line(base, words) for base in overview.bases)]
    if overview.hidden_bases:
        lines.append(words.room.more.format(n=overview.hidden_bases))
    blocks: list[Block] = [
        TextBlock(text.intro),
        TextBlock(text.how),
        Divider(),
        TextBlock("\n".join(lines)),
        TextBlock(_channels_line(overview.channels, words)),
        Divider(),
        TextBlock("\n".join(_small_print(overview, words))),
    ]
    return assemble(Tone.SOURCE, blocks)


def _base_line(base: Status | str, words: Words) -> str:
    if isinstance(base, str):
        return base
    name = fit_line(base.knowledge_base, 60)
    if not base.posts:
        return words.help.empty.format(name=name)
    counts = {"threads": words.number(base.threads), "posts": words.number(base.posts)}
    line = words.help.base.format(name=name, **counts)
    if base.newest_post_at is not None:
        date = base.newest_post_at.date().isoformat()
        line += f", {words.help.newest.format(date=date)}"
    return line


def _channels_line(channels: tuple[int, ...], words: Words) -> str:
    if not channels:
        return ""
    shown = " ".join(f"<#{channel}>" for channel in channels[:MAX_CHANNELS])
    more = words.room.more.format(n=len(channels) - MAX_CHANNELS)
    return words.help.channels.format(
        channels=shown if len(channels) <= MAX_CHANNELS else f"{shown} {more}"
    )


def _small_print(overview: Overview, words: Words) -> list[str]:
    text, left = words.help, overview.left
    day = min(left[Limit.PERSON_DAY], left.get(Limit.GUILD_DAY, left[Limit.PERSON_DAY]))
    lines = [
        text.left.format(now=min(left[Limit.PACE], day), day=day),
        text.privacy.format(days=overview.retention_days),
    ]
    lines += [text.model.format(model=fit_line(name, 60)) for name in overview.language_models]
    if overview.remembers_questions:
        lines.append(text.remembers)
    if overview.may_configure:
        lines.append(text.configure)
    return [f"-# {line}" for line in lines]
