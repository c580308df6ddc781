"""Which posts a message in Discord is about: itself, or what an answer of the bot cites."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import discord

from bot.community.answers_shown import AnswersShown, ShownAnswer
from bot.discord.admission.desk import Admission
from retrieval.records import Post

MOST: Final = 5
"""A row of buttons holds no more."""
_ABOUT: Final = 80


@dataclass(frozen=True, slots=True)
class Target:
    """A post that a decision may be about."""

    post_id: str
    author: str
    about: str
    """A few of its words."""
    passage_id: str | None = None
    """The passage of it that an answer cites."""


async def shown_in(message: discord.Message, answers: AnswersShown) -> ShownAnswer | None:
    """Return the answer that a message shows; None for any other message."""
    return await asyncio.to_thread(answers.behind, message.id)


async def targets_of(
    message: discord.Message, shown: ShownAnswer | None, admission: Admission
) -> tuple[Target, ...]:
    """Return the posts that a message is about; none where it is in no thread that is known."""
    if shown is not None:
        return cited_in(shown)
    post = await admission.librarian.look_up(lambda known: known.find_post(message.jump_url))
    return () if post is None else (Target(post.id, post.author or "", about(post)),)


def cited_in(shown: ShownAnswer) -> tuple[Target, ...]:
    """Return the posts that an answer cites, each once."""
    found: dict[str, Target] = {}
    for citation in (*shown.answer.citations, *shown.answer.closest):
        post = citation.post
        words = " ".join(citation.quote.split())[:_ABOUT]
        found.setdefault(post.id, Target(post.id, post.author or "", words, citation.passage.id))
    return tuple(found.values())[:MOST]


def about(post: Post) -> str:
    """Return a few words by which people recognise a post."""
    return " ".join(post.text.split())[:_ABOUT]
