"""Choosing the sentences that answer: verbatim spans of the passages that were found.

Pure: scores come in, chosen spans go out.  The weights were set by hand on the project's
sample questions; docs/evaluation.md has the figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from retrieval.domain import Hit, TextKind
from retrieval.sentences import is_question, sentence_spans

MAX_SENTENCES: Final = 4
MAX_PASSAGES: Final = 3
_MMR_RELEVANCE: Final = 0.7
"""How much relevance counts against novelty (maximal marginal relevance)."""
_SAME: Final = 0.85
"""Sentences at least so similar say the same; only one of them is shown."""
_MIN_SHARE: Final = 0.66
"""A further sentence must score this much of the lead's."""
_MAX_QUOTE: Final = 600

_COSINE, _COVERAGE, _PASSAGE = 0.55, 0.2, 0.25
_QUESTION_PENALTY: Final = 0.2
_RESTATED_PENALTY: Final = 0.7
_RESTATED_FROM: Final = 0.6
_SHORT_PENALTY: Final = 0.12
_QUOTED_PENALTY: Final = 0.06
_SHORT_WORDS: Final = 4
# "It depends on that." says nothing to who has not read the sentence before it.
_LEANS_BACK: Final = re.compile(
    r"^(?:yes|no|yep|nope|yeah|it|its|it['’]s|this|that|that['’]s|these|those|they|he|she|him"
    r"|her|both|which|so|then|also|but|and|however|instead|otherwise|therefore|thus|hence)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit's passage."""

    hit: int
    """Place of its hit in the ranking."""
    number: int
    """Place in its passage."""
    start: int
    """Offset in the post's text."""
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A run of neighbouring sentences that are quoted as one span."""

    hit: int
    sentences: tuple[Sentence, ...]

    @property
    def start(self) -> int:
        """Offset of the span in the post's text."""
        return self.sentences[0].start

    @property
    def end(self) -> int:
        """End of the span in the post's text."""
        return self.sentences[-1].end


def split(hits: Sequence[Hit]) -> tuple[Sentence, ...]:
    """Return the sentences of the hits' passages, in order."""
    return tuple(
        Sentence(place, number, hit.passage.start + start, hit.passage.start + end, text)
        for place, hit in enumerate(hits)
        for number, (start, end) in enumerate(sentence_spans(hit.passage.text))
        for text in [hit.passage.text[start:end]]
    )


def score(
    sentences: Sequence[Sentence],
    hits: Sequence[Hit],
    cosines: npt.NDArray[np.float32],
    coverage: Sequence[float],
) -> npt.NDArray[np.float64]:
    """Score sentences: closeness in meaning, share of the question's words, their passage.

    Args:
        sentences: n of them.
        hits: what they refer to, best first.
        cosines: of each sentence with the question, n.
        coverage: share of the question's words in each sentence, rare words counting more.
    """
    best = max((hit.score for hit in hits), default=0.0)
    worst = min((hit.score for hit in hits), default=0.0)
    spread = (best - worst) or 1.0
    scores = np.empty(len(sentences))
    for place, sentence in enumerate(sentences):
        hit = hits[sentence.hit]
        scores[place] = (
            _COSINE * float(cosines[place])
            + _COVERAGE * coverage[place]
            + _PASSAGE * (hit.score - worst) / spread
            - _penalty(sentence, hit, float(cosines[place]))
        )
    return scores


def choose(
    sentences: Sequence[Sentence],
    scores: npt.NDArray[np.float64],
    vectors: npt.NDArray[np.float32],
) -> tuple[Chosen, ...]:
    """Return the spans that make the answer: the lead first, the rest as they were written.

    Sentences are taken by maximal marginal relevance (Carbonell & Goldstein 1998), at most
    ``MAX_SENTENCES`` from at most ``MAX_PASSAGES`` passages.
    """
    if not sentences:
        return ()
    picked = _pick(sentences, scores, vectors)
    runs = _runs([sentences[place] for place in sorted(picked)])
    runs = [_with_antecedent(run, sentences) for run in runs]
    lead = next(run for run in runs if sentences[picked[0]] in run.sentences)
    rest = sorted((run for run in runs if run is not lead), key=lambda run: (run.hit, run.start))
    return (lead, *rest)


def _penalty(sentence: Sentence, hit: Hit, cosine: float) -> float:
    penalty = 0.0
    if is_question(sentence.text):
        # Who asked the same thing before has not answered it.
        penalty += _RESTATED_PENALTY if cosine > _RESTATED_FROM else _QUESTION_PENALTY
    if sentence.text.endswith(":"):
        penalty += _QUESTION_PENALTY
    if len(sentence.text.split()) < _SHORT_WORDS:
        penalty += _SHORT_PENALTY
    if hit.passage.kind is TextKind.QUOTE:
        penalty += _QUOTED_PENALTY
    return penalty


def _pick(
    sentences: Sequence[Sentence],
    scores: npt.NDArray[np.float64],
    vectors: npt.NDArray[np.float32],
) -> list[int]:
    picked = [int(scores.argmax())]
    similar = vectors @ vectors.T
    asking = np.array([is_question(sentence.text) for sentence in sentences])
    while len(picked) < MAX_SENTENCES:
        novelty = similar[:, picked].max(axis=1)
        values = _MMR_RELEVANCE * scores - (1 - _MMR_RELEVANCE) * novelty
        # A question may lead where nothing else was found; it adds nothing to an answer.
        values[asking | (novelty > _SAME)] = -np.inf
        passages = {sentences[place].hit for place in picked}
        for place in np.argsort(-values, kind="stable"):
            new_passage = sentences[place].hit not in passages
            if new_passage and len(passages) == MAX_PASSAGES:
                continue
            break
        if not np.isfinite(values[place]) or scores[place] < _MIN_SHARE * scores[picked[0]]:
            break
        picked.append(int(place))
    return picked


def _runs(sentences: Sequence[Sentence]) -> list[Chosen]:
    """Join sentences that stand next to each other."""
    runs: list[Chosen] = []
    for sentence in sentences:
        last = runs[-1] if runs else None
        if last and (last.hit, last.sentences[-1].number + 1) == (sentence.hit, sentence.number):
            runs[-1] = replace(last, sentences=(*last.sentences, sentence))
        else:
            runs.append(Chosen(sentence.hit, (sentence,)))
    return runs


def _with_antecedent(run: Chosen, sentences: Sequence[Sentence]) -> Chosen:
    """Put the sentence before in front of one that leans on it."""
    first = run.sentences[0]
    if not _LEANS_BACK.match(first.text):
        return run
    before = next(
        (s for s in sentences if (s.hit, s.number) == (first.hit, first.number - 1)), None
    )
    if before is None or run.end - before.start > _MAX_QUOTE:
        return run
    return replace(run, sentences=(before, *run.sentences))
