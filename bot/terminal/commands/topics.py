"""``footnote topics``: what the threads talk about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import print_json, print_view, waiting

if TYPE_CHECKING:
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  footnote topics
  footnote topics -n 20 --json | jq '.topics[].words'
"""


@click.command(name="topics", short_help="Show what the threads talk about.", epilog=EPILOG)
@click.option(
    "-n",
    "limit",
    type=click.IntRange(1, 50),
    default=8,
    show_default=True,
    help="Show at most this many topics.",
)
@kb_option
@json_option
@pass_session
def command(
    session: Session,
    limit: int,
    knowledge_base: str,
    as_json: bool,  # noqa: FBT001  # click passes flags by name
) -> int:
    """Show groups of related passages, each with its most typical words.

    Below each are its most central passages; footnote source ID opens one.
    """
    with (
        waiting("Looking it over …", shown=not as_json),
        session.open_librarian(knowledge_base) as librarian,
    ):
        topics = librarian.topics(limit)
    if as_json:
        from bot.terminal.printing.json_shapes import topics_shape

        print_json(topics_shape(topics))
    else:
        from bot.terminal.printing.news import topics_view

        print_view(topics_view(topics))
    return 0
