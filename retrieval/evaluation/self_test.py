"""A test set that a knowledge base makes of itself, to notice when searching gets worse.

Whoever quotes a passage and writes something below it says something about it: the first
sentence of the reply is the question, the quoted passage what should be found.  No figure of
this is high, since a reply need not share a word with what it replies to; what counts is
how it changes from one run to the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import StorageError, UsageError
from retrieval.evaluation.metrics import mean
from retrieval.evaluation.question_report import DEPTHS
from retrieval.sentences import sentences
from retrieval.wording import content_id, squeeze, visible, words

if TYPE_CHECKING:
    from retrieval.evaluation.progress import OnProgress
    from retrieval.index.contents import Located
    from retrieval.index.store import PassageIndex
    from retrieval.search import HybridSearch

DEFAULT_QUESTIONS: Final = 500
_FEWEST_WORDS: Final = 5
"""A shorter sentence ("I agree.") says nothing about what it replies to."""
_OWN_POST: Final = 20
"""Passages asked for beyond the deepest k, since those of the reply's own post do not count."""
_QUOTED_THEN_SAID: Final = """
SELECT q.id AS quote, q.origin_id AS origin,
       (SELECT n.id FROM passages n
         WHERE n.file_id = q.file_id AND n.thread_id = q.thread_id AND n.post_id = q.post_id
           AND n.ordinal > q.ordinal AND n.kind = 'own'
         ORDER BY n.ordinal LIMIT 1) AS reply
  FROM passages q JOIN files f ON f.id = q.file_id
 WHERE f.kb = ? AND q.origin_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class SelfQuestion:
    """A reply's first sentence, and the passage that it replies to."""

    id: str
    """Made of both, so that the same question has the same id in every run."""
    text: str
    post_id: str
    """The reply's own post, which does not count when it is found."""
    origin_id: str


class SelfRun(BaseModel):
    """What a run leaves behind for the next one."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    embedding: str
    passages: int
    ranks: dict[str, int | None]
    """By question, where the quoted passage stood, from 1; None: not among the first ten."""


@dataclass(frozen=True, slots=True)
class SelfReport:
    """A run, and what has changed since the one before it."""

    name: str
    run: SelfRun
    before: SelfRun | None
    texts: Mapping[str, str]
    """The questions' texts by id."""

    @property
    def recall(self) -> tuple[float, ...]:
        """Recall at each of ``DEPTHS``."""
        return _recall(list(self.run.ranks.values()))

    @property
    def shared(self) -> tuple[str, ...]:
        """Ids of the questions that both runs asked."""
        return tuple(id_ for id_ in self.run.ranks if self.before and id_ in self.before.ranks)

    @property
    def recall_of_shared(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Recall on the questions of both runs: before, and now."""
        before = self.before.ranks if self.before else {}
        return (
            _recall([before[id_] for id_ in self.shared]),
            _recall([self.run.ranks[id_] for id_ in self.shared]),
        )

    @property
    def lost(self) -> tuple[str, ...]:
        """Ids of the questions whose passage was found in the run before and is not now."""
        before = self.before.ranks if self.before else {}
        return tuple(
            id_ for id_ in self.shared if before[id_] is not None and self.run.ranks[id_] is None
        )


def self_questions(index: PassageIndex, limit: int | None = None) -> tuple[SelfQuestion, ...]:
    """Make questions of a knowledge base's linked quotes, the same ones for the same threads.

    Where there are more than ``limit``, a sample is taken that new threads change little.

    Raises:
        UsageError: if no reply quotes anything that is in the knowledge base.
    """
    rows = index.catalogue.connection.execute(
        _QUOTED_THEN_SAID, (index.generation.knowledge_base,)
    ).fetchall()
    pairs = {row["reply"]: row["origin"] for row in rows if row["reply"]}
    located = index.library.located({*pairs, *pairs.values()})
    made = {question.id: question for question in _questions(pairs, located)}
    if not made:
        raise UsageError(
            f"No reply in “{index.generation.knowledge_base}” quotes a passage of it and goes "
            "on, so there is nothing to test with. Write a file of questions instead."
        )
    return tuple(made[id_] for id_ in sorted(made)[: limit or DEFAULT_QUESTIONS])


def _questions(pairs: Mapping[str, str], located: Mapping[str, Located]) -> Iterator[SelfQuestion]:
    for reply_id, origin_id in pairs.items():
        reply, origin = located.get(reply_id), located.get(origin_id)
        if reply is None or origin is None or reply.post.id == origin.post.id:
            continue
        text = next(iter(sentences(reply.passage.text)), "")
        text = squeeze(visible(text))
        if len(words(text)) >= _FEWEST_WORDS:
            id_ = content_id("self", text, origin_id)
            yield SelfQuestion(id_, text, reply.post.id, origin_id)


def ask_itself(
    search: HybridSearch, questions: Sequence[SelfQuestion], on_progress: OnProgress
) -> dict[str, int | None]:
    """Return for each question where the passage it replies to stands."""
    ranks: dict[str, int | None] = {}
    for number, question in enumerate(questions, 1):
        hits = search.search(question.text, max(DEPTHS) + _OWN_POST).hits
        others = [hit.passage.id for hit in hits if hit.post.id != question.post_id]
        first = others[: max(DEPTHS)]
        found = question.origin_id in first
        ranks[question.id] = first.index(question.origin_id) + 1 if found else None
        on_progress("Asking", number, len(questions))
    return ranks


def last_run(path: Path) -> SelfRun | None:
    """Return what the run before left at ``path``, None where there is nothing to be read."""
    try:
        return SelfRun.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def keep_run(path: Path, run: SelfRun) -> None:
    """Leave a run for the next one.

    Raises:
        StorageError: if the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(run.model_dump(mode="json"), indent=1) + "\n", "utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}. Check the data folder.") from error


def _recall(ranks: Sequence[int | None]) -> tuple[float, ...]:
    return tuple(mean([float(rank is not None and rank <= k) for rank in ranks]) for k in DEPTHS)
