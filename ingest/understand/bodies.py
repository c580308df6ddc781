"""A post's body, made of its author's own words and of quotes whose origin the source tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from ingest.drafts import ParagraphDraft
from ingest.understand.paragraphs import split_paragraphs
from retrieval.records import TextKind

_BETWEEN: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words that a source marks as somebody else's."""

    text: str
    """Markdown, without ``>`` marks."""
    author: str | None = None
    key: str | None = None
    """The key of the post that they are taken from."""
    thread_key: str | None = None
    """The key of that post's thread, where it is another one."""


Part = str | Quoted
"""A stretch of Markdown in the author's own words, or a quote."""


def compose(parts: Iterable[Part]) -> tuple[str, tuple[ParagraphDraft, ...]]:
    """Return a post's text and its paragraphs.

    Quotes stand in the text behind ``>`` marks, each of their paragraphs by itself, so that
    each can be linked to the words that it repeats.
    """
    texts: list[str] = []
    paragraphs: list[ParagraphDraft] = []
    start = 0
    for text, drafts in map(_part, parts):
        if text:
            texts.append(text)
            paragraphs += (replace(draft, start=draft.start + start) for draft in drafts)
            start += len(text) + len(_BETWEEN)
    return _BETWEEN.join(texts), tuple(paragraphs)


def marked(text: str) -> str:
    """Return Markdown with a ``>`` mark before each of its lines."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _part(part: Part) -> tuple[str, Iterable[ParagraphDraft]]:
    if isinstance(part, Quoted):
        drafts = tuple(_quote(part))
        return _BETWEEN.join(draft.text for draft in drafts), drafts
    text = part.strip("\n")
    return (text, split_paragraphs(text)) if text.strip() else ("", ())


def _quote(quote: Quoted) -> Iterator[ParagraphDraft]:
    start = 0
    for paragraph in split_paragraphs(quote.text):
        text = marked(paragraph.text)
        yield ParagraphDraft(
            text,
            start,
            TextKind.QUOTE,
            quoted_author=quote.author,
            quoted_key=quote.key,
            quoted_thread_key=quote.thread_key,
        )
        start += len(text) + len(_BETWEEN)
