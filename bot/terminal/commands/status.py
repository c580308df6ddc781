"""``footnote status``: what is indexed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import print_json, print_view

if TYPE_CHECKING:
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  footnote status
  footnote status --kb archive --json
"""


@click.command(name="status", short_help="Show what is indexed.", epilog=EPILOG)
@kb_option
@json_option
@pass_session
def command(
    session: Session,
    knowledge_base: str,
    as_json: bool,  # noqa: FBT001  # click passes flags by name
) -> int:
    """Show what a knowledge base holds, and which model indexed it."""
    with session.open_librarian(knowledge_base) as librarian:
        status = librarian.status()
    if as_json:
        from bot.terminal.printing.json_shapes import status_shape

        print_json(status_shape(status))
    else:
        from bot.terminal.printing.answers import status_view

        print_view(status_view(status))
    return 0
