"""Questions that a knowledge base makes of its own threads, to calibrate the gate with.

Of three kinds, since none is like what people ask: the titles of threads; what a reply says
about the passage that it quotes; sentences without their rarest words, as somebody puts them
who remembers only what it was about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retrieval.answering.calibration import calibrated
from retrieval.answering.gate import GATE_VERSION, logit
from retrieval.answering.reading import HITS, Reader
from retrieval.index.calibrations import Anchors, keep_anchors, kept_anchors
from retrieval.sentences import is_question, sentences
from retrieval.term_weights import TermWeights
from retrieval.wording import FUNCTION_WORDS, clean_question, words

if TYPE_CHECKING:
    from retrieval.answering.calibration import Calibration
    from retrieval.index.store import PassageIndex
    from retrieval.search import HybridSearch

MOST_QUESTIONS: Final = 60
_OF_A_KIND: Final = MOST_QUESTIONS // 3
FEWEST_PASSAGES: Final = 50
"""Of fewer, too little is left when a thread is held out."""
_FEWEST_QUESTIONS: Final = 12
_CHANGED: Final = 0.2
"""By so much of it a knowledge base has to grow or shrink to be measured again."""
_SEARCHED: Final = 60
"""Passages asked for, so that ten are left when a thread is held out."""
_FEWEST_WORDS: Final = 4
_MOST_WORDS: Final = 30
_LEFT_OUT: Final = 1 / 3
"""Share of a sentence's words, the rarest, that a question made of it lacks."""
_TITLES: Final = """
SELECT t.title AS text, t.id AS thread, '' AS post
  FROM threads t JOIN files f ON f.id = t.file_id
 WHERE f.kb = ? AND t.title IS NOT NULL GROUP BY t.id ORDER BY t.id LIMIT ?
"""
_REPLIES: Final = """
SELECT substr(o.text, n.start + 1, n.end - n.start) AS text, g.thread_id AS thread, o.id AS post
  FROM files f
  JOIN passages q ON q.file_id = f.id AND q.origin_id IS NOT NULL
  JOIN passages g ON g.id = q.origin_id AND g.post_id <> q.post_id
  JOIN passages n ON n.file_id = q.file_id AND n.thread_id = q.thread_id
                 AND n.ordinal = q.ordinal + 1 AND n.post_id = q.post_id AND n.kind = 'own'
  JOIN posts o ON o.file_id = n.file_id AND o.id = n.post_id
 WHERE f.kb = ? GROUP BY n.id ORDER BY n.id LIMIT ?
"""
# Ids come from content, so the first ones by id are a sample that new threads change little.
_SENTENCES: Final = """
SELECT substr(o.text, p.start + 1, p.end - p.start) AS text, p.thread_id AS thread, '' AS post
  FROM passages p INDEXED BY passages_by_id
 CROSS JOIN files f ON f.id = p.file_id AND f.kb = ?
 CROSS JOIN posts o ON o.file_id = p.file_id AND o.id = p.post_id
 WHERE p.indexed AND p.kind = 'own' AND p.end - p.start > 60 ORDER BY p.id LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question that a thread of the knowledge base answers."""

    text: str
    thread_id: str
    post_id: str = ""
    """The post whose words it is made of, where these must not be found."""


def recalibrate(index: PassageIndex, search: HybridSearch, reader: Reader) -> Calibration:
    """Measure a knowledge base where it has changed enough, and return what holds now.

    At most ``MOST_QUESTIONS`` searches; a look at two figures where little has changed.
    """
    kept = kept_anchors(index.catalogue, index.generation)
    passages = index.passages.count()
    if _is_up_to_date(kept, passages) or passages < FEWEST_PASSAGES:
        return calibrated(kept)
    anchors = measure(search, reader, own_questions(index), passages)
    if anchors is not None:
        keep_anchors(index.catalogue, index.generation, anchors)
    return calibrated(anchors)


def own_questions(index: PassageIndex) -> tuple[OwnQuestion, ...]:
    """Return the questions that a knowledge base makes of itself, the same for the same threads."""
    return (*_told(index, _TITLES), *_told(index, _REPLIES), *_remembered(index))


def measure(
    search: HybridSearch, reader: Reader, questions: Sequence[OwnQuestion], passages: int
) -> Anchors | None:
    """Ask questions with and without what answers them; None if there are too few."""
    answered: list[float] = []
    unanswered: list[float] = []
    for question in questions:
        ranking = search.search(question.text, _SEARCHED)
        others = [hit for hit in ranking.hits if hit.post.id != question.post_id]
        elsewhere = [hit for hit in others if hit.thread.id != question.thread_id]
        if others and elsewhere:
            answered.append(logit(reader.signs(ranking, others[:HITS])))
            unanswered.append(logit(reader.signs(ranking, elsewhere[:HITS])))
    if len(answered) < _FEWEST_QUESTIONS:
        return None
    count = len(answered)
    return Anchors(GATE_VERSION, sum(answered) / count, sum(unanswered) / count, count, passages)


def _is_up_to_date(kept: Anchors | None, passages: int) -> bool:
    if kept is None or kept.version != GATE_VERSION:
        return False
    return abs(passages - kept.passages) <= _CHANGED * kept.passages


def _told(index: PassageIndex, statement: str) -> Iterator[OwnQuestion]:
    """Yield titles, or what replies begin with, that are long enough to be a question."""
    for row in index.catalogue.connection.execute(
        statement, (index.generation.knowledge_base, _OF_A_KIND)
    ):
        text = next(iter(sentences(row["text"])), "")
        if _FEWEST_WORDS <= len(words(text)) <= _MOST_WORDS:
            yield OwnQuestion(clean_question(text), row["thread"], row["post"])


def _remembered(index: PassageIndex) -> Iterator[OwnQuestion]:
    """Yield a sentence of a passage without its rarest words."""
    weights = TermWeights(index.passages)
    for row in index.catalogue.connection.execute(
        _SENTENCES, (index.generation.knowledge_base, _OF_A_KIND)
    ):
        said = [text for text in sentences(row["text"]) if not is_question(text)]
        short = [text for text in said if len(words(text)) <= _MOST_WORDS]
        kept = _without_rarest(max(short, key=len, default=""), weights)
        if len(words(kept)) >= _FEWEST_WORDS:
            yield OwnQuestion(clean_question(kept), row["thread"])


def _without_rarest(text: str, weights: TermWeights) -> str:
    """Return a sentence without the rarest third of its words that say something."""
    typed = text.split()
    saying = {word for word in typed if word.lower().strip(".,;:!?") not in FUNCTION_WORDS}
    by_weight = sorted(saying, key=lambda word: (-sum(weights.of(word).values()), word))
    left_out = set(by_weight[: round(_LEFT_OUT * len(by_weight))])
    return " ".join(word for word in typed if word not in left_out)
