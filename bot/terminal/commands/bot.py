"""``footnote bot``: the Discord bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.options import pass_session

if TYPE_CHECKING:
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  FOOTNOTE_DISCORD__TOKEN=… footnote bot
  footnote -v bot                    log more; Ctrl-C stops it
"""


@click.command(name="bot", short_help="Answer in Discord.", epilog=EPILOG)
@pass_session
def command(session: Session) -> int:
    """Answer in Discord until stopped; logs go to stderr."""
    from bot.terminal.logs import configure_logging

    # Whoever runs a service reads its log: one step more than for a single question.
    configure_logging(session.verbosity + 1)
    session.run_bot()
    return 0
