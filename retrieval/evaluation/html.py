"""A report as one HTML page that needs nothing beside it: no script, no font, no network.

Everything that comes from a question or a post is escaped; the page's own policy forbids
whatever it does not contain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from retrieval.evaluation.collections.collection import CollectionReport, MissedQuery
from retrieval.evaluation.metrics import RiskPoint
from retrieval.evaluation.own_report import OwnFailure, OwnReport
from retrieval.evaluation.plots import bar_plot, histogram, line_plot
from retrieval.evaluation.question_report import (
    DEPTHS,
    Failure,
    Latency,
    QuestionReport,
    RecallFigures,
)
from retrieval.evaluation.request import Report
from retrieval.text.wording import visible

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6472; --line: #d8dde5;
  --card: #f6f7f9; --s0: #3b6fd4; --s1: #2f9e8f; --s2: #d9822b; --s3: #8a63c9; --back: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa4b2;
  --line: #343b47; --card: #1d222b; --s0: #7aa5f5; --s1: #56c4b4; --s2: #f0a55a;
  --s3: #b595ec; --back: #14181f; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p.lead, .soft { color: var(--soft); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .8rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } th { font-weight: 600; color: var(--soft); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: .2rem; }
svg { width: 100%; height: auto; background: var(--card); border-radius: .4rem; }
.axis { stroke: var(--soft); } .grid { stroke: var(--line); }
.label { fill: var(--soft); font-size: 12px; }
.line { fill: none; stroke: var(--s0); stroke-width: 2; } .dot { fill: var(--s0); }
.series-0 { fill: var(--s0); } .series-1 { fill: var(--s1); }
.series-2 { fill: var(--s2); } .series-3 { fill: var(--s3); }
article { background: var(--card); border-radius: .4rem; padding: .6rem 1rem; margin: .8rem 0; }
article h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
article p { margin: .2rem 0; } dt { color: var(--soft); margin-top: .3rem; }
dd { margin: 0; } blockquote { margin: .2rem 0; padding-left: .8rem; white-space: pre-line;
  border-left: 3px solid var(--line); overflow-wrap: anywhere; }
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_LONGEST_QUOTE: Final = 1_200
Cells = Sequence[str]


def page(report: Report) -> str:
    """Return the page of a report."""
    if isinstance(report, QuestionReport):
        parts = _questions(report)
    else:
        parts = _own(report) if isinstance(report, OwnReport) else _collection(report)
    title = _safe(f"Evaluation of {report.name}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{title}</h1>\n{chr(10).join(parts)}\n</body></html>\n"
    )


def _questions(report: QuestionReport) -> Iterator[str]:
    yield (
        f'<p class="lead">{report.questions:,} questions, asked of the knowledge base '
        f"“{_safe(report.knowledge_base)}”.</p>"
    )
    yield _recall_table(report)
    yield _facts(report)
    if report.unanswerable:
        yield "<h2>Questions that the threads do not answer</h2>"
        yield _table(
            ("", "questions", "answered", "closest shown", "nothing shown"),
            (
                (kind, *map(str, (row.questions, row.answered, row.closest, row.not_found)))
                for kind, row in report.unanswerable.items()
            ),
        )
    yield "<h2>Plots</h2>"
    yield _plots(_question_plots(report))
    yield f"<h2>Failures ({len(report.failures)})</h2>"
    yield from map(_failure, report.failures)


def _recall_table(report: QuestionReport) -> str:
    rows = [("answerable questions", report.alone), *report.by_kind.items()]
    rows += [("follow-up questions", report.follow_ups)]
    heads = ("", "questions", *(f"recall@{k}" for k in DEPTHS), "answered", "gold shown")
    return _table(heads, (_recall_row(name, row) for name, row in rows if row.questions))


def _recall_row(name: str, row: RecallFigures) -> Cells:
    return (name, f"{row.questions}", *map(_percent, (*row.at, row.answered, row.shown)))


def _facts(report: QuestionReport) -> str:
    rows = [("Wrong among the answered", f"{report.wrong_among_answered:.0%}")]
    if report.alone.questions:
        any_at = zip(DEPTHS, report.alone.any_at, strict=True)
        text = ", ".join(f"@{k} {share:.0%}" for k, share in any_at)
        rows.append(("Recall where any gold passage is enough", text))
    rows += [
        ("Calibration error of the confidence", f"{report.calibration_error:.3f}"),
        ("An answer takes", _times(report.answer_latency)),
        ("A search alone", _times(report.search_latency)),
    ]
    return "<h2>Further figures</h2>" + _table(("", ""), rows)


def _question_plots(report: QuestionReport) -> Iterator[tuple[str, str]]:
    by_kind = {kind: row.at for kind, row in report.by_kind.items()}
    if report.follow_ups.questions:
        by_kind["follow-up"] = report.follow_ups.at
    yield _risk_plot(report.risk_coverage)
    title = "Recall by kind"
    yield title, bar_plot(title, by_kind, [f"@{k}" for k in DEPTHS], "found")
    title = "How long an answer took"
    yield title, histogram(title, report.durations_ms, "milliseconds")
    title = "Confidence against what came true"
    filled = [(each.confidence, each.frequency) for each in report.calibration if each.count]
    yield title, line_plot(title, filled, "confidence", "answerable", diagonal=True)


def _risk_plot(points: Iterable[RiskPoint]) -> tuple[str, str]:
    title = "Risk against coverage"
    line = [(point.coverage, point.risk) for point in points]
    return title, line_plot(title, line, "questions answered", "of these, wrong")


def _failure(failure: Failure) -> str:
    rank = f"at {failure.rank}" if failure.rank else "not among the first ten"
    found = f"; what answers it was found {rank}" if failure.expected else ""
    history = f'<p class="soft">after: {_safe(" → ".join(failure.history))}</p>'
    return (
        f"<article><h3>{_safe(failure.question)}</h3>"
        f"{history if failure.history else ''}"
        f'<p class="soft">{_safe(failure.id)}, {_safe(failure.kind)}: '
        f"{_safe(failure.failing)}{found}. Outcome {_safe(failure.outcome)}, "
        f"confidence {failure.confidence:.2f}.</p><dl>"
        f"{_quotes('Expected', failure.expected)}{_quotes('Came', failure.came)}</dl></article>"
    )


def _collection(report: CollectionReport) -> Iterator[str]:
    yield (
        f'<p class="lead">{report.documents:,} documents in {report.passages:,} passages, '
        f"{report.queries:,} queries; indexed in {report.indexing_seconds:,.0f} s.</p>"
    )
    heads = ("", "nDCG@10", "Recall@10", "Recall@100", "MRR@10", "p50 ms", "p95 ms")
    yield _table(
        heads,
        (
            (
                row.ranker,
                *(
                    f"{value:.4f}"
                    for value in (row.ndcg_at_10, row.recall_at_10, row.recall_at_100)
                ),
                f"{row.mrr_at_10:.4f}",
                f"{row.p50_ms:.1f}",
                f"{row.p95_ms:.1f}",
            )
            for row in report.figures
        ),
    )
    yield "<h2>Plots</h2>"
    yield _plots(_collection_plots(report))
    yield f"<h2>Queries without a relevant document among the first ten ({len(report.missed)})</h2>"
    yield from map(_missed, report.missed)


def _collection_plots(report: CollectionReport) -> Iterator[tuple[str, str]]:
    rankers = {
        row.ranker: (row.ndcg_at_10, row.recall_at_10, row.mrr_at_10) for row in report.figures
    }
    title = "Measures by ranker"
    yield title, bar_plot(title, rankers, ("nDCG@10", "Recall@10", "MRR@10"), "mean")
    title = "How long a search took"
    yield title, histogram(title, report.durations_ms, "milliseconds")
    ordered = sorted(report.ndcg_by_query, reverse=True)
    points = [((n + 0.5) / len(ordered), value) for n, value in enumerate(ordered)]
    title = "nDCG@10 of each query, the best first"
    yield title, line_plot(title, points, "queries", "nDCG@10")


def _own(report: OwnReport) -> Iterator[str]:
    yield (
        f'<p class="lead">{report.answerable + report.left_out:,} questions that members asked, '
        f"{report.left_out:,} of them asked without their thread.</p>"
    )
    heads = ("", "questions", *(f"reply@{k}" for k in DEPTHS), "answered", "shown", "only asker")
    shares = (*report.reply_at, report.answered, report.shown, report.only_asker)
    yield _table(heads, [("with their threads", f"{report.answerable}", *map(_percent, shares))])
    yield "<h2>Further figures</h2>" + _table(
        ("", ""),
        [
            *((f"Answer known as: {basis}", f"{n}") for basis, n in report.by_basis.items()),
            ("Refused without their thread", _percent(report.refused)),
            ("Wrong among the answered", _percent(report.wrong)),
            ("An answer takes", _times(report.latency)),
        ],
    )
    yield "<h2>Plots</h2>"
    yield _plots([_risk_plot(report.risk_coverage)])
    yield f"<h2>Failures ({len(report.failures)})</h2>"
    yield from map(_own_failure, report.failures)


def _own_failure(failure: OwnFailure) -> str:
    rank = f"at {failure.rank}" if failure.rank else "not among the first ten"
    told = "Answered without its thread" if failure.is_left_out else f"Reply found {rank}"
    return (
        f"<article><h3>{_safe(failure.question)}</h3>"
        f'<p class="soft">{told}; confidence {failure.confidence:.2f}.</p><dl>'
        f"{_quotes('Expected', failure.expected)}{_quotes('Came', failure.came)}</dl></article>"
    )


def _missed(query: MissedQuery) -> str:
    rank = f"first relevant document at {query.rank}" if query.rank else "none found"
    return (
        f"<article><h3>{_safe(query.text)}</h3>"
        f'<p class="soft">{_safe(query.id)}: {rank}</p><dl>'
        f"{_quotes('Expected', query.expected)}{_quotes('Came first', [query.first])}"
        "</dl></article>"
    )


def _table(heads: Cells, rows: Iterable[Cells]) -> str:
    head = "".join(f"<th>{_safe(cell)}</th>" for cell in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _plots(plots: Iterable[tuple[str, str]]) -> str:
    figures = (
        f"<figure><figcaption>{_safe(title)}</figcaption>{svg}</figure>" for title, svg in plots
    )
    return f'<div class="plots">{"".join(figures)}</div>'


def _quotes(name: str, quotes: Sequence[str]) -> str:
    if not quotes:
        return f"<dt>{name}</dt><dd>nothing</dd>"
    blocks = "".join(f"<blockquote>{_safe(_cut(quote))}</blockquote>" for quote in quotes)
    return f"<dt>{name}</dt><dd>{blocks}</dd>"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + " …"


def _times(latency: Latency) -> str:
    return f"p50 {latency.p50_ms:.0f} ms, p95 {latency.p95_ms:.0f} ms"


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _safe(text: str) -> str:
    """Return untrusted text for any place between tags."""
    return escape(visible(text)).encode("utf-8", "replace").decode("utf-8")
