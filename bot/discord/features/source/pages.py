"""A thread or a list of posts cut into pages, so that nothing is left out or cut in a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.discord.cards.markdown import (
    clean_text,
    escape_markdown,
    fit_line,
    length,
    quote_block,
    word_border,
)
from bot.discord.words import Words
from retrieval.records import Post, PostView, TextKind, ThreadView

PAGE_LIMIT: Final = 3_200
"""Characters of a page, which leaves room for its title, its number and who shared it."""
PAGE_BLOCKS: Final = 12
_PIECE_CHARACTERS: Final = 800
"""Of a post's text in one piece; escaping may double it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a post, as markdown."""

    text: str
    post_id: str
    paragraph_id: str | None = None
    """Of the paragraph that it begins; None for a later part."""


Page = tuple[Piece, ...]


def thread_pages(view: ThreadView, words: Words) -> tuple[Page, ...]:
    """Return a whole thread, page by page; at least one page, which may be empty."""
    names = {post.post.id: author_name(post.post, words) for post in view.posts}
    pieces = (piece for post in view.posts for piece in _pieces_of(post, names, words))
    return _paged(pieces)


def page_of(pages: Sequence[Page], passage_id: str, post_id: str | None) -> int:
    """Return the number of the page where a passage stands, or its post, or else 1."""
    for key, wanted in (("paragraph_id", passage_id), ("post_id", post_id)):
        for number, page in enumerate(pages, 1):
            if wanted is not None and any(getattr(piece, key) == wanted for piece in page):
                return number
    return 1


def author_name(post: Post, words: Words) -> str:
    """Return a post's author, escaped, on one line."""
    return fit_line(post.author or "", 60) or words.room.unknown_author


def split_text(text: str, limit: int) -> Iterator[str]:
    """Yield ``text``, cleaned, in parts of at most ``limit`` characters, cut between words."""
    rest = clean_text(text).strip()
    while len(rest) > limit:
        end = word_border(rest, limit) or limit
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()
    if rest:
        yield rest


def _pieces_of(view: PostView, names: dict[str, str], words: Words) -> Iterator[Piece]:
    post = view.post
    heading = [f"**{author_name(post, words)}**"]
    if post.created_at is not None:
        heading.append(post.created_at.date().isoformat())
    if post.parent_id in names:
        heading.append(words.room.in_reply_to.format(name=names[post.parent_id]))
    above = " · ".join(heading)  # never parted from the words under it
    for paragraph in view.paragraphs:
        render = quote_block if paragraph.kind is TextKind.QUOTE else escape_markdown
        for number, part in enumerate(split_text(paragraph.text, _PIECE_CHARACTERS)):
            text = f"{above}\n{render(part)}" if above else render(part)
            yield Piece(text, post.id, None if number else paragraph.id)
            above = ""
    if above:
        yield Piece(above, post.id)


def _paged(pieces: Iterable[Piece]) -> tuple[Page, ...]:
    pages: list[Page] = []
    page: list[Piece] = []
    size = 0
    for piece in pieces:
        more = length(piece.text) + 1
        posts = {known.post_id for known in page} | {piece.post_id}
        if page and (size + more > PAGE_LIMIT or len(posts) > PAGE_BLOCKS):
            pages.append(tuple(page))
            page, size = [], 0
        page.append(piece)
        size += more
    if page or not pages:
        pages.append(tuple(page))
    return tuple(pages)
