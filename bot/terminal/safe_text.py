"""Text from strangers, made fit for a terminal and for a log line.

A terminal obeys escape sequences, and a reader's eye obeys bidirectional controls; a post, a
file name or an error message may hold both.  UTR 36 (Unicode security considerations)
describes the second danger, CWE-150 the first.
"""

from __future__ import annotations

import re
from typing import Final

_TERMINAL_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, …
    r"|\x1b[ -/]*[0-~]"  # two-character escapes
)
_LINE_BREAK: Final = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_HIDDEN: Final = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f"
    r"\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_NOT_FOR_A_LOG: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)


def harmless(text: str) -> str:
    """Return ``text`` with line feeds and tabs, but nothing else that steers a terminal.

    Zero-width joiners stay: emoji and several scripts need them.
    """
    text = _TERMINAL_SEQUENCE.sub("", text)
    text = _LINE_BREAK.sub("\n", text)
    return whole_characters(_HIDDEN.sub("", text))


def one_line(text: str) -> str:
    """Return ``text`` made harmless, with every run of white space as one space."""
    return " ".join(harmless(text).split())


def whole_characters(text: str) -> str:
    """Return ``text`` with lone surrogates, which UTF-8 cannot hold, as U+FFFD.

    They come from undecodable bytes in an argument and from escapes in JSON.
    """
    return _SURROGATE.sub("\ufffd", text)


def escaped(text: str) -> str:
    """Return ``text`` on one line, each control character as its Python escape."""
    return _NOT_FOR_A_LOG.sub(
        lambda found: found.group().encode("unicode_escape").decode("ascii"), text
    )
