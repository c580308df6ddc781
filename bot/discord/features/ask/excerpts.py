"""Excerpts on a card: each led by who wrote it, when and where, with a button to its post."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.discord.cards.attributions import attribution, jumping, passage_code
from bot.discord.cards.cards import Block, safe_url
from bot.discord.cards.markdown import fit_line
from bot.discord.cards.safe_markdown import fit_quoted
from bot.discord.cards.staff_notes import note_line
from bot.discord.words import Words
from retrieval.records import Answer, Citation, Standing, TextKind
from retrieval.text.sentences import asked_in
from retrieval.text.wording import unquoted

EXCERPT_LIMIT: Final = 900
"""Of an excerpt with its escapes, which has 600 characters but for a single long sentence."""
MAX_LINES: Final = 24
_ASKED_LIMIT: Final = 140


def excerpt_blocks(
    groups: Iterable[tuple[Citation, ...]], words: Words, *, with_questions: bool = False
) -> list[Block]:
    """Return a block for each group of citations of one post, shown one under the other.

    ``with_questions`` says what each replies to, also where its thread's title may say it.
    """
    return [_block(group, words, with_questions=with_questions) for group in groups if group]


def shown_together(answer: Answer) -> tuple[tuple[Citation, ...], ...]:
    """Return the citations of each statement: most often one, of a long table two."""
    by_number = {citation.n: citation for citation in answer.citations}
    groups = (
        tuple(by_number[n] for n in statement.citations if n in by_number)
        for statement in answer.statements
    )
    return tuple(group for group in groups if group)


def is_cut(group: tuple[Citation, ...]) -> bool:
    """Tell whether a card shows less than is cited."""
    return _quoted(group, EXCERPT_LIMIT) != _quoted(group, 10 * EXCERPT_LIMIT)


def _block(group: tuple[Citation, ...], words: Words, *, with_questions: bool) -> Block:
    first = group[0]
    credit = attribution(
        first.post, first.thread, first.passage.kind, words, first.passage.quoted_author
    )
    url = safe_url(first.post.url, first.thread.url)
    credit = credit if url else f"{credit} · {passage_code(first.passage.id)}"
    is_needed = with_questions or first.thread.is_channel or not first.thread.title
    asked = _asked(first, words) if is_needed else ""
    # Replies are shown before the questions that they answer: this one has none.
    alone = first.post.standing is Standing.QUESTION and first.post.author is not None
    left = f"-# {words.answer.never_answered}" if alone else ""
    said = note_line(first.staff, words)
    lines = [credit, said, asked, _quoted(group, EXCERPT_LIMIT), left]
    return jumping("\n".join(line for line in lines if line), url, words)


def _asked(citation: Citation, words: Words) -> str:
    asked = citation.asked
    if asked is None:
        return ""
    name = fit_line(asked.author or "", 40) or words.room.unknown_author
    question = fit_line(asked_in(asked.text), _ASKED_LIMIT)
    return f"-# {words.answer.asked_by.format(name=name, question=question)}" if question else ""


def _quoted(group: tuple[Citation, ...], limit: int) -> str:
    texts = [
        unquoted(each.quote) if each.passage.kind is TextKind.QUOTE else _fenced(each)
        for each in group
    ]
    return fit_quoted("\n".join(texts), limit, max_lines=MAX_LINES)


def _fenced(citation: Citation) -> str:
    """Return a quote, in a block of code where it was cut out of one."""
    is_inside = citation.post.text[: citation.start].count("```") % 2 == 1
    return f"```\n{citation.quote}\n```" if is_inside else citation.quote
