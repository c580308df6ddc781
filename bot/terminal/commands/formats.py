"""``footnote formats``: what can be read, and how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.options import json_option, pass_session
from bot.terminal.output import print_json, print_view

if TYPE_CHECKING:
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  footnote formats
  footnote formats --json | jq -r '.formats[].kind'
"""


@click.command(name="formats", short_help="Show what can be read.", epilog=EPILOG)
@json_option
@pass_session
def command(
    session: Session,
    as_json: bool,  # noqa: FBT001  # click passes flags by name
) -> int:
    """Show each format that can be read, how to export it, and an example.

    A file is recognised by its content; its name only helps.
    """
    known = session.formats()
    if as_json:
        from bot.terminal.printing.json_shapes import formats_shape

        print_json(formats_shape(known))
    else:
        from bot.terminal.printing.files import formats_view

        print_view(formats_view(known))
    return 0
