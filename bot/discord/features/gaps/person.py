"""*Ask a person*: a question that was not answered goes to the channel of staff, once."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from bot.community.answers_shown import ShownAnswer
from bot.community.gaps import Gaps
from bot.discord.admission.desk import Admission
from bot.discord.cards.cards import Block, Card, TextBlock, Tone, assemble
from bot.discord.cards.markdown import fit_line
from bot.discord.cards.responses import Interaction, acknowledge, send_card, show_text
from bot.discord.cards.safe_markdown import fit_quoted
from bot.discord.errors import RefusedError
from bot.discord.features.gaps.card import Action, Press
from bot.discord.features.gaps.weekly import staff_channel
from bot.discord.words import Words

_QUESTION_LIMIT = 1_500


async def ask_person(
    interaction: Interaction,
    client: discord.Client,
    gaps: Gaps,
    shown: ShownAnswer,
    admission: Admission,
) -> None:
    """Pass a question on, and say so to whoever pressed.

    Raises:
        RefusedError: if there is nowhere to pass it on to, or it is another's private question.
    """
    words, settings = admission.words, admission.settings
    guild_id = admission.asker.place.guild_id
    channel = staff_channel(client, guild_id, settings.staff_channel)
    is_anothers = shown.is_private and shown.asker_id != admission.asker.user_id
    if channel is None or guild_id is None or is_anothers:
        raise RefusedError(words.gaps.not_passed)
    await acknowledge(interaction, private=True)
    if not await asyncio.to_thread(gaps.pass_on, shown.id, guild_id):
        await show_text(interaction, words.gaps.passed_before)
        return
    card = passed_card(interaction.user.display_name, shown, admission.public_words)
    try:
        await send_card(channel, card)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        await asyncio.to_thread(gaps.not_passed_on, shown.id)
        raise RefusedError(words.gaps.not_passed) from error
    await show_text(interaction, words.gaps.passed_on)


def passed_card(name: str, shown: ShownAnswer, words: Words) -> Card:
    """Return a question with what was asked before it and where, for staff to answer."""
    who = words.gaps.wants.format(name=fit_line(name, 60))
    blocks: list[Block] = [TextBlock(f"**{who}**")]
    before = "\n".join(f"-# {fit_line(each, 200)}" for each in shown.history)
    blocks.append(TextBlock(before))
    blocks.append(TextBlock(fit_quoted(shown.answer.question, _QUESTION_LIMIT)))
    blocks += [TextBlock(f"-# {fit_line(c.quote, 160)}") for c in shown.answer.closest[:2]]
    where = f"<#{shown.channel_id}>"
    if not shown.is_private:
        blocks.append(TextBlock(words.gaps.kept.format(where=where)))
    answer = Press(Action.ANSWER, shown.knowledge_base, shown.id)
    rows = () if shown.is_private else ((answer.labelled(words.staff.official),),)
    return assemble(Tone.CLOSEST, blocks, rows)
