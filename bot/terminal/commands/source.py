"""``footnote source``: a passage in its thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import print_json, print_view, waiting
from bot.terminal.safe_text import whole_characters

if TYPE_CHECKING:
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  footnote source 3fa94c2171b0d5e2
  footnote source 3fa94c --json      any beginning that fits one passage only
"""


@click.command(name="source", short_help="Show a passage in its thread.", epilog=EPILOG)
@click.argument("passage_id", metavar="ID")
@kb_option
@json_option
@pass_session
def command(
    session: Session,
    passage_id: str,
    knowledge_base: str,
    as_json: bool,  # noqa: FBT001  # click passes flags by name
) -> int:
    """Show the passage ID in its thread: what it replies to, and what replies to it."""
    with (
        waiting("Looking it up …", shown=not as_json),
        session.open_librarian(knowledge_base) as librarian,
    ):
        view = librarian.source(whole_characters(passage_id))
    if as_json:
        from bot.terminal.printing.json_shapes import source_shape

        print_json(source_shape(view))
    else:
        from bot.terminal.printing.threads import source_view

        print_view(source_view(view))
    return 0
