"""Domain records with only what a test cares about spelled out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ingest.report import IngestReport, Refusal
from retrieval.records import (
    Answer,
    Citation,
    Hit,
    Outcome,
    Passage,
    Post,
    ScoreParts,
    SourceView,
    Statement,
    TextKind,
    Thread,
    ThreadHit,
)

WHEN = datetime(2024, 3, 1, 12, tzinfo=UTC)


def make_thread(**changes: Any) -> Thread:
    return replace(Thread("t" * 16, "talk/tides.txt", "plain-text", "Tides", None), **changes)


def make_post(text: str = "The gate opens at six.", **changes: Any) -> Post:
    return replace(Post("a" * 16, "t" * 16, 0, text, "Ada", WHEN), **changes)


def make_passage(text: str, passage_id: str = "0123456789abcdef", **changes: Any) -> Passage:
    passage = Passage(passage_id, "a" * 16, "t" * 16, 0, 0, 0, len(text), text)
    return replace(passage, **changes)


def make_citation(
    n: int,
    quote: str,
    *,
    post: Post | None = None,
    thread: Thread | None = None,
    kind: TextKind = TextKind.OWN,
) -> Citation:
    """A citation of a whole post; one post for each number unless one is given."""
    post = post or make_post(quote, id=f"{n:016x}")
    passage = make_passage(post.text, f"{n:016x}", post_id=post.id, kind=kind)
    start = max(post.text.find(quote), 0)
    return Citation(n, quote, start, start + len(quote), passage, post, thread or make_thread())


def make_answer(*quotes: str, url: str | None = "https://forum.example/p/1") -> Answer:
    """An answered question: one statement, one post and one citation for each quote."""
    citations = tuple(
        make_citation(n, quote, post=make_post(quote, id=f"{n:016x}", url=url))
        for n, quote in enumerate(quotes, 1)
    )
    statements = tuple(Statement(c.quote, (c.n,)) for c in citations)
    text = " ".join(f"{s.text} [{s.citations[0]}]" for s in statements)
    return Answer("When does the gate open?", Outcome.ANSWERED, text, statements, citations)


def make_closest(*quotes: str) -> Answer:
    """A question that the threads come close to and do not answer."""
    citations = tuple(make_citation(n, quote) for n, quote in enumerate(quotes, 1))
    text = "The threads do not answer this."
    return Answer("And the moon?", Outcome.CLOSEST, text, closest=citations)


def make_not_found() -> Answer:
    """A question that nothing comes close to."""
    return Answer("Who won?", Outcome.NOT_FOUND, "The threads say nothing about this.")


def make_thread_hit(text: str = "The gate opens at six.", **changes: Any) -> ThreadHit:
    """A thread of twelve posts that Bea opened, with one passage of Ada's."""
    thread = make_thread(url="https://forum.example/t/1")
    opening = make_post("When does the gate open?", author="Bea", id="b" * 16)
    hit = Hit(make_passage(text), make_post(text), thread, 1.5, ScoreParts(1.0, 0.5, 0.0))
    return replace(ThreadHit(thread, opening, 12, (hit,)), **changes)


def make_source(text: str = "The gate opens at six.", **changes: Any) -> SourceView:
    post = make_post(text, url="https://forum.example/p/1")
    view = SourceView(make_passage(text), post, make_thread(), (), (), None, (), ())
    return replace(view, **changes)


def make_report(*refused: Refusal) -> IngestReport:
    return IngestReport(
        files_read=3,
        files_unchanged=40,
        files_removed=1,
        refused=refused,
        threads=44,
        posts=1234,
        quotes_linked=56,
        repeats=7,
        near=8,
        passages_total=5000,
        passages_added=90,
        passages_removed=10,
        passages_unchanged=4910,
        seconds=12.34,
    )
