"""Pages: documents that one hand wrote, as threads of a single post that nobody asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from ingest.drafts import Found, LeftOut, LeftOutReason, PostDraft, ThreadDraft
from ingest.sources import SourceFile
from ingest.understand.bodies import Part, compose
from retrieval.text.wording import squeeze, visible

_HEADING: Final = re.compile(r"(?:#{1,6}\s+(?P<marked>.+?)\s*#*|(?P<lined>.+)\n(?:=+|-{3,})\s*)\Z")
_POST: Final = "page"


def page(
    source: SourceFile,
    parts: Iterable[Part],
    *,
    title: str | None = None,
    author: str | None = None,
    created_at: datetime | None = None,
) -> Iterator[Found]:
    """Yield the one thread of a page; its title is its first heading where it tells none."""
    text, paragraphs = compose(parts)
    if not paragraphs:
        yield LeftOut(LeftOutReason.EMPTY, 1)
        return
    headings = (_HEADING.match(paragraph.text) for paragraph in paragraphs)
    first = next((found["marked"] or found["lined"] for found in headings if found), None)
    told = squeeze(visible(title or first or "")) or PurePosixPath(source.name).stem
    post = PostDraft(_POST, text, paragraphs, author=author, created_at=created_at)
    # Not opened by its only post: what is written there are answers, to whatever is asked.
    yield ThreadDraft(source.name, (post,), title=told, is_channel=True)
