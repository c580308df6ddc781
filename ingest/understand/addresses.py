"""E-mail addresses, which stop at the door: a word stands in the place of each."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate
from typing import Final

from ingest.drafts import Found, ParagraphDraft, PostDraft, ThreadDraft

NO_ADDRESS: Final = "[address]"
_ADDRESS: Final = re.compile(
    r"(?<![\w./:+@-])(?:mailto:)?(?P<account>[\w.+%-]{1,64})@"
    # Nobody's: domains that are kept for documentation (RFC 2606), as in a line to copy.
    r"(?!(?:[\w-]{1,63}\.){0,3}example\.(?:com|org|net)\b)(?:[\w-]{1,63}\.){1,4}"
    r"(?:com|org|net|edu|gov|mil|int|info|biz|name|io|dev|ai|app|[a-z]{2})\b"
    # Not a decorator's call, nor where a program is to fetch something (git@host:path).
    r"(?![(\w.]*\()(?!:[\w/~.])",
    re.IGNORECASE,
)


def without_addresses(found: Found) -> Found:
    """Return a thread without the addresses in what its authors wrote; all else as it is.

    Pages, whose authors nobody names, keep the address that they give to write to.
    """
    if not isinstance(found, ThreadDraft):
        return found
    if not any("@" in post.text or "@" in (post.author or "") for post in found.posts):
        return found
    return replace(found, posts=tuple(map(_scrubbed, found.posts)))


def _scrubbed(post: PostDraft) -> PostDraft:
    if post.author is None:
        return post
    author = _ADDRESS.sub(lambda address: address["account"], post.author)
    spans = [address.span() for address in _ADDRESS.finditer(post.text)]
    if not spans:
        return post if author == post.author else replace(post, author=author)
    return replace(
        post,
        author=author,
        text=_ADDRESS.sub(NO_ADDRESS, post.text),
        paragraphs=tuple(_moved(post.paragraphs, spans)),
    )


def _moved(
    paragraphs: tuple[ParagraphDraft, ...], spans: list[tuple[int, int]]
) -> list[ParagraphDraft]:
    """Return paragraphs at their new places; an address stands in one of them whole."""
    ends = [end for _, end in spans]
    growth = [0, *accumulate(len(NO_ADDRESS) - (end - start) for start, end in spans)]
    return [
        replace(
            each,
            text=_ADDRESS.sub(NO_ADDRESS, each.text),
            start=each.start + growth[bisect_right(ends, each.start)],
        )
        for each in paragraphs
    ]
