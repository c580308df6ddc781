"""From bytes to text, or a clear reason why not."""

from __future__ import annotations

import codecs
from typing import Final

from ingest.sources import SourceFile
from retrieval.errors import FileRefusedError

_MAX_CONTROL_SHARE: Final = 0.1
_HEAD: Final = 65_536
_CONTROLS: Final = dict.fromkeys(set(range(32)) - set(b"\t\n\r\x0c\x0b\x1b\x08"))
"""Drops the control characters that text does without, for ``str.translate``."""


def decode(source: SourceFile) -> str:
    """Return the text of a file: UTF-8, with or without a byte order mark.

    Where it is not, the encoding that a person named is used, and none else: a guess that
    is wrong would change words that are later cited.

    Raises:
        FileRefusedError: naming the offset where the bytes stop being text.
    """
    data = source.data
    bom = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        text = data[bom:].decode("utf-8")
    except UnicodeDecodeError as error:
        text = _decode_otherwise(source, data, bom + error.start)
    _refuse_binary(source.name, text)
    return text


def _decode_otherwise(source: SourceFile, data: bytes, offset: int) -> str:
    if source.encoding is None:
        raise FileRefusedError(source.name, _not_utf8(data, offset))
    try:
        return data.decode(source.encoding)
    except (UnicodeError, LookupError) as error:
        raise FileRefusedError(
            source.name, f"is neither UTF-8 nor {source.encoding}: {error}"
        ) from error


def _not_utf8(data: bytes, offset: int) -> str:
    if (zero := data.find(b"\x00")) >= 0:
        return f"is not text: zero byte at offset {zero}"
    return (
        f"is not UTF-8: byte 0x{data[offset]:02x} at offset {offset}; if it is "
        "Windows-1252 or Latin-1, say so with --encoding windows-1252"
    )


def _refuse_binary(name: str, text: str) -> None:
    if (zero := text.find("\x00")) >= 0:
        offset = len(text[:zero].encode("utf-8", "surrogatepass"))
        raise FileRefusedError(name, f"is not text: zero byte at offset {offset}; save it as UTF-8")
    head = text[:_HEAD]
    if len(head) - len(head.translate(_CONTROLS)) > _MAX_CONTROL_SHARE * len(head):
        raise FileRefusedError(name, "is not text: it is full of control characters")
