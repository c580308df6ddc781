"""``footnote eval``: how well it works, in figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import print_json, print_view
from retrieval.errors import StorageError

if TYPE_CHECKING:
    from bot.terminal.app import Session

EPILOG = """
\b
Examples:
  footnote eval questions.jsonl
  footnote eval questions.jsonl --html report.html
  footnote eval questions.jsonl --kb archive --json | jq '."recall@3"'
  footnote eval collections/scifact --compare
  footnote eval --self                      on what members asked here

\b
Lines of a question file (docs/evaluation.md has every field):
  {"question": "Which oil?", "gold": [{"quote": "Use sewing machine oil."}]}
  {"question": "Who won the league?", "answerable": false}

\b
A collection in BEIR layout is a folder with corpus.jsonl, queries.jsonl and
qrels/test.tsv.  It is indexed apart from your knowledge bases.
"""


@click.command(name="eval", short_help="Measure how well questions are answered.", epilog=EPILOG)
@click.argument(
    "path", type=click.Path(exists=True, path_type=Path), metavar="[PATH]", required=False
)
@click.option(
    "--self",
    "of_itself",
    is_flag=True,
    help="Instead of PATH: ask again what was asked in the threads.",
)
@kb_option
@click.option(
    "-k",
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Ask only the first N questions.",
)
@click.option(
    "--compare",
    is_flag=True,
    help="For a collection: let BM25, the model alone and RRF answer as well.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page with plots and every failure.",
)
@json_option
@pass_session
def command(  # noqa: PLR0913, PLR0917  # one parameter for each option
    session: Session,
    path: Path | None,
    of_itself: bool,  # noqa: FBT001  # click passes flags by name
    knowledge_base: str,
    limit: int | None,
    compare: bool,  # noqa: FBT001  # the same
    html: Path | None,
    as_json: bool,  # noqa: FBT001  # the same
) -> int:
    """Ask the questions of PATH and compare the answers with those it holds.

    PATH is a JSONL file of questions, each with the words that answer it, or the folder of a
    collection in BEIR layout.  With --self, what members asked in the threads is asked
    again, every fifth question without its thread, and what answered them then should be shown.
    """
    if (path is not None) == of_itself:
        raise click.UsageError("Give either PATH or --self.")
    from bot.terminal.eval.progress import eval_progress
    from retrieval.evaluation.request import EvalRequest

    request = EvalRequest(path, knowledge_base, limit, compare)
    with eval_progress(shown=not as_json) as on_progress:
        report = session.evaluate(request, on_progress)
    if html is not None:
        from retrieval.evaluation.html import page

        _write(html, page(report))
    if as_json:
        from bot.terminal.eval.shapes import report_shape

        print_json(report_shape(report))
    else:
        from bot.terminal.eval.views import report_view

        print_view(report_view(report))
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}. Name another file.") from error
