"""A source as a card: the passage in full and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.discord_app.cards import Block, Card, Divider, TextBlock, Tone, assemble
from bot.discord_app.markdown import fit, fit_label, fit_line, quote_block
from bot.discord_app.render import attribution, passage_code, thread_name, with_jump
from retrieval.domain import Passage, Place, Post, SourceView, Suggestion, TextKind

PASSAGE_LIMIT: Final = 1_400
NEIGHBOUR_LIMIT: Final = 200
MAX_REPLIES: Final = 3
MAX_PLACES: Final = 4
CHOICE_LIMIT: Final = 100


def render_source(view: SourceView) -> Card:
    """Return the card of a passage: who said it, its words, its surroundings."""
    credit = attribution(view.post, view.thread, view.passage.kind)
    blocks: list[Block] = [
        with_jump(f"-# {credit}", view.post, view.thread, view.passage),
        TextBlock(_neighbour("Just before", view.before[-1:])),
        TextBlock(fit(view.passage.text, PASSAGE_LIMIT, render=quote_block)),
        TextBlock(_neighbour("Just after", view.after[:1])),
        Divider(),
        TextBlock(_in_reply_to(view.in_reply_to)),
        TextBlock(_replies(view.replies)),
        TextBlock(_also_in(view.also_in)),
    ]
    return assemble(Tone.SOURCE, blocks)


def suggestion_label(suggestion: Suggestion) -> str:
    """Return a suggestion as the name of a choice: at most 100 characters, never empty."""
    who = fit_label(suggestion.author or suggestion.thread_title or "", 40)
    words = fit_label(suggestion.text, CHOICE_LIMIT)
    label = f"{who}: {words}" if who and words else who or words
    return fit_label(label, CHOICE_LIMIT) or fit_label(suggestion.passage_id, CHOICE_LIMIT) or "?"


def _neighbour(label: str, passages: Sequence[Passage]) -> str:
    if not passages:
        return ""
    words = fit(passages[0].text, NEIGHBOUR_LIMIT, max_lines=6)
    return f"-# {label}\n{words}" if words else ""


def _in_reply_to(post: Post | None) -> str:
    if post is None:
        return ""
    return f"-# In reply to {_name(post)}\n{_excerpt(post)}"


def _replies(posts: Sequence[Post]) -> str:
    if not posts:
        return ""
    lines = [f"-# Replies: {len(posts)}"]
    lines += [f"**{_name(post)}**\n{_excerpt(post)}" for post in posts[:MAX_REPLIES]]
    if len(posts) > MAX_REPLIES:
        lines.append(f"-# and {len(posts) - MAX_REPLIES} more")
    return "\n".join(lines)


def _also_in(places: Sequence[Place]) -> str:
    if not places:
        return ""
    lines = ["-# The same words also stand in"]
    for place in places[:MAX_PLACES]:
        verb = "quoted by " if place.kind is TextKind.QUOTE else ""
        where = f"{verb}{_name(place.post)} · {thread_name(place.thread)}"
        lines.append(f"-# {where} · {passage_code(place.passage_id)}")
    if len(places) > MAX_PLACES:
        lines.append(f"-# and {len(places) - MAX_PLACES} more")
    return "\n".join(lines)


def _name(post: Post) -> str:
    return fit_line(post.author or "", 60) or "unknown author"


def _excerpt(post: Post) -> str:
    return fit(post.text, NEIGHBOUR_LIMIT, render=quote_block, max_lines=6)
