"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, TypeVar

import click

from bot.terminal.app import Session
from bot.terminal.safe_text import whole_characters

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

F = TypeVar("F", bound="Callable[..., Any]")

pass_session = click.make_pass_decorator(Session)


def kb_option(function: F) -> F:
    """Add ``--kb NAME``."""
    return click.option(
        "--kb",
        "knowledge_base",
        default="default",
        show_default=True,
        metavar="NAME",
        help="The knowledge base.",
    )(function)


def json_option(function: F) -> F:
    """Add ``--json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
    )(function)


def batch_option(function: F) -> F:
    """Add ``--batch FILE``, a stream of bytes."""
    return click.option(
        "--batch",
        type=click.File("rb"),
        metavar="FILE",
        help="Read JSONL from FILE (- for stdin), write JSONL in the same order.",
    )(function)


def words_or_batch(words: tuple[str, ...], batch: IO[bytes] | None, name: str) -> str:
    """Return the words as one text, ``""`` in batch mode.

    Raises:
        click.UsageError: when neither or both are given.
    """
    if bool(words) == (batch is not None):
        raise click.UsageError(f"Give either {name} or --batch FILE.")
    return whole_characters(" ".join(words))
