"""Who said something, and where: the lines and numbers that every card gives its quotes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from bot.discord.cards.cards import Block, LinkButton, Section, TextBlock, safe_url
from bot.discord.cards.markdown import fit_line
from bot.discord.words import ENGLISH, Words
from retrieval.records import Passage, Post, Statement, Support, TextKind, Thread

DOUBT: Final = "◇"


def attribution(
    post: Post,
    thread: Thread,
    kind: TextKind = TextKind.OWN,
    words: Words = ENGLISH,
    quoted_author: str | None = None,
) -> str:
    """Return ``author · date · thread title``, escaped, on one line.

    Words that a post repeats from elsewhere are credited as quoted by its author, never as
    the author's own.
    """
    author = fit_line(post.author or "", 60) or words.room.unknown_author
    who = author
    if kind is TextKind.QUOTE:
        original = fit_line(quoted_author or "", 60)
        by = words.room.quoted_by.format(name=author)
        who = f"{original}, {by}" if original else by
    date = [post.created_at.date().isoformat()] if post.created_at is not None else []
    return " · ".join(part for part in (who, *date, thread_name(thread)) if part)


def thread_name(thread: Thread) -> str:
    """Return the thread's title, or its file's name, escaped, on one line."""
    return fit_line(thread.title or "", 80) or fit_line(PurePosixPath(thread.file).name, 80)


def passage_code(passage_id: str) -> str:
    """Return ``/source`` with a passage's id as code, to be copied."""
    plain = "".join(c for c in passage_id if c.isascii() and (c.isalnum() or c in "-_"))
    return f"`/source {plain[:64]}`"


def with_jump(
    text: str, post: Post, thread: Thread, passage: Passage, words: Words = ENGLISH
) -> Block:
    """Return ``text`` with a button to the post or thread, or with the passage's id."""
    url = safe_url(post.url, thread.url)
    return jumping(text if url else f"{text} · {passage_code(passage.id)}", url, words)


def jumping(text: str, url: str | None, words: Words) -> Block:
    """Return ``text`` with a button to ``url``, alone where there is none."""
    return Section(text, LinkButton(words.room.jump, url)) if url else TextBlock(text)


def marked(text: str, citations: Sequence[int]) -> str:
    """Return a sentence with the numbers of what it cites."""
    return f"{text} {markers(citations)}" if citations else text


def doubt(statement: Statement, words: Words) -> str:
    """Return the mark of a sentence that nothing but a model speaks for, with what is missing."""
    text = words.answer
    if statement.support is Support.PARTLY:
        missing = fit_line(statement.missing, 120)
        said = text.partly.format(missing=missing) if missing else text.partly_unknown
        return f" {DOUBT} *({said})*"
    return f" {DOUBT}" if statement.support is Support.UNCONFIRMED else ""


def markers(numbers: Sequence[int]) -> str:
    """Return ``[1][2]``; never more than eight, so that no marker can crowd out the words."""
    return "".join(f"[{n}]" for n in list(dict.fromkeys(numbers))[:8])
