"""Plain text: UTF-8, one paragraph a line, a thread or a page of unrelated comments.

Nothing in such a file says who wrote what: quotes and posts are reconstructed
(``ingest.understand.passes``, ``ingest.understand.posts``), and what stays unknown stays unsaid.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from ingest.drafts import ParagraphDraft, PostDraft, Reader, ThreadDraft
from ingest.files.decoding import decode
from ingest.sources import SourceFile
from ingest.understand.passes import merge_passes
from ingest.understand.posts import ReadLine, post_starts, read_lines
from retrieval.errors import FileRefusedError
from retrieval.records import TextKind
from retrieval.text.wording import content_id, visible

KIND: Final = "plain-text"
_BETWEEN: Final = "\n\n"
_KEY_CHARACTERS: Final = 80
"""A thread is known by its first lines up to about this length, wherever its file lies."""


_STRUCTURED: Final = (
    ".json", ".jsonl", ".ndjson", ".html", ".htm", ".mhtml", ".xml", ".csv", ".tsv", ".pdf",
    ".docx", ".odt", ".rtf", ".eml", ".mbox", ".msg", ".sqlite", ".db", ".yaml", ".yml",
    ".toml", ".svg",
)  # fmt: skip
"""Formats whose text is not what stands in their lines."""
_MARKUP: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*(?:
        \{\s*(?:"|\}\s*$) | \[\s*(?:[\[{"]|\]\s*$)     # JSON
        | <!doctype | <\?xml | <html | <!--            # HTML and XML
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is plain text: never surer than a format with a structure."""
    if _MARKUP.match(head):
        return 0.0
    if name.lower().endswith((".txt", ".text")):
        return 0.5
    return 0.0 if b"\x00" in head or name.lower().endswith(_STRUCTURED) else 0.1


def read(source: SourceFile) -> Iterator[ThreadDraft]:
    """Yield the one thread of a plain-text file.

    Raises:
        FileRefusedError: if it cannot be decoded or holds no words.
    """
    text = decode(source)
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if visible(line).strip()]
    if not lines:
        raise FileRefusedError(source.name, "is empty: there is no text in it; nothing was added")
    yield _thread(read_lines(merge_passes(lines)))


def _thread(lines: Sequence[ReadLine]) -> ThreadDraft:
    starts = post_starts(lines)
    spans = list(pairwise((*starts, len(lines))))
    keys = _unique_keys([lines[start:end] for start, end in spans])
    owner = [number for number, (start, end) in enumerate(spans) for _ in range(start, end)]
    posts = tuple(
        _post(keys[number], lines[start:end], _parent(number, lines[start:end], owner, keys))
        for number, (start, end) in enumerate(spans)
    )
    return ThreadDraft(key=content_id(KIND, _opening(lines)), posts=posts)


def _opening(lines: Sequence[ReadLine]) -> str:
    opening: list[str] = []
    for line in lines:
        opening.append(line.text)
        if sum(map(len, opening)) >= _KEY_CHARACTERS:
            break
    return "\n".join(opening)


def _unique_keys(posts: Sequence[Sequence[ReadLine]]) -> list[str]:
    seen: Counter[str] = Counter()
    keys = []
    for lines in posts:
        first = next((line for line in lines if line.kind is TextKind.OWN), lines[0])
        key = content_id(first.text)
        keys.append(f"{key}-{seen[key]}")
        seen[key] += 1
    return keys


def _parent(
    number: int, lines: Sequence[ReadLine], owner: Sequence[int], keys: Sequence[str]
) -> str | None:
    quoted = (owner[line.origin] for line in lines if line.origin is not None)
    return next((keys[post] for post in quoted if post < number), None)


def _post(key: str, lines: Sequence[ReadLine], parent_key: str | None) -> PostDraft:
    paragraphs, start = [], 0
    for line in lines:
        paragraphs.append(ParagraphDraft(line.text, start, line.kind, line.repeats))
        start += len(line.text) + len(_BETWEEN)
    return PostDraft(
        key=key,
        text=_BETWEEN.join(line.text for line in lines),
        paragraphs=tuple(paragraphs),
        parent_key=parent_key,
    )


READER: Final = Reader(
    kind=KIND,
    label="plain text",
    suffixes=(".txt",),
    sniff=sniff,
    read=read,
    example="One paragraph a line, posts in the order in which they were written.",
    export="Copy the thread's text into a file, one paragraph a line.",
)
