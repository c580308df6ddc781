"""The formats that can be read, one small module each.

To add one, write a module with a ``READER`` (see ``ingest.drafts.Reader``) and name it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ingest.drafts import Reader
from ingest.readers import discord_chat_exporter, jsonl, plain_text

READERS: Final[tuple[Reader, ...]] = (
    discord_chat_exporter.READER,
    jsonl.READER,
    plain_text.READER,
)
_HEAD_BYTES: Final = 65_536
_SURE_ENOUGH: Final = 0.05


def reader_for(name: str, data: bytes, readers: Sequence[Reader] = READERS) -> Reader | None:
    """Return the reader that is surest of a file, None where none understands it."""
    head = data[:_HEAD_BYTES]
    surest = max(readers, key=lambda reader: reader.sniff(name, head))
    return surest if surest.sniff(name, head) > _SURE_ENOUGH else None


def kinds_told(readers: Sequence[Reader] = READERS) -> str:
    """Return the kinds of files that can be read, for an error's end."""
    *others, last = [f"{reader.label} ({', '.join(reader.suffixes)})" for reader in readers]
    return f"{', '.join(others)} or {last}" if others else last
