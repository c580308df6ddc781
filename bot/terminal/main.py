"""The console command ``footnote``: its global flags and its commands.

Nothing on the way to ``footnote --help`` may import more than click: not rich, not pydantic,
not an index.  Each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from bot.terminal.app import AppContext, Session
from bot.terminal.group import LazyGroup

EPILOG = """
\b
Start here:
  footnote ingest threads/           read a folder of exported threads
  footnote ask "How do I …?"         one answer, and who wrote it
  footnote chat                      a conversation
  footnote bot                       answer in Discord

\b
Settings are FOOTNOTE_* variables, a .env file, or these flags.
Exit status: 0 done, also when nothing was found; 2 wrong usage or no such
thing; 3 done, but some files or lines were refused; 4 cannot work.
"""


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  # click's signature
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("footnote")
    except PackageNotFoundError:
        number = "(a checkout that is not installed)"
    click.echo(f"footnote {number}")
    ctx.exit()


@click.group(
    name="footnote",
    cls=LazyGroup,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the index is kept.  [FOOTNOTE_DATA_DIR, else data]",
)
@click.option(
    "--corpus-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the threads are.  [FOOTNOTE_CORPUS_DIR, else corpus]",
)
@click.option("-v", "--verbose", "verbosity", count=True, help="Log to stderr; -vv logs more.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def footnote(
    ctx: click.Context, data_dir: Path | None, corpus_dir: Path | None, verbosity: int
) -> None:
    """Answer questions from a community's threads, and show who wrote the answer.

    An answer is one to three excerpts of posts, word for word, each with its author and thread.
    If the threads do not answer
    the question, Footnote says so.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        return
    from bot.terminal.logs import configure_logging

    configure_logging(verbosity)
    given = {"data_dir": data_dir, "corpus_dir": corpus_dir}
    overrides = {name: path for name, path in given.items() if path is not None}
    app = ctx.obj if isinstance(ctx.obj, AppContext) else None
    ctx.obj = session = Session(overrides, verbosity, app)
    ctx.call_on_close(lambda: _tell_of(session.new_folder()))


def _tell_of(new_folder: Path | None) -> None:
    """Say that a data folder was made: its name may be mistyped."""
    if new_folder is not None:
        click.echo(f"Made the data folder {new_folder}: there was none.", err=True)


def main() -> None:
    """Run the command line and exit with its status."""
    # Read once, when numpy is imported.  A question's products of matrices take a third of a
    # millisecond; several threads for each cost more than they bring: 248 ms of processor time
    # an answer instead of 113, and 2.7 answers a second to 16 people instead of 9.2 (one run,
    # on two busy cores).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    footnote.main(prog_name="footnote")


if __name__ == "__main__":
    main()
