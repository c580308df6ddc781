"""Answers as cards: the answer first, then up to three sources, then how it came about.

What does not fit is one press away: see ``bot.discord.features.ask.pages``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.discord.cards.attributions import attribution, doubt, markers, passage_code, with_jump
from bot.discord.cards.cards import (
    Block,
    ButtonRow,
    Card,
    Divider,
    TextBlock,
    Tone,
    assemble,
)
from bot.discord.cards.markdown import ELLIPSIS, fit, fit_line, length, quote_block
from bot.discord.cards.staff_notes import note_line, official_blocks
from bot.discord.features.ask.buttons import Offer, button_rows
from bot.discord.features.ask.excerpts import excerpt_blocks, is_cut, shown_together
from bot.discord.words import ENGLISH, Words
from retrieval.records import (
    Answer,
    Citation,
    Outcome,
    Standing,
    Statement,
    Status,
    Verification,
)
from retrieval.text.noise import asks_nothing

EXTRACTIVE: Final = "extractive"
"""The mode of answers that no model wrote."""
ANSWER_LIMIT: Final = 1_200
QUOTE_LIMIT: Final = 280
MAX_EXCERPTS: Final = 4
"""As many as a question of several has parts; else there are no more than three."""
MAX_SOURCES: Final = 3
MAX_QUOTES_PER_SOURCE: Final = 3
MAX_MENTIONED: Final = 5
"""Further sources that are named without their quote."""
_SHORTEST_STATEMENT: Final = 60
"""A statement that would be cut to less than this is left out instead."""


@dataclass(frozen=True, slots=True)
class _Source:
    """The citations of one post, which are shown together."""

    citations: tuple[Citation, ...]

    @property
    def first(self) -> Citation:
        return self.citations[0]

    @property
    def quotes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(citation.quote for citation in self.citations))


@dataclass(frozen=True, slots=True)
class Showing:
    """What a card may offer beside the answer itself."""

    answer_id: str | None = None
    """For the buttons; None: there are none."""
    can_open_thread: bool = False
    can_ask_person: bool = False
    can_wait: bool = False
    """Whether the question may be kept until new threads answer it."""
    searched: Status | None = None
    """What was searched; said where nothing was found."""
    writer: str = ""
    """The language model that is about to write, while the card shows what there is."""


NO_BUTTONS: Final = Showing()


def render_answer(answer: Answer, showing: Showing = NO_BUTTONS, words: Words = ENGLISH) -> Card:
    """Return the card for an answer of any outcome; the same answer gives the same card.

    Args:
        answer: Any.
        showing: What the card may offer.
        words: Of those who will see it: the server's, or the asker's where it is private.
    """
    if answer.outcome is Outcome.ANSWERED and answer.mode == EXTRACTIVE and answer.statements:
        return _excerpts(answer, showing, words)
    if answer.outcome is Outcome.ANSWERED:
        return _answered(answer, showing, words)
    if answer.outcome is Outcome.CLOSEST and answer.closest:
        return _closest(answer, showing, words)
    return _not_found(answer, showing, words)


def _excerpts(answer: Answer, showing: Showing, words: Words) -> Card:
    groups = shown_together(answer)
    blocks = official_blocks(answer, words)
    blocks += excerpt_blocks(groups[:MAX_EXCERPTS], words)
    footer = f"{_footer(answer, words, left_out=0)}{_being_written(showing, words)}"
    blocks += [Divider(), TextBlock(footer)]
    offer = Offer(
        more_sources=len(groups) > MAX_EXCERPTS,
        whole_answer=any(map(is_cut, groups)),
        thread=showing.can_open_thread,
    )
    return assemble(Tone.ANSWERED, blocks, _rows(showing, offer, words))


def _answered(answer: Answer, showing: Showing, words: Words) -> Card:
    if answer.official is not None:
        return assemble(Tone.ANSWERED, *_official(answer, showing, words))
    text, shown = _answer_text(answer, words)
    left_out = len(answer.statements) - len(shown)
    sources = _sources(answer, shown)
    blocks: list[Block] = [TextBlock(text), Divider()]
    blocks += [_source_block(source, words, numbered=True) for source in sources[:MAX_SOURCES]]
    blocks.append(TextBlock(_also_cited(sources[MAX_SOURCES:], words)))
    footer = _footer(answer, words, left_out=left_out)
    blocks += [Divider(), TextBlock(f"{footer}{_being_written(showing, words)}")]
    offer = Offer(
        more_sources=len(sources) > MAX_SOURCES or any(map(_is_cut, sources)),
        whole_answer=left_out > 0 or text.endswith(ELLIPSIS) or f"{ELLIPSIS} [" in text,
        thread=showing.can_open_thread,
    )
    return assemble(Tone.ANSWERED, blocks, _rows(showing, offer, words))


def _official(
    answer: Answer, showing: Showing, words: Words
) -> tuple[list[Block], tuple[ButtonRow, ...]]:
    """Return an official answer to what the threads themselves do not answer."""
    blocks = [*official_blocks(answer, words), Divider(), TextBlock(_asked(answer.question, words))]
    return blocks, _rows(showing, Offer(thread=showing.can_open_thread), words)


def _closest(answer: Answer, showing: Showing, words: Words) -> Card:
    text = words.answer
    groups = tuple((citation,) for citation in answer.closest[:MAX_SOURCES])
    nearest = answer.closest[0]
    was_asked = nearest.asked is not None or nearest.post.standing is Standing.QUESTION
    told = text.closest_asked if was_asked else text.closest
    blocks: list[Block] = [TextBlock(f"**{text.not_answered}**\n{told}"), Divider()]
    blocks += excerpt_blocks(groups, words, with_questions=True)
    footing = f"{_footing(answer, showing, words)}{_being_written(showing, words)}"
    blocks += [Divider(), TextBlock(footing)]
    offer = Offer(
        more_sources=len(answer.closest) > MAX_SOURCES or any(map(is_cut, groups)),
        thread=showing.can_open_thread,
        tell_me=showing.can_wait,
        person=showing.can_ask_person,
        is_answered=False,
    )
    return assemble(Tone.CLOSEST, blocks, _rows(showing, offer, words))


def _not_found(answer: Answer, showing: Showing, words: Words) -> Card:
    text = words.answer
    if asks_nothing(answer.question):
        return assemble(Tone.NOT_FOUND, [TextBlock(text.asks_nothing)])
    blocks = [
        TextBlock(f"**{text.nothing_found}**\n{text.not_found}"),
        TextBlock(_footing(answer, showing, words)),
    ]
    offer = Offer(tell_me=showing.can_wait, person=showing.can_ask_person, is_answered=False)
    return assemble(Tone.NOT_FOUND, blocks, _rows(showing, offer, words))


def _rows(showing: Showing, offer: Offer, words: Words) -> tuple[ButtonRow, ...]:
    return () if showing.answer_id is None else button_rows(showing.answer_id, offer, words)


def _footing(answer: Answer, showing: Showing, words: Words) -> str:
    """Return the question, and what was searched for it."""
    lines = [_asked(answer.question, words), _searched(showing.searched, words)]
    lines += [f"-# {line}" for line in _noted(answer, words)]
    if answer.mode != EXTRACTIVE:
        told = words.answer.read_in_vain.format(writer=fit_line(answer.mode, 60))
        lines.append(f"-# {told}")
    return "\n".join(line for line in lines if line)


def _being_written(showing: Showing, words: Words) -> str:
    writer = fit_line(showing.writer, 60)
    return f"\n-# {words.answer.being_written.format(writer=writer)}" if writer else ""


def _searched(status: Status | None, words: Words) -> str:
    if status is None:
        return ""
    text = words.answer
    counts = {
        "threads": words.count(text.threads, status.threads),
        "passages": words.count(text.passages, status.passages),
    }
    if status.newest_post_at is None:
        return f"-# {text.searched.format(**counts)}"
    date = status.newest_post_at.date().isoformat()
    return f"-# {text.searched_until.format(**counts, date=date)}"


def _answer_text(answer: Answer, words: Words) -> tuple[str, tuple[Statement, ...]]:
    """Return the answer in at most 1,200 characters, and the statements that it shows."""
    if not answer.statements:
        return fit(answer.text, ANSWER_LIMIT) or words.answer.empty, ()
    lines: list[str] = []
    left = ANSWER_LIMIT
    for shown, statement in enumerate(answer.statements):
        marker = f" {markers(statement.citations)}" if statement.citations else ""
        marker += doubt(statement, words)
        room = left - length(marker)
        if shown and room < min(_SHORTEST_STATEMENT, length(fit(statement.text, ANSWER_LIMIT))):
            return "\n".join(lines), answer.statements[:shown]
        line = f"{fit(statement.text, max(room, 0))}{marker}"
        lines.append(line)
        left -= length(line) + 1
    return "\n".join(lines), answer.statements


def _sources(answer: Answer, shown: Sequence[Statement]) -> tuple[_Source, ...]:
    """Return what the shown statements cite, in the order of first mention, post by post."""
    if not shown:
        return _by_post(answer.citations)
    by_number = {citation.n: citation for citation in answer.citations}
    numbers = dict.fromkeys(n for statement in shown for n in statement.citations)
    return _by_post(by_number[n] for n in numbers if n in by_number)


def _by_post(citations: Iterable[Citation]) -> tuple[_Source, ...]:
    posts: dict[str, list[Citation]] = {}
    for citation in citations:
        posts.setdefault(citation.post.id, []).append(citation)
    return tuple(_Source(tuple(group)) for group in posts.values())


def _source_block(source: _Source, words: Words, *, numbered: bool) -> Block:
    first = source.first
    quotes = source.quotes[:MAX_QUOTES_PER_SOURCE]
    share = QUOTE_LIMIT // len(quotes) - 1
    shown = [fit(quote, share, render=quote_block, max_lines=8) for quote in quotes]
    numbers = f"{markers(tuple(c.n for c in source.citations))} " if numbered else ""
    credit = attribution(first.post, first.thread, first.passage.kind, words)
    said = note_line(first.staff, words)
    lines = [*shown, f"-# {numbers}{credit}", said]
    text = "\n".join(line for line in lines if line)
    return with_jump(text, first.post, first.thread, first.passage, words)


def _is_cut(source: _Source) -> bool:
    """Tell whether the card shows less of a source than the answer cites."""
    quotes = source.quotes
    share = QUOTE_LIMIT // min(len(quotes), MAX_QUOTES_PER_SOURCE) - 1
    return len(quotes) > MAX_QUOTES_PER_SOURCE or any(
        fit(quote, share, render=quote_block, max_lines=8) != quote_block(quote.strip())
        for quote in quotes
    )


def _also_cited(sources: Sequence[_Source], words: Words) -> str:
    if not sources:
        return ""
    lines = [
        f"-# {markers(tuple(c.n for c in source.citations))} "
        f"{fit_line(source.first.post.author or '', 40) or words.room.unknown_author} · "
        f"{passage_code(source.first.passage.id)}"
        for source in sources[:MAX_MENTIONED]
    ]
    if len(sources) > MAX_MENTIONED:
        lines.append(f"-# {words.answer.and_more.format(n=len(sources) - MAX_MENTIONED)}")
    return "\n".join([f"-# {words.answer.also_cited}", *lines])


def _footer(answer: Answer, words: Words, *, left_out: int) -> str:
    text = words.answer
    lines = [_asked(answer.question, words)]
    lines += [f"-# {line}" for line in _noted(answer, words)]
    if answer.statements and left_out > 0:
        lines.append(f"-# {words.count(text.left_out, left_out)}")
    if answer.mode == EXTRACTIVE:
        lines += [f"-# {text.unanswered.format(part=fit_line(p, 120))}" for p in answer.unanswered]
        lines.append(f"-# {text.quoted}")
        if answer.fallback:
            lines.append(f"-# {text.fallback.format(why=fit_line(answer.fallback, 160))}")
    else:
        lines += [f"-# {line}" for line in _written(answer, words)]
    return "\n".join(line for line in lines if line)


def _noted(answer: Answer, words: Words) -> Iterator[str]:
    """Yield what somebody should know of how their question was read."""
    for note in answer.notes[:MAX_MENTIONED]:
        people = ", ".join(fit_line(one, 60) for one in note.people[:MAX_MENTIONED])
        more = " …" if len(note.people) > MAX_MENTIONED else ""
        about = fit_line(note.about, 60)
        yield words.answer.notes[note.kind].format(about=about, people=people + more)


def _written(answer: Answer, words: Words) -> Iterator[str]:
    """Yield who wrote an answer, what was confirmed of it, and what its mark stands for."""
    text, counts = words.answer, answer.verification or Verification()
    told = text.unconfirmed
    if counts.confirmed or counts.partly:
        total = counts.shown - counts.quoted
        told = text.confirmed[total != 1].format(n=counts.confirmed, total=total)
    dropped = f" {words.count(text.dropped, counts.dropped)}" if counts.dropped else ""
    is_all_quoted = counts.shown == counts.quoted
    writer = text.written.format(writer=fit_line(answer.mode, 60))
    yield f"{text.quoted}{dropped}" if is_all_quoted else f"{writer} {told}{dropped}"
    if counts.partly or counts.unconfirmed:
        yield text.doubt


def _asked(question: str, words: Words) -> str:
    asked = fit_line(question, 200)
    return f"-# {words.answer.asked.format(question=asked)}" if asked else ""
