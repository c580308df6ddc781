"""``footnote doctor``: check the index, and mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.failures import EXIT_UNAVAILABLE, complain
from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import print_json, print_view

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bot.terminal.app import Session
    from bot.terminal.shapes import Shape
    from retrieval.index.examination import Examination

EPILOG = """
\b
Examples:
  footnote doctor
  footnote doctor --rebuild           after the embedding model was changed
  footnote doctor --json | jq .whole
"""


@click.command(name="doctor", short_help="Check the index, and mend it.", epilog=EPILOG)
@kb_option
@click.option(
    "--rebuild",
    "anew",
    is_flag=True,
    help="Make the index anew, and answer from the old till then.",
)
@json_option
@pass_session
def command(
    session: Session,
    knowledge_base: str,
    anew: bool,  # noqa: FBT001  # click passes flags by name
    as_json: bool,  # noqa: FBT001  # the same
) -> int:
    """Hold catalogue, Chroma and lexical index against each other, and mend what differs.

    Every vector is searched for too, in a large knowledge base a sample of them.  What is
    missing comes back from the catalogue and its cache of vectors; no file is read again.
    """
    from bot.terminal.progress import steps_display

    with steps_display(shown=not as_json) as on_step:
        examination = session.examine(knowledge_base, on_step, anew=anew)
    if as_json:
        print_json(_shape(examination))
    else:
        print_view(_view(examination))
    if examination.is_whole:
        return 0
    complain("the index could not be mended whole; run footnote doctor --rebuild")
    return EXIT_UNAVAILABLE


def _shape(examination: Examination) -> Shape:
    return {
        "knowledge_base": examination.knowledge_base,
        "generation": examination.generation,
        "whole": examination.is_whole,
        "rebuilt": examination.rebuilt,
        "passages": examination.passages,
        "threads": examination.threads,
        "vectors_searched": examination.searched,
        "findings": [
            {"what": finding.what, "done": finding.done or None} for finding in examination.findings
        ],
        "seconds": round(examination.seconds, 3),
    }


def _view(examination: Examination) -> RenderableType:
    from rich.text import Text

    from bot.terminal.layout import CAUTION, HEADING, figures, label, lines, stack

    if examination.rebuilt:
        verdict = "was made anew and is whole"
    elif not examination.is_whole:
        verdict = "is not whole"
    else:
        verdict = "has been mended" if examination.findings else "is whole"
    headline = Text.assemble(
        ("Knowledge base ", HEADING), label(examination.knowledge_base, HEADING), f" {verdict}"
    )
    found = [
        Text(
            f"{finding.what}: {finding.done or 'not mended'}", style="" if finding.done else CAUTION
        )
        for finding in examination.findings
    ]
    rows = [
        ("passages", f"{examination.passages:,} in catalogue, Chroma and lexical index alike"),
        ("threads", f"{examination.threads:,}"),
        ("vectors", f"{examination.searched:,} searched for, one by one"),
        ("generation", str(examination.generation)),
        ("time", f"{examination.seconds:.1f} s"),
    ]
    if not examination.is_whole:
        rows[0] = ("passages", f"{examination.passages:,} in the catalogue")
    blocks: list[RenderableType] = [headline, figures(rows)]
    return stack([blocks[0], lines(*found), *blocks[1:]] if found else blocks)
