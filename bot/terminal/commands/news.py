"""``footnote news``: what came into a knowledge base lately."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import print_json, print_view

if TYPE_CHECKING:
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  footnote news                      the last seven days
  footnote news --since 24h
  footnote news --since 2026-03-01 --json
"""
_AGO: Final = re.compile(r"(\d{1,4})\s*([hdw])")
_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}


class Since(click.ParamType[datetime]):
    """A date, or so many hours, days or weeks ago."""

    name = "since"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the aware time that ``value`` stands for."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        if ago := _AGO.fullmatch(text.lower()):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"{text!r} is neither a date like 2026-03-01 nor like 24h, 7d or 2w.", param, ctx
            )
        return time if time.tzinfo else time.astimezone()


@click.command(name="news", short_help="Show what is new.", epilog=EPILOG)
@click.option(
    "--since",
    type=Since(),
    default="7d",
    show_default=True,
    metavar="WHEN",
    help="A date, or 24h, 7d, 2w ago.",
)
@click.option(
    "-n",
    "limit",
    type=click.IntRange(1, 500),
    default=10,
    show_default=True,
    help="Show at most this many threads.",
)
@kb_option
@json_option
@pass_session
def command(
    session: Session,
    since: datetime,
    limit: int,
    knowledge_base: str,
    as_json: bool,  # noqa: FBT001  # click passes flags by name
) -> int:
    """Show the threads that are new, or have new posts, since WHEN.

    What counts is when Footnote read them, not when they were written.
    """
    with session.open_librarian(knowledge_base) as librarian:
        news = librarian.news(since, limit)
    if as_json:
        from bot.terminal.printing.json_shapes import news_shape

        print_json(news_shape(news))
    else:
        from bot.terminal.printing.news import news_view

        print_view(news_view(news))
    return 0
