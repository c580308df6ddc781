"""The two ways out: JSON for programs on stdout, and views for people."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

    from bot.terminal.printing.json_shapes import Shape

READABLE_COLUMNS: Final = 100
"""Longer lines tire the eye, so a wide terminal is not filled."""
_ESCAPED_IN_JSON: Final = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON allows raw, but some readers take for line ends, terminals obey or UTF-8 lacks."""
UNWRAPPED_COLUMNS: Final = 1_000_000
"""Not for a terminal: lines stay whole, so that grep finds a quote."""


def print_json(document: Shape) -> None:
    """Write one line of JSON to stdout."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    print_line(_ESCAPED_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", text))


def print_line(line: str) -> None:
    """Write a line to stdout in UTF-8, whatever the locale says."""
    stdout = sys.stdout.buffer
    stdout.write(f"{line}\n".encode())
    # Flushed here, a closed pipe is noticed where click can leave quietly.
    stdout.flush()


def print_view(view: RenderableType) -> None:
    """Print what ``bot.terminal.printing.answers`` made: in colour on a terminal, else plain."""
    make_console(sys.stdout).print(view)


def make_console(stream: IO[str]) -> Console:
    """Return a console for ``stream`` that interprets no markup in what it prints."""
    from rich.console import Console

    is_terminal = stream.isatty()
    console = Console(
        file=stream,
        force_terminal=is_terminal,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
    )
    if is_terminal:
        console.width = min(console.width, READABLE_COLUMNS)
    else:
        console.width = _columns_asked_for() or UNWRAPPED_COLUMNS
    return console


@contextmanager
def waiting(label: str, *, shown: bool = True) -> Iterator[None]:
    """Show a spinner on stderr while the block runs, if a person watches."""
    if not (shown and sys.stderr.isatty() and sys.stdout.isatty()):
        yield
        return
    with make_console(sys.stderr).status(label):
        yield


def _columns_asked_for() -> int | None:
    columns = os.environ.get("COLUMNS", "")
    return max(int(columns), 20) if columns.isdecimal() and columns.isascii() else None
