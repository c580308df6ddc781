"""What went wrong, as one line on stderr and an exit status."""

from __future__ import annotations

import sys
from typing import Final

import click

from bot.terminal.safe_text import escaped, one_line
from retrieval.errors import FootnoteError

EXIT_USAGE: Final = 2
EXIT_REFUSED: Final = 3
"""Done, but for some files or lines."""
EXIT_UNAVAILABLE: Final = 4
EXIT_INTERRUPTED: Final = 130
"""128 + SIGINT, as shells report it."""


def complain(message: str) -> None:
    """Write one line to stderr that starts with the program's name."""
    click.echo(f"footnote: {one_line(message)}", err=True)


def report_footnote_error(error: FootnoteError) -> int:
    """Say what the error says; return its exit status."""
    complain(str(error))
    return error.exit_status


def report_usage_error(error: click.ClickException) -> int:
    """Say what was wrong with the command line and where its help is; return 2."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    place = context.command_path if context else "footnote"
    message = one_line(error.format_message()).rstrip(".")
    complain(f"{message}. See '{place} --help'.")
    return EXIT_USAGE


def report_unexpected(error: Exception, *, verbose: bool) -> int:
    """Name an error that nobody foresaw, with its traceback if ``verbose``; return 4."""
    if verbose:
        _print_traceback(error)
    hint = "please report it" if verbose else "run it again with -v: footnote -v …"
    complain(f"unexpected error ({type(error).__name__}: {error}); {hint}")
    return EXIT_UNAVAILABLE


def _print_traceback(error: Exception) -> None:
    import traceback

    for chunk in traceback.format_exception(error):
        for line in chunk.splitlines():
            # The bar keeps a line break inside a message from passing for a line of ours.
            click.echo(f"  | {escaped(line)}", file=sys.stderr)
