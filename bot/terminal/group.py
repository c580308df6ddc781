"""A click group that imports commands late and turns errors into exit statuses."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from bot.terminal.failures import (
    EXIT_INTERRUPTED,
    report_footnote_error,
    report_unexpected,
    report_usage_error,
)
from retrieval.errors import FootnoteError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = {
    "ingest": "bot.terminal.ingest.command",
    "ask": "bot.terminal.commands.ask",
    "search": "bot.terminal.commands.search",
    "source": "bot.terminal.commands.source",
    "thread": "bot.terminal.commands.thread",
    "chat": "bot.terminal.chat.command",
    "topics": "bot.terminal.commands.topics",
    "news": "bot.terminal.commands.news",
    "formats": "bot.terminal.commands.formats",
    "status": "bot.terminal.commands.status",
    "eval": "bot.terminal.eval.command",
    "doctor": "bot.terminal.commands.doctor",
    "kb": "bot.terminal.commands.kb",
    "people": "bot.terminal.commands.people",
    "discord": "bot.terminal.commands.discord",
    "bot": "bot.terminal.commands.bot",
}
"""Each command's module, which holds it under the name ``command``; in help's order."""


class LazyGroup(click.Group):
    """Finds its commands in ``COMMANDS``.

    A command returns its exit status, None for 0; this turns whatever it raises into one
    line on stderr and a status (docs: the table of exit statuses).
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names in help's order."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command, None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command = import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)  # noqa: S101  # a slip in COMMANDS, not input
        return command

    def invoke(self, ctx: click.Context) -> int:
        """Run the command and return its exit status."""
        try:
            return super().invoke(ctx) or 0
        except FootnoteError as error:
            return report_footnote_error(error)
        except (click.ClickException, click.Abort, click.exceptions.Exit, EOFError):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # click leaves quietly
            return report_unexpected(error, verbose=bool(ctx.params.get("verbosity")))

    def main(  # type: ignore[override]  # click overloads it on standalone_mode, which we fix
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,  # noqa: ANN401  # passed on to click
    ) -> NoReturn:
        """Run the command line and exit with its status."""
        extra["standalone_mode"] = False
        if isinstance(sys.stdout, TextIOWrapper):
            # An ASCII terminal gets "?" for an em dash, not a traceback.
            sys.stdout.reconfigure(errors="replace")
        try:
            status = super().main(args, prog_name, **extra)
        except click.Abort:
            status = EXIT_INTERRUPTED
        except click.ClickException as error:
            status = report_usage_error(error)
        sys.exit(status or 0)
