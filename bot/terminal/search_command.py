"""``footnote search``: ranked passages."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import click

from bot.terminal.failures import EXIT_REFUSED
from bot.terminal.options import (
    batch_option,
    json_option,
    kb_option,
    pass_session,
    words_or_batch,
)
from bot.terminal.output import print_json, print_view, waiting

if TYPE_CHECKING:
    from bot.ports import Librarian
    from bot.terminal.app import Session
    from bot.terminal.batch import BatchRequest
    from bot.terminal.shapes import Shape

EPILOG = """
\b
Examples:
  footnote search "stuck seat post"
  footnote search -k 3 --json "chain oil" | jq '.hits[].id'
  footnote search --batch queries.jsonl > hits.jsonl

\b
A line of a batch:
  {"id": 1, "query": "chain oil"}
"""


@click.command(name="search", short_help="List the passages closest to a query.", epilog=EPILOG)
@click.argument("query", nargs=-1, metavar="QUERY")
@click.option(
    "-k",
    "limit",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    metavar="N",
    help="How many passages.",
)
@batch_option
@kb_option
@json_option
@pass_session
def command(
    session: Session,
    query: tuple[str, ...],
    limit: int,
    batch: IO[bytes] | None,
    knowledge_base: str,
    as_json: bool,  # noqa: FBT001  # click passes flags by name
) -> int:
    """List the passages closest to QUERY, best first, with what their scores are made of."""
    text = words_or_batch(query, batch, "QUERY")
    if batch is not None:
        with session.open_librarian(knowledge_base) as librarian:
            return _search_batch(librarian, batch, limit)
    with (
        waiting("Searching …", shown=not as_json),
        session.open_librarian(knowledge_base) as librarian,
    ):
        hits, timings_ms = librarian.search(text, limit)
    if as_json:
        from bot.terminal.shapes import search_shape

        print_json(search_shape(text, hits, timings_ms))
    else:
        from bot.terminal.views import search_view

        print_view(search_view(text, hits, timings_ms))
    return 0


def _search_batch(librarian: Librarian, lines: IO[bytes], limit: int) -> int:
    from bot.terminal.batch import print_batch
    from bot.terminal.shapes import search_shape

    def respond(request: BatchRequest) -> Shape:
        return search_shape(request.text, *librarian.search(request.text, limit))

    return EXIT_REFUSED if print_batch(lines, ("query", "question"), respond) else 0
