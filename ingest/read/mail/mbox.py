"""Where one mail of an archive ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

FROM_LINE: Final = re.compile(rb"From .{1,200}?\d\d:\d\d.{0,40}?\d{4}\s*$")
"""Stands above each mail of an archive."""
FIELD: Final = re.compile(rb"[!-9;-~]{1,76}:(?:\s|$)")
"""Begins a header."""
_BEGINNING: Final = re.compile(
    # After a blank line; what only looks like a beginning is none: a header must follow it.
    rb"\n[^\S\n]*\n(?P<line>From [^\n]{1,200}?\d\d:\d\d[^\n]{0,40}?\d{4}[^\S\n]*\n)"
    rb"(?=[!-9;-~]{1,76}:\s)"
)
_PIECE_BYTES: Final = 2**20
_LONGEST_BEGINNING: Final = 1024
_BOM: Final = b"\xef\xbb\xbf"


def messages(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the mails of an archive, or the one of a file, without their ``From`` lines."""
    held = bytearray(b"\n\n" + stream.read(_PIECE_BYTES).removeprefix(_BOM))
    looked = 0
    while True:
        start = 0
        while found := _BEGINNING.search(held, looked):
            yield from _mail(held[start : found.start("line")])
            start = looked = found.end()
        del held[:start]
        # What breaks off here may go on in the next piece.
        looked = max(0, len(held) - _LONGEST_BEGINNING)
        if not (piece := stream.read(_PIECE_BYTES)):
            break
        held += piece
    yield from _mail(held)


def _mail(data: bytearray) -> Iterator[bytes]:
    mail = bytes(data.lstrip(b"\r\n"))
    if mail.strip():
        yield mail
