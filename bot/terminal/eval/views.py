"""What people see of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from bot.terminal.printing.layout import (
    HEADING,
    NUMBER,
    SECONDARY,
    Hanging,
    barred,
    counted,
    figures,
    indented,
    joined,
    label,
    lines,
    plain,
    stack,
)
from retrieval.evaluation.own_report import OwnReport
from retrieval.evaluation.question_report import DEPTHS, QuestionReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import RenderableType

    from retrieval.evaluation.collections.collection import CollectionReport, MissedQuery
    from retrieval.evaluation.metrics import RiskPoint
    from retrieval.evaluation.own_report import OwnFailure
    from retrieval.evaluation.question_report import Failure, Latency, RecallFigures
    from retrieval.evaluation.request import Report

_QUOTE_CHARACTERS: Final = 280
_SHOWN_MISSES: Final = 5
_INDENT: Final = 4
_PLOT_COLUMNS: Final = 40


def report_view(report: Report) -> Group:
    """Show an evaluation: its figures, then what failed."""
    if isinstance(report, QuestionReport):
        return stack(_questions(report))
    return stack(_own(report) if isinstance(report, OwnReport) else _collection(report))


def _questions(report: QuestionReport) -> Iterator[RenderableType]:
    yield Text.assemble(
        (f"Asked {counted(report.questions, 'question')} of ", HEADING),
        label(report.name, HEADING),
        (" in knowledge base ", SECONDARY),
        label(report.knowledge_base, HEADING),
    )
    yield _recall_table(report)
    if report.unanswerable:
        rows = (
            (kind, *map(str, (row.questions, row.answered, row.closest, row.not_found)))
            for kind, row in report.unanswerable.items()
        )
        yield _table(("not in the threads", "questions", "answered", "closest", "not found"), rows)
    yield figures(_further(report))
    yield _risk_plot(report.risk_coverage)
    if report.failures:
        yield Text(counted(len(report.failures), "failure"), style=HEADING)
        yield from map(_failure, report.failures)


def _recall_table(report: QuestionReport) -> Table:
    rows = [("answerable", report.alone)]
    rows += [(f"  {kind}", row) for kind, row in report.by_kind.items()]
    rows += [("follow-ups", report.follow_ups)]
    heads = ("", "questions", *(f"recall@{k}" for k in DEPTHS), "answered", "gold shown")
    return _table(heads, (_recall_row(name, row) for name, row in rows if row.questions))


def _recall_row(name: str, row: RecallFigures) -> tuple[str, ...]:
    return (name, str(row.questions), *map(_share, (*row.at, row.answered, row.shown)))


def _further(report: QuestionReport) -> list[tuple[str, str]]:
    rows = [("wrong among the answered", _share(report.wrong_among_answered))]
    if report.alone.questions:
        any_at = zip(DEPTHS, report.alone.any_at, strict=True)
        text = ", ".join(f"recall@{k} {_share(at)}" for k, at in any_at)
        rows.append(("one gold passage is enough", text))
    return [
        *rows,
        ("calibration error", f"{report.calibration_error:.3f} of the confidence, 10 bins"),
        ("an answer takes", _latency(report.answer_latency)),
        ("a search alone", _latency(report.search_latency)),
    ]


def _failure(failure: Failure) -> Group:
    found = f"found at {failure.rank}" if failure.rank else "not found"
    details = joined(
        [
            label(failure.id),
            label(failure.kind),
            str(failure.failing),
            found if failure.expected else None,
            f"confidence {failure.confidence:.2f}",
        ]
    )
    history = [indented(_after(failure.history), 2)] if failure.history else []
    return Group(
        Hanging(label(failure.question, HEADING), Text("✗ ", NUMBER)),
        *history,
        indented(details, 2),
        *_quotes("expected", failure.expected),
        *_quotes("came", failure.came),
    )


def _after(history: Sequence[str]) -> Text:
    return Text.assemble(("after: ", SECONDARY), label(" → ".join(history)))


def _own(report: OwnReport) -> Iterator[RenderableType]:
    count = report.answerable + report.left_out
    yield Text.assemble(
        (f"Asked {counted(count, 'question')} that members asked in ", HEADING),
        label(report.name, HEADING),
    )
    yield _table(
        ("", "questions", *(f"reply@{k}" for k in DEPTHS), "answered", "shown", "only asker"),
        [
            (
                "with their threads",
                str(report.answerable),
                *map(_share, (*report.reply_at, report.answered, report.shown, report.only_asker)),
            )
        ],
    )
    known = (f"{basis} ({n})" for basis, n in report.by_basis.items())
    without = f"{_share(report.refused)} of {counted(report.left_out, 'question')}"
    yield figures(
        [
            ("answers are known as", ", ".join(known)),
            ("refused without their thread", without if report.left_out else "none was asked"),
            ("wrong among the answered", _share(report.wrong)),
            ("an answer takes", _latency(report.latency)),
        ]
    )
    yield _risk_plot(report.risk_coverage)
    if report.failures:
        yield Text(counted(len(report.failures), "failure"), style=HEADING)
        yield from map(_own_failure, report.failures[:_SHOWN_MISSES])
        yield from _more(len(report.failures) - _SHOWN_MISSES)


def _own_failure(failure: OwnFailure) -> Group:
    rank = f"reply found at {failure.rank}" if failure.rank else "reply not among the first ten"
    details = "answered without its thread" if failure.is_left_out else rank
    return Group(
        Hanging(label(failure.question, HEADING), Text("✗ ", NUMBER)),
        indented(joined([details, f"confidence {failure.confidence:.2f}"]), 2),
        *_quotes("expected", failure.expected[:1]),
        *_quotes("came", failure.came[:1]),
    )


def _risk_plot(points: Sequence[RiskPoint]) -> Group:
    """Draw how many answers would be wrong, were only the surest questions answered."""
    rows = [Text(f"{'answered':>10}{'from':>8}{'wrong':>8}", style=SECONDARY)]
    for tenth in range(1, 11):
        point = next((each for each in points if each.coverage >= tenth / 10), None)
        if point is not None:
            shares = f"{point.coverage:>10.0%}{point.confidence:>8.0%}{point.risk:>8.0%}"
            rows.append(Text(f"{shares}  {'█' * round(_PLOT_COLUMNS * point.risk)}".rstrip()))
    return lines(*rows)


def _collection(report: CollectionReport) -> Iterator[RenderableType]:
    size = joined(
        [
            counted(report.documents, "document"),
            counted(report.threads, "thread") if report.threads else None,
            counted(report.passages, "passage"),
            counted(report.queries, "query", "queries"),
            f"indexed in {report.indexing_seconds:,.0f} s",
        ]
    )
    yield lines(label(f"Collection {report.name}", HEADING), size)
    yield _table(
        ("", "nDCG@10", "Recall@10", "Recall@100", "MRR@10", "p50 ms", "p95 ms"),
        (
            (
                row.ranker,
                f"{row.ndcg_at_10:.4f}",
                f"{row.recall_at_10:.4f}",
                f"{row.recall_at_100:.4f}",
                f"{row.mrr_at_10:.4f}",
                f"{row.p50_ms:.1f}",
                f"{row.p95_ms:.1f}",
            )
            for row in report.figures
        ),
    )
    if report.missed:
        yield from _misses(report.missed)


def _misses(missed: Sequence[MissedQuery]) -> Iterator[RenderableType]:
    queries = counted(len(missed), "query has", "queries have")
    yield Text(f"{queries} no relevant document among the first ten", style=HEADING)
    yield from map(_miss, missed[:_SHOWN_MISSES])
    yield from _more(len(missed) - _SHOWN_MISSES)


def _more(left: int) -> Iterator[Text]:
    if left > 0:
        yield Text(f"… and {left} more: --html FILE or --json shows them all.", style=SECONDARY)


def _miss(query: MissedQuery) -> Group:
    rank = f"first relevant one at {query.rank}" if query.rank else "none found"
    return Group(
        Hanging(label(query.text, HEADING), Text("✗ ", NUMBER)),
        indented(joined([label(query.id), rank]), 2),
        *_quotes("expected", query.expected[:1]),
        *_quotes("came", [query.first]),
    )


def _quotes(name: str, quotes: Sequence[str]) -> Iterator[RenderableType]:
    if quotes:
        yield indented(Text(name, style=SECONDARY), 2)
    for quote in quotes:
        text = plain(quote)
        if len(text) > _QUOTE_CHARACTERS:
            text = Text.assemble(text[:_QUOTE_CHARACTERS], " …")
        yield barred(text, _INDENT)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=SECONDARY)
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(_cell, row))
    return table


def _cell(text: str) -> Text:
    """Return untrusted text for a cell, the blanks that indent it kept."""
    indent = len(text) - len(text.lstrip(" "))
    return Text.assemble(" " * indent, label(text))


def _share(share: float) -> str:
    return f"{share:.0%}"


def _latency(latency: Latency) -> str:
    return f"p50 {latency.p50_ms:.0f} ms, p95 {latency.p95_ms:.0f} ms"
