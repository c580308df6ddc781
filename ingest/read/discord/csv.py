"""DiscordChatExporter's CSV: a row a message, without ids, replies and cards."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from ingest.drafts import CERTAIN, Edition, Found, LeftOut, LeftOutReason, Reader, Shortfall
from ingest.files.decoding import decode
from ingest.read.discord.rows import Row, channel_id, channel_name, thread_of
from ingest.sources import SourceFile
from retrieval.errors import FileRefusedError
from retrieval.text.wording import content_id

KIND: Final = "discord-csv"
_HEADER: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*\"?(?:AuthorID\"?[,;]\"?)?Author\"?[,;]\"?Date\"?[,;]\"?Content\"?[,;]"
)
_FIELD_CHARACTERS: Final = 16 * 2**20
_COLUMNS: Final = 4
_COUNT: Final = re.compile(r"\((\d{1,9})\)")


def sniff(name: str, head: bytes) -> float:  # noqa: ARG001  # content alone decides
    """Say how likely a file is such an export: by its first line."""
    return CERTAIN if _HEADER.match(head) else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the one thread of an export.

    Raises:
        FileRefusedError: if it is no table of this kind.
    """
    text = decode(source)
    if not _HEADER.match(source.head):
        raise FileRefusedError(source.name, "is no DiscordChatExporter CSV: its columns are others")
    first = text.lstrip().partition("\n")[0]
    csv.field_size_limit(_FIELD_CHARACTERS)
    delimiter = ";" if ";" in first else ","
    table = csv.DictReader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter)
    yield Edition("with ids of authors" if "AuthorID" in first else "without ids of authors")
    rows: list[Row] = []
    broken = 0
    try:
        for fields in table:
            if any(fields.get(name) is None for name in ("Author", "Date", "Content")):
                broken += 1
                continue
            rows.append(_row(fields))
    except csv.Error as error:
        told = f"cannot be read after {len(rows):,} messages ({error}); export it again"
        yield Shortfall(told, breaks_off=True)
    if broken:
        yield LeftOut(LeftOutReason.BROKEN, broken)
    name = channel_name(source.name)
    key = channel_id(source.name) or content_id(KIND, name or "")
    yield from thread_of(rows, key, name, is_channel=True)


def _row(fields: dict[str, str | None]) -> Row:
    reactions = _COUNT.findall(fields.get("Reactions") or "")
    return Row(
        date=(fields["Date"] or "").strip(),
        author=fields["Author"] or "",
        text=fields["Content"] or "",
        author_id=(fields.get("AuthorID") or "").strip() or None,
        files=tuple((fields.get("Attachments") or "").split(",")),
        score=sum(map(int, reactions)) if reactions else None,
    )


READER: Final = Reader(
    kind=KIND,
    label="DiscordChatExporter CSV",
    suffixes=(".csv",),
    sniff=sniff,
    read=read,
    example='"7","Ada","2024-05-01T10:00:00.0000000+00:00","How do I …?","",""',
    export="Better export as JSON: CSV knows no replies, no cards and no ids of messages.",
)
