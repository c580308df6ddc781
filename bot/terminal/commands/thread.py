"""``footnote thread``: a whole thread as understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import print_json, print_view, waiting
from bot.terminal.safe_text import whole_characters
from retrieval.errors import NotFoundError

if TYPE_CHECKING:
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  footnote thread 9c1e04
  footnote thread repairs.txt        every thread of a file
  footnote thread repairs.txt --json | jq '.posts[].author'
"""


@click.command(name="thread", short_help="Show a whole thread, quotes marked.", epilog=EPILOG)
@click.argument("name", metavar="ID_OR_FILE")
@kb_option
@json_option
@pass_session
def command(
    session: Session,
    name: str,
    knowledge_base: str,
    as_json: bool,  # noqa: FBT001  # click passes flags by name
) -> int:
    """Show a thread post by post, its quotes marked with whose words they are.

    ID_OR_FILE is the beginning of a thread's id, or a file's path or name.
    """
    with (
        waiting("Looking it up …", shown=not as_json),
        session.open_librarian(knowledge_base) as librarian,
    ):
        views = librarian.thread(whole_characters(name))
    if not views:
        raise NotFoundError(
            f"no thread or file is called {name!r}; footnote search shows files and threads"
        )
    if as_json:
        from bot.terminal.printing.json_shapes import threads_shape

        print_json(threads_shape(views))
    else:
        from bot.terminal.printing.threads import threads_view

        print_view(threads_view(views))
    return 0
