"""What people see of an answer, a search, an ingest and the state of things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from bot.terminal.printing.files import all_left_out, file_lines
from bot.terminal.printing.layout import (
    CAUTION,
    HEADING,
    NUMBER,
    SECONDARY,
    Hanging,
    attribution,
    counted,
    figures,
    indented,
    joined,
    label,
    lines,
    link_of,
    milliseconds,
    minute,
    nothing_found,
    plain,
    stack,
)
from bot.terminal.printing.official import official_view, staff_line
from bot.terminal.printing.removals import passed_over_line, removal_lines
from retrieval.records import Outcome, Standing, Support, TextKind
from retrieval.text.sentences import asked_in
from retrieval.text.wording import unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from ingest.report import IngestReport
    from retrieval.records import Answer, Citation, Hit, Statement, Status, Timings

_BYTES_PER_UNIT = 1024


def answer_view(answer: Answer, *, with_trace: bool = False) -> Group:
    """Show an answer above its sources, or that there is none above what comes closest."""
    is_excerpts = answer.outcome is Outcome.ANSWERED and answer.mode == "extractive"
    blocks: list[RenderableType] = [] if is_excerpts else [indented(_headline(answer), 0)]
    if any(map(_doubt, answer.statements)):
        blocks.append(Text("◇ the model's wording, not confirmed: read the quote", CAUTION))
    if answer.official is not None:
        blocks.append(official_view(answer.official))
    if answer.outcome is Outcome.ANSWERED:
        blocks.extend(_quotes(answer.citations, "[{}]"))
        blocks.extend(
            Text.assemble("Nothing was found for: ", label(part), style=CAUTION)
            for part in answer.unanswered
        )
    elif answer.closest:
        blocks.append(Text("Closest to it, with no claim that they answer:", style=SECONDARY))
        blocks.extend(_quotes(answer.closest, "{}."))
    if answer.notes:
        blocks.append(lines(*(plain(note.told, CAUTION) for note in answer.notes)))
    if with_trace:
        blocks.append(trace_view(answer))
    blocks.append(_colophon(answer))
    return stack(blocks)


def trace_view(answer: Answer) -> Group:
    """Show the steps behind an answer."""
    if not answer.trace:
        return lines(Text("No steps were recorded.", style=SECONDARY))
    columns = len(str(len(answer.trace))) + 2
    steps = (
        Hanging(plain(step), Text(f"{f'{number}.':<{columns}}", SECONDARY))
        for number, step in enumerate(answer.trace, start=1)
    )
    return Group(Text("How this came about", style=HEADING), *steps)


def search_view(query: str, hits: Sequence[Hit], timings_ms: Timings) -> Group:
    """Show ranked passages with what their scores are made of."""
    if not hits:
        return nothing_found(query)
    columns = len(str(len(hits))) + 2
    blocks = [_hit(rank, hit, columns) for rank, hit in enumerate(hits, start=1)]
    footer = joined([counted(len(hits), "passage"), milliseconds(timings_ms.total)])
    return stack([*blocks, footer])


def ingest_view(report: IngestReport, knowledge_base: str) -> Group:
    """Show the figures of an ingest; the refused files have their own lines on stderr."""
    verb = "Would bring" if report.dry_run else "Brought"
    headline = Text.assemble(
        (f"{verb} knowledge base ", HEADING),
        label(knowledge_base, HEADING),
        (" up to date", HEADING),
        (f" in {report.seconds:.1f} s", SECONDARY),
    )
    blocks: list[RenderableType] = [headline, figures(_ingest_rows(report))]
    told = [Text(line) for line in file_lines(report)]
    if told:
        blocks.append(lines(*told))
    if report.passed_over:
        blocks.append(plain(passed_over_line(report)))
    if report.removals:
        blocks.append(lines(*map(plain, removal_lines(report))))
    if report.dry_run:
        blocks.append(Text("A dry run: nothing was written.", style=CAUTION))
    return stack(blocks)


def refusal_lines(report: IngestReport) -> Iterator[str]:
    """Yield a line for each file that could not be ingested; they are not harmless yet."""
    for refusal in report.refused:
        yield f"refused {refusal.file}: {refusal.reason}"


def status_view(status: Status) -> Group:
    """Show what a knowledge base holds."""
    headline = Text.assemble(("Knowledge base ", HEADING), label(status.knowledge_base, HEADING))
    if status.generation is None:
        hint = "It is empty: footnote ingest PATH fills it."
        return stack([headline, Text(hint, style=CAUTION)])
    rows = [
        ("files", f"{status.files:,}"),
        ("threads", f"{status.threads:,}"),
        ("posts", f"{status.posts:,}"),
        ("passages", f"{status.passages:,}"),
        ("quotes", f"{status.quotes_linked:,} linked to the words they repeat"),
        ("duplicates", f"{counted(status.copies, 'near-duplicate')} linked to what they copy"),
        ("embedding", status.embedding or "none yet"),
        ("written by", status.language_model or "nobody: answers are excerpts of the posts"),
        ("generation", str(status.generation)),
        ("updated", minute(status.updated_at) if status.updated_at else "never"),
        ("on disk", readable_bytes(status.disk_bytes)),
    ]
    return stack([headline, figures(rows)])


def readable_bytes(count: int) -> str:
    """Return ``512 B``, ``1.5 MiB``."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB"):
        if amount < _BYTES_PER_UNIT:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= _BYTES_PER_UNIT
    return f"{amount:.1f} GiB"


def _headline(answer: Answer) -> Text:
    if answer.outcome is not Outcome.ANSWERED:
        return plain(answer.text, CAUTION)
    if not answer.statements:
        return plain(answer.text)
    sentences = []
    for statement in answer.statements:
        marks = "".join(f"[{number}]" for number in statement.citations)
        said = plain(statement.text)
        doubt = plain(_doubt(statement), CAUTION)
        sentences.append(Text.assemble(said, (f" {marks}", NUMBER), doubt))
    return Text(" ").join(sentences)


def _doubt(statement: Statement) -> str:
    """Return the mark of a sentence that only a model speaks for."""
    if statement.support is Support.PARTLY:
        what = f"“{statement.missing}”" if statement.missing else "a part"
        return f" ◇ ({what} is not in its quotes)"
    return " ◇" if statement.support is Support.UNCONFIRMED else ""


def _quotes(citations: Sequence[Citation], mark: str) -> Iterator[Group]:
    columns = max((len(mark.format(citation.n)) for citation in citations), default=0) + 1
    for citation in citations:
        first = Text(f"{mark.format(citation.n):<{columns}}", style=NUMBER)
        yield _quoted(citation, first)


def _quoted(citation: Citation, first: Text) -> Group:
    post, thread, passage = citation.post, citation.thread, citation.passage
    is_quote = passage.kind is TextKind.QUOTE
    credit = joined(attribution(post, thread, passage if is_quote else None))
    details = [
        _asked(citation),
        plain(unquoted(citation.quote) if is_quote else citation.quote),
        Text("asked, never answered", CAUTION) if post.standing is Standing.QUESTION else None,
        plain(staff_line(citation.staff), CAUTION) if citation.staff else None,
        link_of(post, thread),
        Text(f"footnote source {passage.id}", style=SECONDARY),
    ]
    return Group(
        Hanging(credit, first),
        *(indented(detail, first.cell_len) for detail in details if detail),
    )


def _asked(citation: Citation) -> Text | None:
    """Return the question that a post answers, where its thread's title does not say it."""
    asked = citation.asked
    if asked is None or (citation.thread.title and not citation.thread.is_channel):
        return None
    who = f"asked by {asked.author}" if asked.author else "asked"
    return label(f"{who}: {asked_in(asked.text)}", SECONDARY)


def _colophon(answer: Answer) -> Text:
    duration = milliseconds(answer.timings_ms.total)
    if answer.outcome is Outcome.ANSWERED:
        checked = answer.verification.told if answer.verification else None
        not_shown = (
            f"the model's answer is not shown: {answer.fallback}" if answer.fallback else None
        )
        return joined(
            [
                "quoted word for word" if answer.mode == "extractive" else label(answer.mode),
                label(not_shown) if not_shown else checked,
                duration,
            ]
        )
    return joined(
        [
            label(f"{answer.mode} read the passages and found no answer")
            if answer.mode != "extractive"
            else None,
            label(f"the model's answer is not shown: {answer.fallback}")
            if answer.fallback
            else None,
            duration,
        ]
    )


def _hit(rank: int, hit: Hit, columns: int) -> Group:
    first = Text(f"{f'{rank}.':<{columns}}", style=NUMBER)
    parts = hit.parts
    score = (
        f"score {hit.score:.2f} = dense {parts.dense:+.2f}, lexical {parts.lexical:+.2f},"
        f" thread {parts.thread:+.2f}"
    )
    return Group(
        Hanging(plain(hit.passage.text), first),
        indented(joined(attribution(hit.post, hit.thread)), columns),
        indented(Text(score, style=SECONDARY), columns),
        indented(Text(f"footnote source {hit.passage.id}", style=SECONDARY), columns),
    )


def _ingest_rows(report: IngestReport) -> list[tuple[str, str]]:
    left_out = all_left_out(report)
    return [
        (
            "files",
            f"{report.files_read:,} read, {report.files_unchanged:,} unchanged, "
            f"{report.files_removed:,} removed, {len(report.refused):,} refused",
        ),
        ("threads", f"{report.threads:,}"),
        ("posts", f"{report.posts:,}"),
        ("quotes", f"{report.quotes_linked:,} linked to the words they repeat"),
        (
            "passages",
            f"{report.passages_total:,} in all: {report.passages_added:,} added, "
            f"{report.passages_removed:,} removed, {report.passages_unchanged:,} unchanged",
        ),
        (
            "duplicates",
            f"{counted(report.repeats, 'repeated line')}, {counted(report.near, 'near-duplicate')}",
        ),
        *([("left out", left_out)] if left_out else []),
    ]
