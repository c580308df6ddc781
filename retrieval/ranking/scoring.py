"""From raw scores to one ranking: each passage in its place, then both rankers together.

Pure functions on arrays.  The evidence for each step is in docs/decisions/0011 and 0016.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeGuard

import numpy as np
import numpy.typing as npt

from retrieval.ranking.fusion import Scores, standardise, top, union_of_tops
from retrieval.store.memory.candidates import Candidates

if TYPE_CHECKING:
    from retrieval.settings import SearchSettings

Vector = npt.NDArray[np.float32]

_FEEDBACK_PASSAGES: Final = 5
"""Of 3, 4, 5, 6, 8 and 10, five gained most on all three tuning collections."""
_FEEDBACK_FROM: Final = 1_000
"""Passages in a knowledge base at which feedback has half its weight."""
_HALF_LENGTH: Final = 300.0
"""Characters at which the neighbours count half as much as beside an empty passage."""
_LEAST_WORTH: Final = 4.0
"""By so much less than the best a reply may be worth; from there on all are alike."""
_UNLIKE: Final = 0.4
"""Share of a passage's own score that a neighbour counts at least: thanks and greetings beside
an answer would tell against it, and what stands alone would win.  scifact nDCG@10 offline .739,
without it .736 (.3 to .7 alike, .8 .733), cranfield .482, forum .288; of questions about threads
in plain text .5 loses one of 22."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The candidates with what their scores are made of, in one order, n of them."""

    found: Candidates
    exchange_vectors: Vector
    """n × d: of each candidate's exchange."""
    lexical: Scores
    """n: BM25 of each candidate."""
    exchange_lexical: Scores
    """n: BM25 of each candidate's exchange, among the exchanges."""
    total: int
    """How many passages the knowledge base holds."""
    allowed: Set[str] | None = None
    """What fulfils the question's conditions; None where it has none."""
    hidden: Set[str] = frozenset()
    """What may not be found: it is left out, or staff want it never shown."""

    def allows(self, passage_id: str | None) -> TypeGuard[str]:
        """Tell whether a passage may be shown in the place of a candidate."""
        if passage_id is None or passage_id in self.hidden:
            return False
        return self.allowed is None or passage_id in self.allowed

    def dense(self, vector: Vector) -> Scores:
        """Return the cosine similarity of each candidate to a vector."""
        return (self.found.vectors @ vector).astype(np.float64)

    def exchange_dense(self, vector: Vector) -> Scores:
        """Return the cosine similarity of each candidate's exchange to a vector."""
        return (self.exchange_vectors @ vector).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Fused scores of the candidates, their parts, and the order they give."""

    score: Scores
    dense: Scores
    lexical: Scores
    thread: Scores
    order: npt.NDArray[np.intp]


def rank(scored: Scored, vector: Vector, settings: SearchSettings) -> Ranked:
    """Rank the candidates for a question's vector; the first ranking's best refine the second.

    Rocchio's feedback (1971) without anybody's judgement: the question's vector is moved
    towards the mean of the best passages, which both rankers chose together, so that one
    misled by a word does not lead it astray.  Each counts by the exponential of its score, as
    in relevance models (Lavrenko and Croft, SIGIR 2001): a clear winner stays one.
    """
    first = fuse(scored, vector, settings)
    best = first.order[:_FEEDBACK_PASSAGES]
    if not settings.feedback_weight or not len(best):
        return first
    mean = np.exp(first.score[best] - first.score[best[0]]) @ scored.found.vectors[best]
    length = float(np.linalg.norm(mean))
    if not length:
        return first
    # In a small knowledge base the best five are not yet all about the question.
    weight = settings.feedback_weight * scored.total / (scored.total + _FEEDBACK_FROM)
    moved = vector + weight * mean / length
    moved = np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)
    return fuse(scored, moved, settings)


def fuse(scored: Scored, vector: Vector, settings: SearchSettings) -> Ranked:
    """Fuse the scores of the candidates; those in neither ranker's best come to nothing.

    The score is that of a passage in its place; ``thread`` is the part of it that its place
    (its exchange and its standing there, the paragraphs beside it) adds to the passage's own.
    """
    found, share = scored.found, settings.dense_weight
    own = scored.dense(vector)
    exchanges = scored.exchange_dense(vector)
    dense_all = in_place(own, exchanges, found, settings)
    lexical_all = in_place(scored.lexical, scored.exchange_lexical, found, settings)
    wanted = np.flatnonzero(found.wanted)
    kept = wanted[union_of_tops(dense_all[wanted], lexical_all[wanted], settings.candidates)]
    score, dense, lexical = (np.full(len(own), -np.inf) for _ in range(3))
    score[kept] = share * standardise(dense_all[kept])
    score[kept] += (1 - share) * standardise(lexical_all[kept])
    dense[kept] = share * standardise(own[kept])
    lexical[kept] = (1 - share) * standardise(scored.lexical[kept])
    score[kept] = pointed(score[kept], found, kept, settings)
    thread = np.zeros(len(own))
    thread[kept] = score[kept] - dense[kept] - lexical[kept]
    return Ranked(score, dense, lexical, thread, top(score, len(kept)))


def in_place(own: Scores, exchanges: Scores, found: Candidates, settings: SearchSettings) -> Scores:
    """Return each passage's score together with those of what surrounds it.

    A mean, weighted: the passage's own score counts 1; that of its exchange, where it is part
    of one, ``exchange_weight``; else that of the better of the paragraphs beside it in its
    post, where there are any, ``neighbour_weight``, less the longer the passage is: a short one
    says little without them, a long one stands for itself.  A neighbour about something else counts
    ``_UNLIKE`` of the passage's own score.
    """
    places = np.arange(len(own))
    before, after = found.before, found.after
    beside = np.maximum(
        np.where(before != places, own[before], -np.inf),
        np.where(after != places, own[after], -np.inf),
    )
    has_neighbour = np.isfinite(beside)
    in_exchange = found.exchanges >= 0
    exchange_weight = settings.exchange_weight * in_exchange
    shortness = _HALF_LENGTH / (_HALF_LENGTH + found.lengths)
    neighbour_weight = settings.neighbour_weight * shortness * (has_neighbour & ~in_exchange)
    beside = np.where(has_neighbour, np.maximum(beside, _UNLIKE * own), 0.0)
    total = own + exchange_weight * exchanges + neighbour_weight * beside
    return np.asarray(total / (1 + exchange_weight + neighbour_weight), dtype=np.float64)


def pointed(
    scores: Scores, found: Candidates, kept: npt.NDArray[np.intp], settings: SearchSettings
) -> Scores:
    """Return scores by which what answers comes before the question that it answers.

    A question that was asked before points to its replies: each passage of an exchange is drawn
    up to the best of its asker's words, and then weighed by its worth as an answer.
    """
    exchanges = found.exchanges[kept]
    asked = np.full(int(exchanges.max(initial=-1)) + 2, -np.inf)
    by_asker = found.askers[kept] & (exchanges >= 0)
    np.maximum.at(asked, exchanges[by_asker], scores[by_asker])
    drawn = scores + settings.pointing * np.maximum(asked[exchanges] - scores, 0.0)
    drawn += settings.worth_weight * np.maximum(found.worths[kept], -_LEAST_WORTH)
    drawn -= settings.asker_penalty * found.askers[kept]
    return drawn - settings.same_post_penalty * _later_of_post(drawn, found.posts[kept])


def _later_of_post(scores: Scores, posts: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Tell which are not the best of their post."""
    order = np.lexsort((-scores, posts))
    later = np.zeros(len(scores), dtype=bool)
    later[order[1:]] = posts[order[1:]] == posts[order[:-1]]
    return later
