"""``footnote search``: ranked passages, or the threads that hold them."""

from __future__ import annotations

from functools import partial
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
    from rich.console import Group

    from bot.librarian import Librarian
    from bot.terminal.app import Session
    from bot.terminal.batch import BatchRequest
    from bot.terminal.printing.json_shapes import Shape

EPILOG = """
\b
Examples:
  footnote search "stuck seat post"
  footnote search --threads "stuck seat post from:mira after:2025"
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
    help="How many passages, or threads.",
)
@click.option("--threads", "as_threads", is_flag=True, help="List whole threads instead.")
@batch_option
@kb_option
@json_option
@pass_session
def command(  # noqa: PLR0913, PLR0917  # one parameter for each option
    session: Session,
    query: tuple[str, ...],
    limit: int,
    batch: IO[bytes] | None,
    knowledge_base: str,
    as_threads: bool,  # noqa: FBT001  # click passes flags by name
    as_json: bool,  # noqa: FBT001
) -> int:
    """List the passages closest to QUERY, best first, and show how each score is made up.

    With --threads, list the threads that hold them: who opened each, how many posts it has,
    and its best passage.
    """
    text = words_or_batch(query, batch, "QUERY")
    if batch is not None:
        with session.open_librarian(knowledge_base) as librarian:
            return _search_batch(librarian, batch, limit, as_threads=as_threads)
    with (
        waiting("Searching …", shown=not as_json),
        session.open_librarian(knowledge_base) as librarian,
    ):
        # Shown after it is closed, so that nothing is printed while the line says “Searching”.
        if as_json:
            show = partial(print_json, _shape(librarian, text, limit, as_threads=as_threads))
        else:
            show = partial(print_view, _view(librarian, text, limit, as_threads=as_threads))
    show()
    return 0


def _shape(librarian: Librarian, text: str, limit: int, *, as_threads: bool) -> Shape:
    from bot.terminal.printing.json_shapes import search_shape, thread_search_shape

    if as_threads:
        return thread_search_shape(text, *librarian.search_threads(text, limit))
    return search_shape(text, *librarian.search(text, limit))


def _view(librarian: Librarian, text: str, limit: int, *, as_threads: bool) -> Group:
    from bot.terminal.printing.answers import search_view
    from bot.terminal.printing.threads import thread_search_view

    if as_threads:
        return thread_search_view(text, *librarian.search_threads(text, limit))
    return search_view(text, *librarian.search(text, limit))


def _search_batch(librarian: Librarian, lines: IO[bytes], limit: int, *, as_threads: bool) -> int:
    from bot.terminal.batch import print_batch

    def respond(request: BatchRequest) -> Shape:
        return _shape(librarian, request.text, limit, as_threads=as_threads)

    return EXIT_REFUSED if print_batch(lines, ("query", "question"), respond) else 0
