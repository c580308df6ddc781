"""Choosing the sentences that make the answer: verbatim spans of the passages that were found.

Pure: scores come in, chosen spans go out; docs/evaluation.md has the figures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from retrieval.answering.sentence_scores import Sentence
from retrieval.sentences import is_question, wonders
from retrieval.wording import words

MAX_SENTENCES: Final = 4
MAX_PASSAGES: Final = 3
_AS_LIKELY: Final = math.log(15)
"""A further sentence must be at least a fifteenth as likely to answer as the lead.  Of 81 answers
to questions about forum threads .84 then show what answers, in 2.6 sentences of 1.9 posts; with
a sixth .81 (2.3 of 1.7), with a third .76 (1.8 of 1.4), with a thirtieth .84 (2.9 of 2.1)."""
_MMR_RELEVANCE: Final = 0.7
"""How much relevance counts against novelty (maximal marginal relevance)."""
_SAME: Final = 0.95
"""Sentences at least so similar say the same; only one of them is shown.  Those of one passage
are alike by it: .85, right for sentences read alone, shows what answers in 85 of 101 cases
instead of 89."""
_MAX_QUOTE: Final = 600
# "It depends on that." says nothing to who has not read the sentence before it.
_LEANS_BACK: Final = re.compile(
    r"^(?:it|its|it['’]s|this|that|that['’]s|these|those|they|they['’]re|he|she|him|her|both"
    r"|which|so|then|also|but|and|however|instead|otherwise|therefore|thus|hence)\b",
    re.IGNORECASE,
)
# Nor "At that value nothing comes out."
_LEANS_BACK_WITHIN: Final = re.compile(
    r"^(?:\w+[\s,]+){0,5}?(?:above|at|below|by|for|from|in|like|of|than|to|with)\s+"
    r"(?:that|this|these|those)\s+\w",
    re.IGNORECASE,
)
_YES_OR_NO: Final = re.compile(r"^(?:yes|no|yep|nope|yeah|nah|sure|exactly)\b", re.IGNORECASE)
_YES_OR_NO_WORDS: Final = 5
"""A longer sentence that begins with "yes" says itself what is so."""


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


def choose(
    sentences: Sequence[Sentence],
    scores: npt.NDArray[np.float64],
    vectors: npt.NDArray[np.float32],
) -> tuple[Chosen, ...]:
    """Return the spans that make the answer: the lead first, the rest in the ranking's order.

    At most ``MAX_SENTENCES`` from at most ``MAX_PASSAGES`` passages, taken by maximal marginal
    relevance (Carbonell & Goldstein 1998) among those that are likely enough.

    Args:
        sentences: n of them, those of a passage together and in order.
        scores: their logits, n.
        vectors: n × d, rows of length 1.
    """
    if not sentences:
        return ()
    asking = np.array([is_question(s.text) or wonders(s.text) for s in sentences])
    # A question may lead where nothing else was found; it adds nothing to an answer.
    answering = scores if asking.all() else np.where(asking, -np.inf, scores)
    lead = int(answering.argmax())
    likely = (answering >= answering[lead] - _AS_LIKELY) & ~asking
    picked = _pick(lead, likely, sentences, scores, vectors)
    runs = _runs([sentences[place] for place in sorted(picked)])
    first = next(run for run in runs if sentences[lead] in run.sentences)
    return (first, *(run for run in runs if run is not first))


def _pick(
    lead: int,
    likely: npt.NDArray[np.bool_],
    sentences: Sequence[Sentence],
    scores: npt.NDArray[np.float64],
    vectors: npt.NDArray[np.float32],
) -> set[int]:
    """Return the places of the chosen sentences, each with the one it leans on."""
    picked = {lead, *_context(lead, sentences)}
    left = likely.copy()
    while len(picked) < MAX_SENTENCES:
        left[list(picked)] = False
        novelty = (vectors @ vectors[sorted(picked)].T).max(axis=1)
        left &= novelty <= _SAME
        if not left.any():
            break
        values = _MMR_RELEVANCE * scores - (1 - _MMR_RELEVANCE) * novelty
        best = int(np.where(left, values, -np.inf).argmax())
        left[best] = False
        more = picked | {best, *_context(best, sentences)}
        if _fits(more, sentences):
            picked = more
    return picked


def _fits(picked: Collection[int], sentences: Sequence[Sentence]) -> bool:
    passages = {sentences[place].hit for place in picked}
    return len(picked) <= MAX_SENTENCES and len(passages) <= MAX_PASSAGES


def _context(place: int, sentences: Sequence[Sentence]) -> Iterator[int]:
    """Yield the neighbour without which a sentence cannot be understood."""
    text = sentences[place].text
    if _YES_OR_NO.match(text) and len(words(text)) <= _YES_OR_NO_WORDS:
        other = place + 1
    elif _LEANS_BACK.match(text) or _LEANS_BACK_WITHIN.match(text):
        other = place - 1
    else:
        return
    if not 0 <= other < len(sentences) or sentences[other].hit != sentences[place].hit:
        return
    pair = (sentences[min(place, other)], sentences[max(place, other)])
    if pair[1].end - pair[0].start <= _MAX_QUOTE:
        yield other


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
