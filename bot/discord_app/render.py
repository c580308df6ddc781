"""Answers as cards: the answer first, then up to three sources, then how it came about.

What does not fit is one press away: see ``bot.discord_app.render_pages``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from bot.discord_app.answer_buttons import Offer, button_rows
from bot.discord_app.cards import (
    Block,
    ButtonRow,
    Card,
    Divider,
    LinkButton,
    Section,
    TextBlock,
    Tone,
    assemble,
    safe_url,
)
from bot.discord_app.markdown import ELLIPSIS, fit, fit_line, length, quote_block
from retrieval.domain import (
    Answer,
    Citation,
    Outcome,
    Passage,
    Post,
    Statement,
    Status,
    TextKind,
    Thread,
    lead_ins,
)

ANSWER_LIMIT: Final = 1_200
QUOTE_LIMIT: Final = 280
MAX_SOURCES: Final = 3
MAX_QUOTES_PER_SOURCE: Final = 3
MAX_MENTIONED: Final = 5
"""Further sources that are named without their quote."""
_SHORTEST_STATEMENT: Final = 60
_LEAD_IN_LIMIT: Final = 60
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
    can_wait: bool = False
    """Whether the question may be kept until new threads answer it."""
    searched: Status | None = None
    """What was searched; said where nothing was found."""


NO_BUTTONS: Final = Showing()


def render_answer(answer: Answer, showing: Showing = NO_BUTTONS) -> Card:
    """Return the card for an answer of any outcome; the same answer gives the same card."""
    if answer.outcome is Outcome.ANSWERED:
        return _answered(answer, showing)
    if answer.outcome is Outcome.CLOSEST and answer.closest:
        return _closest(answer, showing)
    return _not_found(answer, showing)


def attribution(post: Post, thread: Thread, kind: TextKind = TextKind.OWN) -> str:
    """Return ``author · date · thread title``, escaped, on one line.

    Words that a post repeats from elsewhere are credited as quoted by its author, never as
    the author's own.
    """
    author = fit_line(post.author or "", 60) or "unknown author"
    parts = [f"quoted by {author}" if kind is TextKind.QUOTE else author]
    if post.created_at is not None:
        parts.append(post.created_at.date().isoformat())
    parts.append(thread_name(thread))
    return " · ".join(part for part in parts if part)


def thread_name(thread: Thread) -> str:
    """Return the thread's title, or its file's name, escaped, on one line."""
    return fit_line(thread.title or "", 80) or fit_line(PurePosixPath(thread.file).name, 80)


def passage_code(passage_id: str) -> str:
    """Return ``/source`` with a passage's id as code, to be copied."""
    plain = "".join(c for c in passage_id if c.isascii() and (c.isalnum() or c in "-_"))
    return f"`/source {plain[:64]}`"


def with_jump(text: str, post: Post, thread: Thread, passage: Passage) -> Block:
    """Return ``text`` with a button to the post or thread, or with the passage's id."""
    url = safe_url(post.url, thread.url)
    if url is None:
        return TextBlock(f"{text} · {passage_code(passage.id)}")
    return Section(text, LinkButton("Jump", url))


def _answered(answer: Answer, showing: Showing) -> Card:
    text, shown = _answer_text(answer)
    left_out = len(answer.statements) - len(shown)
    sources = _sources(answer, shown)
    blocks: list[Block] = [TextBlock(text), Divider()]
    blocks += [_source_block(source, numbered=True) for source in sources[:MAX_SOURCES]]
    blocks.append(TextBlock(_also_cited(sources[MAX_SOURCES:])))
    blocks += [Divider(), TextBlock(_footer(answer, left_out=left_out))]
    offer = Offer(
        more_sources=len(sources) > MAX_SOURCES or any(map(_is_cut, sources)),
        whole_answer=left_out > 0 or text.endswith(ELLIPSIS) or f"{ELLIPSIS} [" in text,
        thread=showing.can_open_thread,
    )
    return assemble(Tone.ANSWERED, blocks, _rows(showing, offer))


def _closest(answer: Answer, showing: Showing) -> Card:
    lead = fit_line(answer.text, 600) or "The threads do not answer this."
    blocks: list[Block] = [
        TextBlock(f"**Not answered**\n{lead}"),
        Divider(),
        TextBlock("-# Closest passages; they may not answer the question:"),
    ]
    sources = _by_post(answer.closest)
    blocks += [_source_block(source, numbered=False) for source in sources[:MAX_SOURCES]]
    blocks += [Divider(), TextBlock(_footing(answer, showing))]
    more = len(sources) > MAX_SOURCES or any(map(_is_cut, sources))
    offer = Offer(
        more_sources=more,
        thread=showing.can_open_thread,
        tell_me=showing.can_wait,
        is_answered=False,
    )
    return assemble(Tone.CLOSEST, blocks, _rows(showing, offer))


def _not_found(answer: Answer, showing: Showing) -> Card:
    lead = fit_line(answer.text, 600) or "Nothing in the threads comes close to this."
    blocks = [TextBlock(f"**Nothing found**\n{lead}"), TextBlock(_footing(answer, showing))]
    return assemble(
        Tone.NOT_FOUND, blocks, _rows(showing, Offer(tell_me=showing.can_wait, is_answered=False))
    )


def _rows(showing: Showing, offer: Offer) -> tuple[ButtonRow, ...]:
    return () if showing.answer_id is None else button_rows(showing.answer_id, offer)


def _footing(answer: Answer, showing: Showing) -> str:
    """Return the question, and what was searched for it."""
    lines = [_asked(answer.question), _searched(showing.searched)]
    return "\n".join(line for line in lines if line)


def _searched(status: Status | None) -> str:
    if status is None:
        return ""
    threads, passages = _counted(status.threads, "thread"), _counted(status.passages, "passage")
    line = f"-# Searched {threads} and {passages}"
    if status.newest_post_at is None:
        return f"{line}."
    return f"{line}; the newest post is of {status.newest_post_at.date().isoformat()}."


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _answer_text(answer: Answer) -> tuple[str, tuple[Statement, ...]]:
    """Return the answer in at most 1,200 characters, and the statements that it shows."""
    if not answer.statements:
        return fit(answer.text, ANSWER_LIMIT) or "The answer is empty.", ()
    lines: list[str] = []
    left = ANSWER_LIMIT
    introduced = lead_ins(answer.statements, answer.citations)
    for shown, (statement, lead_in) in enumerate(zip(answer.statements, introduced, strict=True)):
        marker = f" {_markers(statement.citations)}" if statement.citations else ""
        who = fit_line(lead_in, _LEAD_IN_LIMIT) + " " if lead_in else ""
        room = left - length(marker) - length(who)
        if shown and room < min(_SHORTEST_STATEMENT, length(fit(statement.text, ANSWER_LIMIT))):
            return "\n".join(lines), answer.statements[:shown]
        line = f"{who}{fit(statement.text, max(room, 0))}{marker}"
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


def _source_block(source: _Source, *, numbered: bool) -> Block:
    first = source.first
    quotes = source.quotes[:MAX_QUOTES_PER_SOURCE]
    share = QUOTE_LIMIT // len(quotes) - 1
    words = [fit(quote, share, render=quote_block, max_lines=8) for quote in quotes]
    markers = f"{_markers(tuple(c.n for c in source.citations))} " if numbered else ""
    credit = attribution(first.post, first.thread, first.passage.kind)
    text = "\n".join([*(word for word in words if word), f"-# {markers}{credit}"])
    return with_jump(text, first.post, first.thread, first.passage)


def _is_cut(source: _Source) -> bool:
    """Tell whether the card shows less of a source than the answer cites."""
    quotes = source.quotes
    share = QUOTE_LIMIT // min(len(quotes), MAX_QUOTES_PER_SOURCE) - 1
    return len(quotes) > MAX_QUOTES_PER_SOURCE or any(
        fit(quote, share, render=quote_block, max_lines=8) != quote_block(quote.strip())
        for quote in quotes
    )


def _also_cited(sources: Sequence[_Source]) -> str:
    if not sources:
        return ""
    lines = [
        f"-# {_markers(tuple(c.n for c in source.citations))} "
        f"{fit_line(source.first.post.author or '', 40) or 'unknown author'} · "
        f"{passage_code(source.first.passage.id)}"
        for source in sources[:MAX_MENTIONED]
    ]
    if len(sources) > MAX_MENTIONED:
        lines.append(f"-# and {len(sources) - MAX_MENTIONED} more")
    return "\n".join(["-# Also cited:", *lines])


def _footer(answer: Answer, *, left_out: int) -> str:
    lines = [_asked(answer.question)]
    if answer.statements and left_out > 0:
        sentences = "sentence" if left_out == 1 else "sentences"
        lines.append(f"-# {left_out} more {sentences} did not fit here.")
    if answer.mode == "extractive":
        lines.append("-# Quoted word for word from the threads.")
        if answer.fallback:
            lines.append(f"-# The model's answer is not shown: {fit_line(answer.fallback, 160)}.")
    else:
        writer = fit_line(answer.mode, 60)
        checked = answer.verification.told if answer.verification else "each sentence verified"
        lines.append(f"-# Written by {writer}; checked against the quotes: {checked}.")
    return "\n".join(line for line in lines if line)


def _asked(question: str) -> str:
    words = fit_line(question, 200)
    return f"-# Asked: {words}" if words else ""


def marked(text: str, citations: Sequence[int]) -> str:
    """Return a sentence with the numbers of what it cites."""
    return f"{text} {_markers(citations)}" if citations else text


def _markers(numbers: Sequence[int]) -> str:
    """Return ``[1][2]``; never more than eight, so that no marker can crowd out the words."""
    return "".join(f"[{n}]" for n in list(dict.fromkeys(numbers))[:8])
