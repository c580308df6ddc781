"""``footnote ingest``: bring a knowledge base in line with its files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.librarian import IngestRequest
from bot.terminal.failures import EXIT_REFUSED, complain
from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import print_json, print_line, print_view
from retrieval.errors import FootnoteError, UsageError

if TYPE_CHECKING:
    from bot.terminal.app import Session
    from ingest.report import IngestReport, Progress

EPILOG = """
\b
Examples:
  footnote ingest threads/
  footnote ingest threads/ --dry-run         what would change
  footnote ingest old.txt --encoding latin-1
  footnote ingest threads/ --json | jq .passages
  footnote ingest --watch                    again after each change
"""


def _known_encoding(
    _ctx: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    if value is None:
        return None
    try:
        "x".encode(value)
    except (LookupError, ValueError) as error:
        raise click.BadParameter(f"no text encoding is called {value!r}; try latin-1") from error
    return value


@click.command(name="ingest", short_help="Read threads from files and folders.", epilog=EPILOG)
@click.argument(
    "paths",
    nargs=-1,
    metavar="[PATH]...",
    type=click.Path(exists=True, path_type=Path),
)
@kb_option
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--encoding",
    metavar="NAME",
    callback=_known_encoding,
    help="Read files that are not UTF-8 in this encoding, such as windows-1252.",
)
@click.option("--watch", is_flag=True, help="Keep running, and ingest again after each change.")
@click.option("--allow-empty", is_flag=True, help="Let an empty folder empty the index.")
@click.option("--no-wait", is_flag=True, help="Fail at once if the index is in use.")
@json_option
@click.option("--events", is_flag=True, hidden=True, help="Print each step as a line of JSON.")
@click.option("--settled", type=float, default=0.0, hidden=True, help="Seconds without a change.")
@pass_session
def command(  # noqa: PLR0913, PLR0917  # one parameter for each option
    session: Session,
    paths: tuple[Path, ...],
    knowledge_base: str,
    dry_run: bool,  # noqa: FBT001  # click passes flags by name
    encoding: str | None,
    watch: bool,  # noqa: FBT001  # the same
    allow_empty: bool,  # noqa: FBT001  # the same
    no_wait: bool,  # noqa: FBT001  # the same
    as_json: bool,  # noqa: FBT001  # the same
    events: bool,  # noqa: FBT001  # the same
    settled: float,
) -> int:
    """Read the files and folders at PATH into a knowledge base, and remove what is gone.

    Without PATH, reads the corpus folder from the settings.  Only what has changed since the
    last ingest is read again.  A file that cannot be read is named, and the rest go in.

    With --watch, prints a line for each round; Ctrl-C stops it.
    """
    if watch and (dry_run or events):
        raise UsageError("--watch is for real ingests: leave out --dry-run")
    request = IngestRequest(
        knowledge_base,
        paths or (session.corpus_dir if watch else _corpus_dir(session),),
        dry_run,
        encoding,
        allow_empty,
        wait=not no_wait,
        settled_seconds=settled,
    )
    if watch:
        from bot.terminal.ingest.watch_rounds import ingest_and_watch

        return ingest_and_watch(session, request, as_json=as_json)
    if events:
        report = _ingest_with_events(session, request)
    else:
        report = _ingest_with_bars(session, request, as_json=as_json)
    return EXIT_REFUSED if report.refused else 0


def _corpus_dir(session: Session) -> Path:
    folder = session.corpus_dir
    if not folder.exists():
        raise UsageError(
            f"there is no corpus folder at {folder}; name a PATH, or set FOOTNOTE_CORPUS_DIR"
        )
    return folder


def _ingest_with_events(session: Session, request: IngestRequest) -> IngestReport:
    from bot.processes.events import encode_event

    def listener(progress: Progress) -> None:
        print_line(encode_event(progress))

    try:
        report = session.ingest(request, listener)
    except FootnoteError as error:
        print_line(encode_event(error))
        raise
    print_line(encode_event(report))
    return report


def _ingest_with_bars(session: Session, request: IngestRequest, *, as_json: bool) -> IngestReport:
    from bot.terminal.ingest.progress import progress_display

    with progress_display(shown=not as_json) as listener:
        report = session.ingest(request, listener)
    if as_json:
        from bot.terminal.printing.json_shapes import ingest_shape

        print_json(ingest_shape(report))
        return report
    from bot.terminal.printing.answers import ingest_view, refusal_lines

    print_view(ingest_view(report, request.knowledge_base))
    for line in refusal_lines(report):
        complain(line)
    return report
