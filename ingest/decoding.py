"""From bytes to text, or a clear reason why not."""

from __future__ import annotations

import codecs
from typing import Final

from ingest.drafts import SourceFile
from retrieval.errors import FileRefusedError

_MAX_CONTROL_SHARE: Final = 0.1
_FIRST_PRINTABLE: Final = 32
_TEXT_CONTROLS: Final = frozenset(b"\t\n\r\x0c\x0b\x1b\x08\x85")


def decode(source: SourceFile) -> str:
    """Return the text of a file: UTF-8, with or without a byte order mark.

    Where it is not, the encoding that a person named is used, and none else: a guess that
    is wrong would change words that are later cited.

    Raises:
        FileRefusedError: naming the offset where the bytes stop being text.
    """
    _refuse_binary(source)
    try:
        return codecs.decode(source.data, "utf-8-sig")
    except UnicodeDecodeError as error:
        if source.encoding is None:
            raise FileRefusedError(source.name, _not_utf8(source.data, error)) from error
    try:
        return codecs.decode(source.data, source.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise FileRefusedError(
            source.name, f"is neither UTF-8 nor {source.encoding}: {error}"
        ) from error


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> str:
    return (
        f"is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}; if it is "
        "Windows-1252 or Latin-1, say so with --encoding windows-1252"
    )


def _refuse_binary(source: SourceFile) -> None:
    offset = source.data.find(b"\x00")
    if offset >= 0:
        raise FileRefusedError(
            source.name, f"is not text: zero byte at offset {offset}; save it as UTF-8"
        )
    head = source.data[:65536]
    controls = sum(byte < _FIRST_PRINTABLE and byte not in _TEXT_CONTROLS for byte in head)
    if controls > _MAX_CONTROL_SHARE * max(1, len(head)):
        raise FileRefusedError(source.name, "is not text: it is full of control characters")
