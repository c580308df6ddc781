"""``footnote doctor``: check the index, and mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.terminal.failures import EXIT_UNAVAILABLE, complain
from bot.terminal.options import json_option, kb_option, pass_session
from bot.terminal.output import print_json, print_view
from bot.terminal.safe_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from bot.terminal.app import Session
    from bot.terminal.printing.json_shapes import Shape
    from retrieval.probing import ModelCheck
    from retrieval.store.examination import Examination

EPILOG = """
\b
Examples:
  footnote doctor
  footnote doctor --rebuild           after the embedding model was changed
  footnote doctor --json | jq .whole
"""


@click.command(name="doctor", short_help="Check the index and repair it.", epilog=EPILOG)
@kb_option
@click.option(
    "--rebuild",
    "anew",
    is_flag=True,
    help="Build a new index, and answer from the old one until it is ready.",
)
@json_option
@pass_session
def command(
    session: Session,
    knowledge_base: str,
    anew: bool,  # noqa: FBT001  # click passes flags by name
    as_json: bool,  # noqa: FBT001  # the same
) -> int:
    """Compare the catalogue, Chroma and the lexical index, and repair what differs.

    Every vector is searched for as well, or a sample of them in a large knowledge base.
    Whatever is missing is restored from the catalogue and its cache of vectors; no file is
    read again. Models that are configured are tried first, with one small call each.
    """
    from bot.terminal.ingest.progress import steps_display

    checks = session.check_models()
    if checks and not as_json:  # before the index: it may need the model that fails
        print_view(_models_view(checks))
    with steps_display(shown=not as_json) as on_step:
        examination = session.examine(knowledge_base, on_step, anew=anew)
    if as_json:
        print_json({**_shape(examination), "models": [_model_shape(check) for check in checks]})
    else:
        print_view(_view(examination))
    failed = [check for check in checks if check.problem]
    for check in failed:
        complain(f"the {check.role} {one_line(check.name)} cannot be used")
    if not examination.is_whole:
        complain("the index could not be mended whole; run footnote doctor --rebuild")
    return EXIT_UNAVAILABLE if failed or not examination.is_whole else 0


def _model_shape(check: ModelCheck) -> Shape:
    return {
        "role": check.role,
        "name": check.name,
        "provider": check.provider,
        "usable": check.problem is None,
        "problem": check.problem,
        "known": list(check.known),
        "structured": check.structured,
        "seconds": round(check.seconds, 3),
    }


def _models_view(checks: Sequence[ModelCheck]) -> RenderableType:
    from rich.text import Text

    from bot.terminal.printing.layout import CAUTION, HEADING, label, lines, stack

    blocks: list[RenderableType] = []
    for check in checks:
        headline = Text.assemble(
            (f"{check.role.capitalize()} ", HEADING), label(check.name, HEADING)
        )
        if check.problem is None:
            blocks.append(headline.append(f" replied in {check.seconds:.1f} s{_manner(check)}"))
            continue
        told = [headline.append(" cannot be used"), label(check.problem, CAUTION)]
        if check.known:
            told.append(label(f"The server has: {', '.join(check.known)}"))
        blocks.append(lines(*told))
    return stack(blocks)


def _manner(check: ModelCheck) -> str:
    if check.structured is None:
        return ""
    return ", held to a JSON schema" if check.structured else ", in plain lines"


def _shape(examination: Examination) -> Shape:
    return {
        "knowledge_base": examination.knowledge_base,
        "generation": examination.generation,
        "whole": examination.is_whole,
        "rebuilt": examination.rebuilt,
        "passages": examination.passages,
        "threads": examination.threads,
        "vectors_searched": examination.searched,
        "vectors_apart": examination.apart,
        "collections_of_others": examination.foreign,
        "findings": [
            {"what": finding.what, "done": finding.done or None} for finding in examination.findings
        ],
        "seconds": round(examination.seconds, 3),
    }


def _searched(examination: Examination) -> str:
    text = f"{examination.searched:,} searched for, one by one"
    if not examination.apart:
        return text
    return (
        f"{text}; {examination.apart:,} lie so far from all others that Chroma's graph does not "
        "lead to them: their words do"
    )


def _view(examination: Examination) -> RenderableType:
    from rich.text import Text

    from bot.terminal.printing.layout import CAUTION, HEADING, figures, label, lines, stack

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
        ("vectors", _searched(examination)),
        ("generation", str(examination.generation)),
        ("time", f"{examination.seconds:.1f} s"),
    ]
    if examination.foreign:
        rows.insert(-1, ("left alone", f"{examination.foreign:,} of other installations in Chroma"))
    if not examination.is_whole:
        rows[0] = ("passages", f"{examination.passages:,} in the catalogue")
    blocks: list[RenderableType] = [headline, figures(rows)]
    return stack([blocks[0], lines(*found), *blocks[1:]] if found else blocks)
