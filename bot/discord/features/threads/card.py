"""The threads that a search found, as a card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.discord.cards.attributions import attribution, jumping, passage_code, thread_name
from bot.discord.cards.cards import (
    Block,
    Card,
    Divider,
    TextBlock,
    Tone,
    assemble,
    safe_url,
)
from bot.discord.cards.markdown import fit, fit_line, quote_block
from bot.discord.words import Words
from retrieval.records import ThreadHit

MAX_THREADS: Final = 6
_EVIDENCE_LIMIT: Final = 240


def threads_card(about: str, threads: Sequence[ThreadHit], words: Words) -> Card:
    """Return the threads that were found, the best first, each with its best passage."""
    if not threads:
        return assemble(Tone.NOT_FOUND, [TextBlock(words.lately.no_threads_about)])
    headline = words.lately.threads_about.format(about=fit_line(about, 200))
    shown = (_thread(found, words) for found in threads[:MAX_THREADS])
    return assemble(Tone.SOURCE, [TextBlock(headline), Divider(), *shown])


def _thread(found: ThreadHit, words: Words) -> Block:
    opening, best = found.opening, found.hits[0]
    evidence = fit(best.passage.text, _EVIDENCE_LIMIT, render=quote_block, max_lines=3)
    credit = attribution(best.post, best.thread, best.passage.kind, words)
    text = "\n".join(
        [
            f"**{thread_name(found.thread)}**",
            f"-# {_opened(found, words)}",
            evidence,
            f"-# {credit} · {passage_code(best.passage.id)}",
        ]
    )
    url = safe_url(found.thread.url, opening.url)
    return jumping(text, url, words)


def _opened(found: ThreadHit, words: Words) -> str:
    """Return “opened by Ada · 2026-02-01 · 12 posts”, of which all but the last may be unknown."""
    opening = found.opening
    author = fit_line(opening.author or "", 60)
    pieces = [words.lately.opened_by.format(author=author)] if author else []
    if opening.created_at is not None:
        pieces.append(opening.created_at.date().isoformat())
    return " · ".join([*pieces, words.count(words.lately.posts, found.posts)])
