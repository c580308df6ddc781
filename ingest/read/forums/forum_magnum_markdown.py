"""LessWrong's and the EA Forum's Markdown API: a post's comments as ``/api/post/ID/comments``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Final

from pydantic import TypeAdapter, ValidationError

from ingest.drafts import CERTAIN, Found, LeftOutReason, PostDraft, Reader, Shortfall
from ingest.files.decoding import decode
from ingest.read.fields import UtcTime, clean
from ingest.read.forums import forum_magnum
from ingest.read.gathering import Gathering
from ingest.sources import SourceFile
from ingest.understand.bodies import compose
from retrieval.errors import FileRefusedError

KIND: Final = "forum-magnum-markdown"
_TITLE: Final = re.compile(r"^#{0,2}\s*Comments:\s*(.+?)\s*$", re.MULTILINE)
_COMMENT: Final = re.compile(
    r"^### Comment by (?:\[(?P<name>[^\]\n]*)\]|(?P<plain>[^\n]*))", re.MULTILINE
)
_LINK: Final = re.compile(
    r"HTML permalink:\s*(?:<|\[[^\]]*\]\()?(?P<site>https?://[\w.-]+)?"
    r"/posts/(?P<post>\w+)/(?P<slug>[\w-]*)/?(?:comment/|\?commentId=)(?P<comment>\w+)"
)
_PARENT: Final = re.compile(
    r"Parent comment[^\n:]*:\s*[^\n]*?/?(?P<key>\w{10,})\b[)>]*\s*$", re.MULTILINE
)
_KARMA: Final = re.compile(r"Karma:\s*(-?\d+)")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_SHOWING: Final = re.compile(r"Showing (\d+) of (\d+)", re.IGNORECASE)
_FIELD: Final = re.compile(
    r"\s*(?:\Z|[-*] +(?:\*\*)?(?:Karma|Votes|Reply depth|Parent comment|HTML permalink|Markdown"
    r"|Posted|Date|Edited|Author|\d{4}-\d\d-\d\d))",
    re.IGNORECASE,
)
_CUT_CHARACTERS: Final = 600
_UTC_TIME: Final = TypeAdapter(UtcTime)


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is such an answer: by the lines that every comment has."""
    del name
    told = b"### Comment by " in head and b"HTML permalink:" in head
    return CERTAIN if told else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the comments on a post.

    Raises:
        FileRefusedError: if there are none in it, or it cannot be decoded.
    """
    text = clean(decode(source).replace("\r\n", "\n"))
    starts = [found.start() for found in _COMMENT.finditer(text)]
    if not starts:
        raise FileRefusedError(source.name, "holds no comments")
    title = _TITLE.search(text)
    gathering = Gathering(source.name)
    cut = 0
    for start, end in pairwise((*starts, len(text))):
        post, link = _comment(text[start:end])
        if post is None or link is None:
            gathering.leave_out(LeftOutReason.BROKEN)
            continue
        facts = gathering.thread(link["post"])
        facts.title = title[1] if title else None
        facts.url = f"{link['site']}/posts/{link['post']}/{link['slug']}" if link["site"] else None
        gathering.add(link["post"], post)
        cut += post.text.endswith("...") and len(post.text) >= _CUT_CHARACTERS
    yield from gathering.found()
    if (showing := _SHOWING.search(text)) and int(showing[1]) < int(showing[2]):
        of = f"{showing[1]} of {showing[2]} comments"
        yield Shortfall(f"shows {of}: add ?limit=2000 to its address")
    if cut:
        yield Shortfall(f"{cut:,} comments may be cut at {_CUT_CHARACTERS} characters")


def _comment(text: str) -> tuple[PostDraft | None, re.Match[str] | None]:
    """Return a comment, None where nothing says which one it is; and what its address says."""
    named = _COMMENT.match(text)
    head, body = _taken_apart(text)
    link = _LINK.search(head)
    if link is None:
        return None, None
    parent, karma = _PARENT.search(head), _KARMA.search(head)
    markdown, paragraphs = compose([body])
    name = (named["name"] or named["plain"] or "").strip() if named else ""
    site = link["site"]
    post = PostDraft(
        key=link["comment"],
        text=markdown,
        paragraphs=paragraphs,
        author=name or None,
        author_id=name or None,
        created_at=_time(head),
        parent_key=parent["key"] if parent else link["post"],
        url=f"{site}/posts/{link['post']}?commentId={link['comment']}" if site else None,
        score=int(karma[1]) if karma else None,
    )
    return post, link


def _taken_apart(text: str) -> tuple[str, str]:
    """Return the lines that describe a comment, and its body without its indentation."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines[1:], 1) if not _FIELD.match(line)), len(lines))
    body = lines[first:]
    while body and (not body[-1].strip() or body[-1].strip() == "---"):
        body.pop()
    indent = min((len(one) - len(one.lstrip(" ")) for one in body if one.strip()), default=0)
    return "\n".join(lines[:first]), "\n".join(one[indent:] for one in body)


def _time(head: str) -> datetime | None:
    found = _TIME.search(head)
    if found is None:
        return None
    try:
        return _UTC_TIME.validate_python(found[0])
    except ValidationError:
        return None


READER: Final = Reader(
    kind=KIND,
    label="LessWrong and EA Forum, Markdown API",
    suffixes=(".md", ".txt"),
    sniff=sniff,
    read=read,
    example="### Comment by [Ann](/api/user/ann) … - HTML permalink: /posts/ID/slug/comment/ID",
    export="Save https://FORUM/api/post/ID/comments?limit=2000&sort=old.",
    family=forum_magnum.KIND,
)
