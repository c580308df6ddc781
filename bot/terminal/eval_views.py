"""What people see of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from bot.terminal.layout import (
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
    minute,
    plain,
    stack,
)
from retrieval.evaluation.question_report import DEPTHS, QuestionReport
from retrieval.evaluation.self_test import SelfReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import RenderableType

    from retrieval.evaluation.collection import CollectionReport, MissedQuery
    from retrieval.evaluation.question_report import Failure, Latency, RecallFigures
    from retrieval.evaluation.request import Report

_QUOTE_CHARACTERS: Final = 280
_SHOWN_MISSES: Final = 5
_INDENT: Final = 4


def report_view(report: Report) -> Group:
    """Show an evaluation: its figures, then what failed."""
    if isinstance(report, QuestionReport):
        return stack(_questions(report))
    return stack(_self_test(report) if isinstance(report, SelfReport) else _collection(report))


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
        ("risk against coverage", _risks(report)),
        ("an answer takes", _latency(report.answer_latency)),
        ("a search alone", _latency(report.search_latency)),
    ]


def _risks(report: QuestionReport) -> str:
    """Say how many would be wrong, were a half, three quarters or all of them answered."""
    risks = []
    for coverage in (0.5, 0.75, 1.0):
        point = next((each for each in report.risk_coverage if each.coverage >= coverage), None)
        if point is not None:
            risks.append(f"{_share(point.risk)} wrong at {_share(point.coverage)}")
    return ", ".join(risks)


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


def _self_test(report: SelfReport) -> Iterator[RenderableType]:
    yield Text.assemble(
        (f"Asked {counted(len(report.run.ranks), 'question')} made of the quotes in ", HEADING),
        label(report.name, HEADING),
    )
    rows = [("all of them", len(report.run.ranks), report.recall)]
    if report.before is not None:
        before, now = report.recall_of_shared
        rows.append((f"before, {minute(report.before.at)}", len(report.shared), before))
        rows.append(("the same ones now", len(report.shared), now))
    yield _table(
        ("", "questions", *(f"recall@{k}" for k in DEPTHS)),
        ((name, str(count), *map(_share, recall)) for name, count, recall in rows),
    )
    if report.before is None:
        yield Text("The first run: the next one is compared with it.", style=SECONDARY)
        return
    if report.before.embedding != report.run.embedding:
        yield label(
            f"The model has changed: {report.before.embedding} before, {report.run.embedding} now."
        )
    lost = counted(len(report.lost), "question")
    yield Text(f"{lost} found what they reply to then, and not now", style=HEADING)
    if report.lost:
        yield Group(*(barred(label(report.texts[id_]), 0) for id_ in report.lost))


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
    if len(missed) > _SHOWN_MISSES:
        more = f"… and {len(missed) - _SHOWN_MISSES} more: --html FILE or --json shows them all."
        yield Text(more, style=SECONDARY)


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
