"""The records that every part of Footnote speaks in.

All of them are frozen and plain: tuples instead of lists, aware datetimes, no behaviour
beyond small derived values.  They are made by ``ingest`` from source files, kept by
``retrieval.store`` and shown by ``bot``.  The words are those of docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

ID_LENGTH: Final = 16
"""Length of a content-derived id in hexadecimal digits (64 bits)."""


class TextKind(StrEnum):
    """Whose words a passage holds."""

    OWN = "own"
    QUOTE = "quote"


class Standing(StrEnum):
    """What a post is in its exchange."""

    QUESTION = "question"
    """It opens the exchange and asks."""
    STATEMENT = "statement"
    """It opens the exchange and asks nothing: an announcement, a remark in passing."""
    REPLY = "reply"
    ACCEPTED = "accepted"
    """A reply that the source marks as the answer."""
    HELPED = "helped"
    """A reply that the asker said had helped."""
    SOLUTION = "solution"
    """The asker's own word of how it was solved."""
    REMARK = "remark"
    """Whatever else the asker said later on."""

    @property
    def is_askers(self) -> bool:
        """Whether the asker wrote it and it answers nothing."""
        return self in {Standing.QUESTION, Standing.REMARK}


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    CLOSEST = "closest"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Thread:
    """One discussion."""

    id: str
    file: str
    """Where it was read: a path relative to the folder that was ingested, POSIX style."""
    source_kind: str
    """The name of the reader that understood the file, e.g. ``plain-text``."""
    title: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    is_solved: bool = False
    """Whether the source says that the asker was helped."""
    is_channel: bool = False
    """Whether people talk here about one thing after another; else its first post opens it."""
    room: str | None = None
    """The live channel whose readers alone may read it, as ``guild/channel``; None: whoever may
    see the knowledge base."""


@dataclass(frozen=True, slots=True)
class Post:
    """One contribution to a thread; its text never changes once it is cleaned."""

    id: str
    thread_id: str
    ordinal: int
    """Place in the thread, from 0."""
    text: str
    author: str | None = None
    created_at: datetime | None = None
    parent_id: str | None = None
    """The post that this one replies to, where the source says so or a quote shows it."""
    url: str | None = None
    author_id: str | None = None
    """The source's own id of the author, which outlives a change of name."""
    account: str | None = None
    """The author's other name, where they show under a nickname."""
    edited_at: datetime | None = None
    score: int | None = None
    """Votes, likes or reactions, where the source counts them."""
    is_accepted: bool = False
    """Whether the source marks it as the answer."""
    is_bot: bool = False
    """Whether a program wrote it."""
    attachments: tuple[str, ...] = ()
    """Names of the files that hang on it."""
    mentions: tuple[str, ...] = ()
    """Ids of the people whom it addresses."""
    exchange_id: str | None = None
    """The post that opened the exchange which this one belongs to; None where nothing tells."""
    standing: Standing = Standing.STATEMENT
    worth: float = 0.0
    """How much less than for the best reply of its exchange speaks for it as an answer: the
    difference of two logits, 0 for the best."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what answers it; a topic is one, a channel many."""

    id: str
    """That of the post that opened it."""
    text: str
    """What people look for: its title, the question, and how its replies begin."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is indexed and cited: the span ``[start, end)`` of one post's text."""

    id: str
    post_id: str
    thread_id: str
    ordinal: int
    """Place among the thread's passages, from 0."""
    paragraph: int
    """Which paragraph of the thread it belongs to; a long paragraph has several passages."""
    start: int
    end: int
    text: str
    kind: TextKind = TextKind.OWN
    origin_id: str | None = None
    """For a quote: the passage whose words it repeats, where that is in the knowledge base."""
    repeats: int = 0
    """How many further places of its file hold this very text."""
    duplicate_of: str | None = None
    """The passage that it copies with small differences, where that is in the knowledge base."""
    quoted_author: str | None = None
    """For a quote: whose words the source says that they are."""


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """What a hit's score is made of; each is a z-score over the candidates, weighted."""

    dense: float
    lexical: float
    thread: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found, with the post and the thread around it."""

    passage: Passage
    post: Post
    thread: Thread
    score: float
    parts: ScoreParts
    cosine: float = 0.0
    """Raw cosine similarity between the question and the passage, -1 to 1."""
    bm25: float = 0.0
    """Raw BM25 score of the passage, 0 where no term of the question occurs."""
    exchange_cosine: float = 0.0
    """Raw cosine similarity between the question and the exchange that the passage is part of, 0
    where it is part of none."""
    asked: Post | None = None
    """The post whose question this one answers; None where it opened its exchange itself."""

    @property
    def standing(self) -> Standing:
        """What its post is in its exchange."""
        return self.post.standing


@dataclass(frozen=True, slots=True)
class ThreadHit:
    """A thread that a search found."""

    thread: Thread
    opening: Post
    """The post that opened it."""
    posts: int
    """How many it has, those that were not found included."""
    hits: tuple[Hit, ...]
    """Its passages among those that were found, best first; at least one."""

    @property
    def score(self) -> float:
        """That of its best passage."""
        return self.hits[0].score


class RulingKind(StrEnum):
    """What staff can say, with the last word."""

    ANSWER = "answer"
    """This post is the answer to what it replies to."""
    HIDDEN = "hidden"
    """This is never to be shown."""
    OUTDATED = "outdated"
    """This holds no longer."""
    OFFICIAL = "official"
    """This text comes first for questions like these."""


@dataclass(frozen=True, slots=True)
class StaffNote:
    """What staff said of a post that is cited."""

    kind: RulingKind
    at: datetime
    by: str = ""
    """Who said it; empty where that is forgotten."""
    text: str = ""
    """What replaces the post, where it is outdated and staff said so."""
    is_replacement: bool = False
    """Whether the post stands here in the place of an outdated one."""


@dataclass(frozen=True, slots=True)
class OfficialAnswer:
    """A text of staff that comes first for questions like one that it was given for."""

    id: str
    question: str
    """The one of those that it was given for which is most like what was asked."""
    text: str
    at: datetime
    by: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered, verbatim span of a passage: ``post.text[start:end] == quote``."""

    n: int
    quote: str
    start: int
    """Offset of the quote in the post's text."""
    end: int
    passage: Passage
    """What was found there; the quote may reach beyond it."""
    post: Post
    thread: Thread
    asked: Post | None = None
    """The post whose question this one answers, where that is known."""
    staff: StaffNote | None = None
    """What staff said of the post."""


class Support(StrEnum):
    """What is known of whether a sentence says what its quotes say."""

    QUOTED = "quoted"
    """It is the post's own."""
    CONFIRMED = "confirmed"
    """A second reading found all of it in its quotes."""
    PARTLY = "partly"
    """A second reading found a part of it in its quotes."""
    UNCONFIRMED = "unconfirmed"
    """It is a model's, and nothing but the model speaks for it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """An excerpt, or a sentence that a model wrote, with the citations that it rests on."""

    text: str
    citations: tuple[int, ...]
    support: Support = Support.QUOTED
    missing: str = ""
    """For ``partly``: those words of it that the quotes do not say, where they are known."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a language model was given and gave for one answer, all its calls together."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    """None where no price is set."""
    is_estimated: bool = False
    """Whether tokens were counted here, since the provider did not say how many they were."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of the sentences that a language model wrote."""

    quoted: int = 0
    confirmed: int = 0
    partly: int = 0
    unconfirmed: int = 0
    dropped: int = 0
    """Sentences that are not shown."""

    @property
    def shown(self) -> int:
        """All that are shown."""
        return self.quoted + self.confirmed + self.partly + self.unconfirmed

    @property
    def told(self) -> str:
        """The counts in plain words: "5 sentences: 4 confirmed, 1 not confirmed; 1 dropped"."""
        kinds = (
            (self.quoted, "quoted"),
            (self.confirmed, "confirmed"),
            (self.partly, "partly confirmed"),
            (self.unconfirmed, "not confirmed"),
        )
        each = ", ".join(f"{count} {kind}" for count, kind in kinds if count)
        dropped = f"; {self.dropped} dropped" if self.dropped else ""
        return f"{self.shown} sentence{'s' * (self.shown != 1)}: {each or 'none'}{dropped}"


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of an answer went, in milliseconds."""

    embed: float = 0.0
    search: float = 0.0
    write: float = 0.0
    total: float = 0.0


class NoteKind(StrEnum):
    """What could not be done with a condition of a question as it was asked."""

    NOBODY = "nobody"
    """Nobody is called so; it was dropped."""
    SEVERAL = "several"
    """Several people are; all of them were looked at."""
    NOTHING_LEFT = "nothing-left"
    """No post fulfils the conditions; they were dropped."""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody should know of how their question was read."""

    kind: NoteKind
    about: str
    """The name, or the conditions in words."""
    people: tuple[str, ...] = ()
    """Who is called so, each with the id by which to ask for one of them."""

    @property
    def told(self) -> str:
        """The note in a sentence or two."""
        if self.kind is NoteKind.NOBODY:
            return f"Nobody here is called “{self.about}”, so everybody's posts were searched."
        if self.kind is NoteKind.NOTHING_LEFT:
            return f"There are no posts {self.about}, so all were searched."
        return (
            f"“{self.about}” may be {', '.join(self.people)}: all of them were searched. "
            "`from:` and an id asks for one."
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person gets for a question."""

    question: str
    outcome: Outcome
    text: str
    """The answer in plain words with ``[n]`` after each cited sentence; for the other
    outcomes one sentence that says so."""
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()
    """For ``closest``: the nearest passages, shown without claiming that they answer."""
    unanswered: tuple[str, ...] = ()
    """Of a question of several, the parts that nothing shown answers."""
    confidence: float = 0.0
    """How likely the threads answer the question, 0 to 1."""
    mode: str = "extractive"
    """Who decided what is shown: ``extractive``, or the name of the language model that wrote
    the answer or, for ``closest``, found none in the passages."""
    fallback: str | None = None
    """Why a language model was asked and its answer is not shown, in a few plain words."""
    verification: Verification | None = None
    """None where no language model wrote."""
    usage: Usage | None = None
    """None where no language model was asked."""
    trace: tuple[str, ...] = ()
    """The steps behind the answer, in plain words."""
    notes: tuple[Note, ...] = ()
    official: OfficialAnswer | None = None
    """What staff answer to questions like this one; the threads' own words come after it."""
    timings_ms: Timings = field(default_factory=Timings)


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """An answer that is there, and how it may become a better one that takes a while."""

    answer: Answer
    write: Callable[[], Answer] | None = None
    """Has a language model write, and blocks till then; None where no model is to be asked."""
    writer: str = ""
    """That model's name."""

    def finished(self) -> Answer:
        """Return the better answer where there may be one."""
        return self.answer if self.write is None else self.write()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a post as a thread view shows it."""

    id: str
    """The id of its first passage."""
    text: str
    kind: TextKind
    origin_id: str | None
    repeats: int


@dataclass(frozen=True, slots=True)
class PostView:
    """A post with its paragraphs."""

    post: Post
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A whole thread as understood."""

    thread: Thread
    posts: tuple[PostView, ...]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Another place where a passage's words stand."""

    passage_id: str
    kind: TextKind
    post: Post
    thread: Thread


@dataclass(frozen=True, slots=True)
class SourceView:
    """A passage in its thread: what stands around it, what it answers, what answers it."""

    passage: Passage
    post: Post
    thread: Thread
    before: tuple[Passage, ...]
    """The passages just before it in its thread, nearest last."""
    after: tuple[Passage, ...]
    """The passages just after it in its thread, nearest first."""
    in_reply_to: Post | None
    replies: tuple[Post, ...]
    also_in: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A passage offered while somebody types after ``/source``."""

    passage_id: str
    text: str
    author: str | None
    thread_title: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """What a knowledge base holds."""

    knowledge_base: str
    files: int
    threads: int
    posts: int
    passages: int
    quotes_linked: int
    copies: int
    """Passages that repeat another one with small differences; they are linked to it."""
    embedding: str | None
    """The fingerprint of the embedding model, None before the first ingest."""
    generation: int | None
    updated_at: datetime | None
    disk_bytes: int
    newest_post_at: datetime | None = None
    """When the latest post was written, None where no post says when."""
    language_model: str | None = None
    """Who writes the answers, None where they are put together from the posts' sentences."""


@dataclass(frozen=True, slots=True)
class ThreadNews:
    """A thread that came, or that got posts, since some time."""

    thread: Thread
    new_posts: int
    is_new: bool
    """Whether the whole thread came since then."""
    first: Post
    """Its opening post where the thread is new, else the newest post."""


@dataclass(frozen=True, slots=True)
class News:
    """What came into a knowledge base since some time."""

    since: datetime
    threads: tuple[ThreadNews, ...]
    """The threads with most new posts first; at most as many as were asked for."""
    new_threads: int
    """All of them, also those that are not shown; as are the others."""
    grown_threads: int
    new_posts: int


@dataclass(frozen=True, slots=True)
class Topic:
    """Passages that belong together by meaning."""

    words: tuple[str, ...]
    """The words most typical of it, most typical first."""
    share: float
    """Its part of all passages, 0 to 1."""
    central: tuple[Citation, ...]
    """Its most central passages, each whole."""
