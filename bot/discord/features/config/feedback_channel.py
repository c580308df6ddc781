"""What people hold against answers, told in the channel that a server chose for it."""

from __future__ import annotations

import logging
from typing import Final

import aiohttp
import discord

from bot.community.answers_shown import ShownAnswer
from bot.community.feedback import Feedback
from bot.discord.admission.askers import place_of
from bot.discord.admission.desk import Admission, Desk
from bot.discord.cards.attributions import jumping
from bot.discord.cards.cards import Card, TextBlock, Tone, assemble
from bot.discord.cards.markdown import fit, fit_line, quote_block
from bot.discord.cards.responses import send_card
from bot.discord.words import Words

REASON_LIMIT: Final = 1_000
_log = logging.getLogger(__name__)


class FeedbackChannel:
    """Tells moderators of verdicts; that it cannot is logged and no business of who gave one.

    Args:
        client: Knows the channels.
        desk: Knows what may be seen in them.
    """

    def __init__(self, client: discord.Client, desk: Desk) -> None:
        self._client = client
        self._desk = desk

    async def tell(
        self,
        who: discord.User | discord.Member,
        feedback: Feedback,
        shown: ShownAnswer,
        admission: Admission,
    ) -> None:
        """Pass a verdict on where the server wants it, in the server's language.

        The question is repeated, and its message linked, only where the answer was for
        everybody and the feedback channel may see the knowledge base that was asked.
        """
        channel = self._channel(admission)
        if channel is None:
            return
        is_open = not shown.is_private and self._desk.may_be_told(
            shown.knowledge_base, place_of(channel)
        )
        card = feedback_card(
            who.display_name, feedback, shown if is_open else None, admission.public_words
        )
        try:
            await send_card(channel, card)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            _log.warning("could not pass on feedback in channel %s: %s", channel.id, error)

    def _channel(self, admission: Admission) -> discord.TextChannel | discord.Thread | None:
        wanted = admission.settings.feedback_channel
        channel = self._client.get_channel(wanted) if wanted is not None else None
        if not isinstance(channel, discord.TextChannel | discord.Thread):
            return None  # deleted, or out of the bot's sight
        # The settings of one server never reach into another.
        return channel if channel.guild.id == admission.asker.place.guild_id else None


def feedback_card(name: str, feedback: Feedback, shown: ShownAnswer | None, words: Words) -> Card:
    """Return what is said of an answer; without ``shown`` nothing is told of the question."""
    talk = words.talk
    headline = talk.feedback.format(
        name=fit_line(name, 60), verdict=talk.verdicts[feedback.verdict.value]
    )
    reason = fit(feedback.reason, REASON_LIMIT, render=quote_block, max_lines=20)
    said = "\n".join(line for line in (headline, reason) if line)
    if shown is None:
        return assemble(Tone.CLOSEST, [TextBlock(said), TextBlock(f"-# {talk.feedback_private}")])
    asked = words.answer.asked.format(question=fit_line(feedback.question, 200))
    link = _link(shown)
    text = f"-# {asked}"
    return assemble(Tone.CLOSEST, [TextBlock(said), jumping(text, link, words)])


def _link(shown: ShownAnswer) -> str | None:
    if shown.message_id is None or shown.guild_id is None:
        return None
    return f"https://discord.com/channels/{shown.guild_id}/{shown.channel_id}/{shown.message_id}"
