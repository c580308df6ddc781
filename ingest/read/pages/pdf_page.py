"""PDF files: a page each, of the text that is in them; of pictures of text there is none."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Final

from ingest.drafts import CERTAIN, Found, Reader, Shortfall
from ingest.read.fields import clean
from ingest.read.pages.pages import page
from ingest.sources import SourceFile
from retrieval.errors import FileRefusedError

KIND: Final = "pdf"
_HYPHEN: Final = re.compile(r"(?<=[^\W\d_])-\Z")
_SHORT: Final = 0.75
"""A line of less than this share of the usual length ends a paragraph."""


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is a PDF, by its first bytes."""
    del name
    return CERTAIN if b"%PDF-" in head[:1_024] else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the file's text as one page.

    Raises:
        FileRefusedError: if it is protected by a password, or damaged.
    """
    from pypdf import PdfReader  # takes a third of a second to import

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    with source.open() as stream:
        try:
            reader = PdfReader(stream)
            is_locked = reader.is_encrypted and not reader.decrypt("")
            title = None if is_locked or reader.metadata is None else reader.metadata.title
            texts = [] if is_locked else [leaf.extract_text() for leaf in reader.pages]
        except Exception as error:
            raise FileRefusedError(
                source.name, f"is no whole PDF ({type(error).__name__}); save it again"
            ) from error
    if is_locked:
        raise FileRefusedError(source.name, "is protected by a password; save it without one")
    blank = sum(not text.strip() for text in texts)
    if blank:
        yield Shortfall(
            f"{blank:,} of its {len(texts):,} pages hold no text, such as scans: run a text "
            "recognition over it"
        )
    yield from page(source, [clean(paragraphs("\n".join(texts)))], title=title or _first(texts))


def _first(texts: list[str]) -> str | None:
    lines = (line.strip() for text in texts for line in text.splitlines())
    return next((line for line in lines if line), None)


def paragraphs(text: str) -> str:
    """Return lines as a printed page breaks them, put together to paragraphs."""
    lines = [line.strip() for line in text.splitlines()]
    lengths = [len(line) for line in lines if line]
    short = _SHORT * median(lengths) if lengths else 0
    whole = lines[:1]
    for above, line in pairwise(lines):
        if not line or not above or len(above) < short:
            whole.append(line)
        elif _HYPHEN.search(whole[-1]) and line[:1].islower():
            whole[-1] = whole[-1][:-1] + line
        else:
            whole[-1] += f" {line}"
    return "\n\n".join(line for line in whole if line)


READER: Final = Reader(
    kind=KIND,
    label="PDF",
    suffixes=(".pdf",),
    sniff=sniff,
    read=read,
    example="A manual whose text can be marked and copied.",
    export="Save or print to PDF, without a password; scans need a text recognition first.",
)
