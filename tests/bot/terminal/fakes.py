"""A librarian with a small shelf of its own, and an app that opens it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bot.librarian import Format, IngestRequest, Removed
from bot.terminal.app import AppContext
from ingest.report import IngestReport, Progress, Refusal, Stage
from retrieval.errors import FootnoteError, NotFoundError, QuestionError
from retrieval.evaluation.progress import OnProgress
from retrieval.evaluation.request import EvalRequest, Report
from retrieval.probing import ModelCheck
from retrieval.records import (
    Answer,
    Citation,
    FirstAnswer,
    Hit,
    News,
    Occurrence,
    Outcome,
    Paragraph,
    Passage,
    Post,
    PostView,
    ScoreParts,
    SourceView,
    Statement,
    Status,
    Suggestion,
    TextKind,
    Thread,
    ThreadHit,
    ThreadNews,
    ThreadView,
    Timings,
    Topic,
)
from retrieval.store.examination import Examination

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07x\x1b]8;;\x07 "
    "[bold]not bold[/bold] \u202egnp\u2069\x07\x00"
)
"""Colours, a hidden link, rich markup, bidirectional controls, a bell and a NUL."""

CEST = timezone(timedelta(hours=2))
QUESTION = "How do I free a stuck seat post?"

THREAD = Thread(
    id="9c1e04aa51d27b36",
    file="workshop/seat-posts.json",
    source_kind="discord-export",
    title="Seat post will not move",
    url="https://forum.example/t/41",
)
FIRST = Post(
    id="a0a0a0a0a0a0a0a0",
    thread_id=THREAD.id,
    ordinal=0,
    text="My aluminium seat post has not moved in six years and I am out of ideas.",
    author="jonas",
    created_at=datetime(2024, 5, 3, 0, 30, tzinfo=CEST),
    url="https://forum.example/t/41#1",
)
SECOND = Post(
    id="b1b1b1b1b1b1b1b1",
    thread_id=THREAD.id,
    ordinal=1,
    text=(
        "My aluminium seat post has not moved in six years\n\n"
        "Drip penetrating oil down the seam, leave it overnight, then clamp the post in a vice "
        "and turn the whole frame.\n\n"
        "Never heat a carbon frame."
    ),
    author="Mira T.",
    created_at=datetime(2024, 5, 3, 10, 12, tzinfo=UTC),
    parent_id=FIRST.id,
    url="https://forum.example/t/41#2",
)
NOTES = Thread(id="77aa00c4d1e2f3b4", file="notes.txt", source_kind="plain-text")
NOTE = Post(
    id="c2c2c2c2c2c2c2c2",
    thread_id=NOTES.id,
    ordinal=0,
    text="Ammonia dissolves the oxide that locks aluminium into steel; open a window first.",
)


FORMAT = Format(
    "post-cards", "Post cards", (".card",), "Dear all, [wish] you were here.", "Turn them over."
)


def passage_of(post: Post, passage_id: str, text: str, **changes: Any) -> Passage:
    start = post.text.index(text)
    passage = Passage(
        id=passage_id,
        post_id=post.id,
        thread_id=post.thread_id,
        ordinal=post.ordinal,
        paragraph=0,
        start=start,
        end=start + len(text),
        text=text,
    )
    return replace(passage, **changes)


COMPLAINT = passage_of(FIRST, "1111aaaa2222bbbb", FIRST.text)
REPEATED = passage_of(
    SECOND,
    "3333cccc4444dddd",
    "My aluminium seat post has not moved in six years",
    kind=TextKind.QUOTE,
    origin_id=COMPLAINT.id,
)
OIL = passage_of(
    SECOND,
    "3fa94c2171b0d5e2",
    "Drip penetrating oil down the seam, leave it overnight, then clamp the post in a vice "
    "and turn the whole frame.",
)
WARNING = passage_of(SECOND, "5555eeee6666ffff", "Never heat a carbon frame.")
AMMONIA = passage_of(NOTE, "88d20f6c1b3a4e57", NOTE.text)


def cite(n: int, passage: Passage, post: Post, thread: Thread) -> Citation:
    return Citation(n, passage.text, passage.start, passage.end, passage, post, thread)


ANSWERED = Answer(
    question=QUESTION,
    outcome=Outcome.ANSWERED,
    text=f"{OIL.text} [1] {AMMONIA.text} [2]",
    statements=(Statement(OIL.text, (1,)), Statement(AMMONIA.text, (2,))),
    citations=(cite(1, OIL, SECOND, THREAD), cite(2, AMMONIA, NOTE, NOTES)),
    confidence=0.8725,
    trace=(
        "Read the question as it stands: it follows up nothing.",
        "Searched 214 passages by meaning and by words; kept 7.",
        "Checked both sentences against their posts: word for word.",
    ),
    timings_ms=Timings(4.0, 11.5, 2.25, 18.0),
)
CLOSEST = Answer(
    question="Which glue for tyres?",
    outcome=Outcome.CLOSEST,
    text="The threads do not answer this.",
    closest=(cite(1, AMMONIA, NOTE, NOTES),),
    confidence=0.21,
)
NOT_FOUND = Answer(
    question="Who won the league?",
    outcome=Outcome.NOT_FOUND,
    text="The threads say nothing about this.",
    confidence=0.01,
)
HITS = (
    Hit(OIL, SECOND, THREAD, 2.75, ScoreParts(1.5, 0.75, 0.5), 0.71, 9.5),
    Hit(AMMONIA, NOTE, NOTES, -0.25, ScoreParts(0.25, -0.75, 0.25), 0.4, 2.0),
)
THREAD_HITS = (ThreadHit(THREAD, FIRST, 2, HITS[:1]), ThreadHit(NOTES, NOTE, 1, HITS[1:]))
SOURCE = SourceView(
    passage=OIL,
    post=SECOND,
    thread=THREAD,
    before=(REPEATED,),
    after=(WARNING,),
    in_reply_to=FIRST,
    replies=(replace(NOTE, id="d3d3d3d3d3d3d3d3", text="Thanks, that worked!", author="jonas"),),
    also_in=(Occurrence(AMMONIA.id, TextKind.QUOTE, NOTE, NOTES),),
)


def paragraph_of(passage: Passage, repeats: int = 0) -> Paragraph:
    return Paragraph(passage.id, passage.text, passage.kind, passage.origin_id, repeats)


WHOLE_THREAD = ThreadView(
    THREAD,
    (
        PostView(FIRST, (paragraph_of(COMPLAINT),)),
        PostView(SECOND, (paragraph_of(REPEATED), paragraph_of(OIL), paragraph_of(WARNING, 2))),
    ),
)
WHOLE_NOTES = ThreadView(NOTES, (PostView(NOTE, (paragraph_of(AMMONIA),)),))
STATUS = Status(
    knowledge_base="default",
    files=2,
    threads=2,
    posts=3,
    passages=1204,
    quotes_linked=1,
    copies=2,
    embedding="all-MiniLM-L6-v2@1a2b3c",
    generation=4,
    updated_at=datetime(2024, 5, 4, 8, 0, tzinfo=UTC),
    disk_bytes=1_572_864,
)
REPORT = IngestReport(
    files_read=3,
    files_unchanged=1,
    files_removed=0,
    refused=(),
    threads=2,
    posts=3,
    quotes_linked=1,
    repeats=12,
    near=1,
    passages_total=1204,
    passages_added=5,
    passages_removed=2,
    passages_unchanged=1199,
    seconds=1.25,
)
REFUSAL = Refusal("old\n\x1b[2J.txt", "byte 17 is not UTF-8; name its --encoding")


NEWS = News(
    since=datetime(2026, 3, 1, tzinfo=UTC),
    threads=(ThreadNews(WHOLE_THREAD.thread, 2, True, WHOLE_THREAD.posts[0].post),),
    new_threads=1,
    grown_threads=0,
    new_posts=2,
)
TOPICS = (Topic(("pump", "noise"), 0.5, ANSWERED.citations),)


@dataclass
class FakeLibrarian:
    """Answers from a table by question, remembers what it was asked, raises on order."""

    answers: dict[str, Answer] = field(
        default_factory=lambda: {each.question: each for each in (ANSWERED, CLOSEST, NOT_FOUND)}
    )
    threads: dict[str, tuple[ThreadView, ...]] = field(
        default_factory=lambda: {THREAD.file: (WHOLE_THREAD,), "both": (WHOLE_THREAD, WHOLE_NOTES)}
    )
    view: SourceView = SOURCE
    hits: tuple[Hit, ...] = HITS
    thread_hits: tuple[ThreadHit, ...] = THREAD_HITS
    failure: Exception | None = None
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)

    def _fail_on_order(self) -> None:
        if self.failure:
            raise self.failure

    def answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> Answer:
        assert (about, asker) == ("", None), "in the terminal there is nobody to tell apart"
        self._fail_on_order()
        if not question.strip():
            raise QuestionError("the question is empty; ask something")
        self.asked.append((question, tuple(history)))
        return self.answers.get(question, replace(NOT_FOUND, question=question))

    def first_answer(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        about: str = "",
        asker: str | None = None,
    ) -> FirstAnswer:
        return FirstAnswer(self.answer(question, history, about=about, asker=asker))

    def search(self, query: str, limit: int = 10) -> tuple[tuple[Hit, ...], Timings]:
        self._fail_on_order()
        self.asked.append((query, ()))
        self.limits.append(limit)
        return self.hits[:limit], Timings(1.0, 2.0, 0.0, 3.0)

    def search_threads(self, query: str, limit: int = 10) -> tuple[tuple[ThreadHit, ...], Timings]:
        self._fail_on_order()
        self.asked.append((query, ()))
        self.limits.append(limit)
        return self.thread_hits[:limit], Timings(1.0, 2.0, 0.0, 3.0)

    def source(self, passage_id: str) -> SourceView:
        self._fail_on_order()
        if not self.view.passage.id.startswith(passage_id):
            raise NotFoundError(f"no passage begins with {passage_id}")
        return self.view

    def thread(self, name: str) -> tuple[ThreadView, ...]:
        self._fail_on_order()
        return self.threads.get(name, ())

    def missing(self, passage_ids: Collection[str]) -> frozenset[str]:
        raise NotImplementedError("the terminal keeps no answers")

    def suggest(self, text: str, limit: int = 25) -> tuple[Suggestion, ...]:
        raise NotImplementedError("the terminal suggests nothing")

    def updated_at(self) -> datetime | None:
        raise NotImplementedError("the terminal asks for the whole status")

    def news(self, since: datetime, limit: int = 10) -> News:
        self._fail_on_order()
        self.limits.append(limit)
        return replace(NEWS, since=since)

    def topics(self, limit: int = 8) -> tuple[Topic, ...]:
        self._fail_on_order()
        return TOPICS[:limit]

    def status(self) -> Status:
        self._fail_on_order()
        return STATUS


@dataclass
class FakeSettings:
    corpus_dir: Path
    overrides: dict[str, Any]
    data_dir: Path = Path("no-such-data")


@dataclass
class FakePeople:
    """Forgets whom it is told to."""

    posts: dict[str, Removed] = field(default_factory=dict)
    """What is taken out of each author's."""
    forgotten: dict[str, str | None] = field(default_factory=dict)

    def forget(self, author_id: str, name: str | None = None) -> Removed:
        self.forgotten[author_id] = name
        return self.posts.get(author_id, Removed(0))

    def allow(self, author_id: str) -> bool:
        was_there = author_id in self.forgotten
        self.forgotten.pop(author_id, None)
        return was_there

    def is_forgotten(self, author_id: str) -> bool:
        return author_id in self.forgotten

    def count(self) -> int:
        return len(self.forgotten)


@dataclass
class FakeApp:
    """What a run opened, and with what."""

    corpus_dir: Path = Path("no-such-corpus")
    librarian: FakeLibrarian = field(default_factory=FakeLibrarian)
    report: IngestReport = REPORT
    ingest_error: FootnoteError | None = None
    settings: FakeSettings | None = None
    opened: list[str] = field(default_factory=list)
    serving: list[bool] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    requests: list[IngestRequest] = field(default_factory=list)
    examination: Examination | None = None
    examination_error: FootnoteError | None = None
    examined: list[tuple[str, bool]] = field(default_factory=list)
    model_checks: tuple[ModelCheck, ...] = ()
    people: FakePeople = field(default_factory=FakePeople)
    bots: int = 0
    evaluation: Report | None = None
    evaluations: list[EvalRequest] = field(default_factory=list)

    def context(self) -> AppContext:
        return AppContext(
            self._load,
            self._open,
            self._ingest,
            self._run_bot,
            examine=self._examine,
            evaluate=self._evaluate,
            check_models=lambda _settings: self.model_checks,
            formats=lambda: (FORMAT,),
            people=lambda _settings: self.people,
        )

    def _load(self, **overrides: Any) -> FakeSettings:
        corpus_dir = overrides.get("corpus_dir", self.corpus_dir)
        data_dir = overrides.get("data_dir", Path("no-such-data"))
        self.settings = FakeSettings(corpus_dir, overrides, data_dir)
        return self.settings

    @contextmanager
    def _open(
        self, settings: FakeSettings, knowledge_base: str, *, serve: bool
    ) -> Iterator[FakeLibrarian]:
        assert settings is self.settings
        self.opened.append(knowledge_base)
        self.serving.append(serve)
        try:
            yield self.librarian
        finally:
            self.closed.append(knowledge_base)

    def _ingest(
        self,
        settings: FakeSettings,
        request: IngestRequest,
        listener: Callable[[Progress], None],
    ) -> IngestReport:
        assert settings is self.settings
        self.requests.append(request)
        listener(Progress(Stage.READ, 1, 2, "a.txt"))
        if self.ingest_error:
            raise self.ingest_error
        listener(Progress(Stage.READ, 2, 2, "b.txt"))
        return self.report

    def _examine(
        self,
        settings: FakeSettings,
        knowledge_base: str,
        on_step: Callable[[str, int, int], None],
        *,
        anew: bool,
    ) -> Examination:
        assert settings is self.settings
        self.examined.append((knowledge_base, anew))
        on_step("Searching", 0, 1)
        if self.examination_error:
            raise self.examination_error
        assert self.examination is not None
        return self.examination

    def _run_bot(self, settings: FakeSettings) -> None:
        assert settings is self.settings
        self.bots += 1

    def _evaluate(
        self, settings: FakeSettings, request: EvalRequest, on_progress: OnProgress
    ) -> Report:
        assert settings is self.settings
        self.evaluations.append(request)
        on_progress("Asking", 1, 1)
        assert self.evaluation is not None
        return self.evaluation
