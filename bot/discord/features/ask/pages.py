"""What stands behind the buttons of an answer: all its sources, all its sentences, its trace.

Each is cut into pages that never part a source or a sentence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from bot.discord.cards.attributions import attribution, doubt, marked, passage_code, with_jump
from bot.discord.cards.cards import Block, Card, TextBlock, Tone, assemble
from bot.discord.cards.markdown import fit, fit_line, length, quote_block
from bot.discord.features.ask.buttons import Press, page_row
from bot.discord.words import ENGLISH, Words
from retrieval.records import Answer, Citation, Outcome, SourceView

SOURCES_A_PAGE: Final = 4
QUOTE_LIMIT: Final = 700
PAGE_LIMIT: Final = 3_400
STATEMENT_LIMIT: Final = 1_600
STEP_LIMIT: Final = 300

_TONES: Final = {
    Outcome.ANSWERED: Tone.ANSWERED,
    Outcome.CLOSEST: Tone.CLOSEST,
    Outcome.NOT_FOUND: Tone.NOT_FOUND,
}


def cited_on(answer: Answer, page: int) -> tuple[Citation, ...]:
    """Return the citations that a page of sources shows."""
    first = _within(page, _source_pages(answer)) * SOURCES_A_PAGE
    return _citations(answer)[first : first + SOURCES_A_PAGE]


def render_sources(
    answer: Answer, press: Press, found: Mapping[str, SourceView], words: Words = ENGLISH
) -> Card:
    """Return one page of an answer's sources.

    Args:
        answer: As it was kept.
        press: Says which page.
        found: The cited passages that are still in the threads, by id; of the others
            nothing is shown but that they are gone.
        words: The presser's.
    """
    pages = _source_pages(answer)
    page = _within(press.page or 0, pages)
    blocks: list[Block] = [
        _source(citation, found.get(citation.passage.id), words, numbered=_is_numbered(answer))
        for citation in cited_on(answer, page)
    ]
    return _page(answer, press, blocks or [TextBlock(words.talk.no_sources)], page, pages, words)


def render_whole(
    answer: Answer, press: Press, words: Words = ENGLISH, *, gone: Collection[str] = ()
) -> Card:
    """Return one page of all that an answer says.

    Args:
        answer: As it was kept.
        press: Says which page.
        words: The presser's.
        gone: Passages that have left the threads; what was said after them is not repeated.
    """
    left = {citation.n for citation in answer.citations if citation.passage.id in gone}
    lines = [
        words.talk.gone_source
        if left.intersection(statement.citations)
        else marked(fit(statement.text, STATEMENT_LIMIT), statement.citations)
        + doubt(statement, words)
        for statement in answer.statements
    ] or [words.talk.gone_source if left else fit(answer.text, PAGE_LIMIT)]
    return _lines_page(answer, press, lines if any(lines) else [words.answer.empty], words)


def render_why(answer: Answer, press: Press, words: Words = ENGLISH) -> Card:
    """Return one page of the steps behind an answer."""
    lines = [f"{n}\\. {fit_line(step, STEP_LIMIT)}" for n, step in enumerate(answer.trace, 1)]
    title = f"**{words.talk.why_title}**"
    return _lines_page(answer, press, lines or [words.talk.no_trace], words, title=title)


def _lines_page(
    answer: Answer, press: Press, lines: Sequence[str], words: Words, *, title: str = ""
) -> Card:
    chunks = _chunks(lines)
    page = _within(press.page or 0, len(chunks))
    blocks = [TextBlock(title), TextBlock("\n".join(chunks[page]))]
    return _page(answer, press, blocks, page, len(chunks), words)


def _page(
    answer: Answer, press: Press, blocks: Sequence[Block], page: int, pages: int, words: Words
) -> Card:
    number = f"-# {words.room.page.format(page=page + 1, pages=pages)}" if pages > 1 else ""
    here = Press(press.action, press.answer_id, page)
    rows = (page_row(here, pages, words),) if pages > 1 else ()
    return assemble(_TONES[answer.outcome], [*blocks, TextBlock(number)], rows)


def _source(citation: Citation, view: SourceView | None, words: Words, *, numbered: bool) -> Block:
    marker = f"[{citation.n}] " if numbered else ""
    if view is None:
        return TextBlock(f"{marker}{words.talk.gone_source}")
    quote = fit(citation.quote, QUOTE_LIMIT, render=quote_block, max_lines=16)
    credit = attribution(view.post, view.thread, view.passage.kind, words)
    code = passage_code(view.passage.id)
    text = f"{quote}\n-# {marker}{credit} · {code}"
    block = with_jump(text, view.post, view.thread, view.passage, words)
    return TextBlock(text) if isinstance(block, TextBlock) else block


def _citations(answer: Answer) -> tuple[Citation, ...]:
    return answer.citations if _is_numbered(answer) else answer.closest


def _is_numbered(answer: Answer) -> bool:
    return answer.outcome is Outcome.ANSWERED


def _source_pages(answer: Answer) -> int:
    return max(1, -(-len(_citations(answer)) // SOURCES_A_PAGE))


def _within(page: int, pages: int) -> int:
    return min(max(page, 0), pages - 1)


def _chunks(lines: Sequence[str]) -> list[list[str]]:
    """Return lines in groups that fit a page each."""
    chunks: list[list[str]] = [[]]
    size = 0
    for line in lines:
        if chunks[-1] and size + length(line) > PAGE_LIMIT:
            chunks.append([])
            size = 0
        chunks[-1].append(line)
        size += length(line) + 1
    return chunks
