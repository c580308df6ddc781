"""Word documents (.docx): a page each, its headings kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Final

from ingest.drafts import CERTAIN, LIKELY, Found, Reader
from ingest.read.fields import clean
from ingest.read.pages.pages import page
from ingest.sources import SourceFile
from ingest.understand.html_bodies import html_parts
from retrieval.errors import FileRefusedError

KIND: Final = "docx"
_LARGEST_BYTES: Final = 64 * 2**20
"""Of a document's parts together, unpacked: a book without its pictures has some two."""
_OLD: Final = b"\xd0\xcf\x11\xe0"


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is a Word document."""
    if head.startswith(b"PK") and b"word/" in head:
        return CERTAIN
    is_called = name.lower().endswith((".docx", ".doc"))
    return LIKELY if is_called and head.startswith((b"PK", _OLD)) else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the page.

    Raises:
        FileRefusedError: if it is protected, of Word 2003 or before, damaged, or larger than a
            document can be.
    """
    if source.head.startswith(_OLD):
        raise FileRefusedError(
            source.name, "is protected by a password, or of Word 2003: save it as .docx without one"
        )
    data = source.data
    _refuse_bomb(source.name, data)
    import mammoth  # reads what is zipped XML: too heavy to come with every start

    try:
        html = mammoth.convert_to_html(
            io.BytesIO(data), convert_image=mammoth.images.img_element(lambda _: {"src": ""})
        ).value
    except Exception as error:
        raise FileRefusedError(
            source.name, f"is no whole Word document ({type(error).__name__}); save it again"
        ) from error
    yield from page(source, html_parts(clean(html)))


def _refuse_bomb(name: str, data: bytes) -> None:
    try:
        reason = _reason_against(data)
    except Exception as error:  # zipfile, too
        raise FileRefusedError(name, "is no whole Word document; save it again") from error
    if reason:
        raise FileRefusedError(name, reason)


def _reason_against(data: bytes) -> str:
    """Return why what is packed in a document must not be parsed, nothing if it may."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [one for one in archive.infolist() if one.filename.endswith((".xml", ".rels"))]
        if sum(part.file_size for part in parts) > _LARGEST_BYTES:
            return "unpacks to more than a document can hold"
        for part in parts:
            with archive.open(part) as stream:
                if b"<!DOCTYPE" in stream.read(4_096):
                    return "declares entities, as no document does"
    return ""


READER: Final = Reader(
    kind=KIND,
    label="Word document",
    suffixes=(".docx",),
    sniff=sniff,
    read=read,
    example="A handbook with headings, lists and tables.",
    export="Save as .docx, without a password.",
)
