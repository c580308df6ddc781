"""Files in UTF-16 and UTF-32, which readers get as UTF-8."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Callable
from typing import BinaryIO, Final

from retrieval.errors import FileRefusedError

_MARKS: Final = (
    # The mark of UTF-16 begins that of UTF-32.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED: Final = tuple(
    (character.encode(encoding), encoding)
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
    for character in "{[<"
)
"""What JSON, HTML and XML begin with."""
_PIECE_BYTES: Final = 2**20


def wide_encoding(head: bytes) -> str | None:
    """Return the encoding of a file whose first bytes show that it is UTF-16 or UTF-32."""
    for begin, encoding in (*_MARKS, *_UNMARKED):
        if head.startswith(begin):
            return encoding
    return None


def as_utf8(head: bytes) -> bytes:
    """Return the first bytes of a file in UTF-8, as they are where they are not wide."""
    encoding = wide_encoding(head)
    if encoding is None:
        return head
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return decoder.decode(head).encode("utf-8", "surrogatepass")


def narrowed(name: str, opener: Callable[[], BinaryIO], encoding: str) -> BinaryIO:
    """Open a wide file as UTF-8, which is kept on disk until it is closed.

    Half of a last character is left out, as where a file breaks off.

    Raises:
        FileRefusedError: if it is something else after all.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        with opener() as stream:
            while piece := stream.read(_PIECE_BYTES):
                copy.write(decoder.decode(piece).encode("utf-8", "surrogatepass"))
    except UnicodeError as error:
        copy.close()
        wide = encoding[:6].upper()
        raise FileRefusedError(
            name, f"begins as {wide} and is not, further on; save it as UTF-8"
        ) from error
    copy.seek(0)
    return copy
