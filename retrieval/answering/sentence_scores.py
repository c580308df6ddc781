"""How likely each sentence of the best passages is to answer the question.

Pure: what was measured of the sentences comes in, scores come out.  A score is a logit: of two
sentences, the one that is higher by 1 is e times as likely to be the one that answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from retrieval.answering.asked import asked_for, says
from retrieval.domain import Hit, TextKind
from retrieval.sentences import is_question, question_share, sentence_spans, wonders
from retrieval.wording import adds_words, words

# A softmax over the sentences of eight passages for 101 questions about forum threads, whose
# gold sentence is known (L2, lambda 1, rounded; whole weights, so that nobody reads more into
# them than there is).  The gold sentence leads in .65 of the cases and is among the first
# three in .90.  Of sentences that were read each by itself, with a weight for the cosine of the
# better neighbour, .64 and .89; their cosine alone gives .49 and .77.
_COSINE: Final = 7.0
"""With the sentence as the model reads it in its passage: without what stands around them
sentences are chosen badly (EXIT, Hwang et al. 2024)."""
_COVERAGE: Final = 4.0
"""Share of the question's words, rare ones counting more, that the sentence holds."""
_PASSAGE: Final = 1.25
"""A standard deviation of the passage's fused score."""
_ASKED_BEFORE: Final = 2.0
"""Times the cosine of a question that stands before its passage.  Over 88 questions about forum
threads the mean log probability of the gold sentences is -.772 against -.799 without it, and they
lead in .74 of the cases against .70; 1.5 to 3 within .006."""
_LENGTH: Final = 1.0
"""Twice as many words, .7 more: who answers says more than a few words."""
_KIND: Final = 1.0
"""It says something of the asked kind: a reason, a number, a name."""
_QUESTION: Final = -3.0
"""Times its cosine: who asked the same thing before has not answered it."""
_ASKER: Final = -2.0
"""It stands in an opening post that asks something: the one who asks describes."""
_WONDERS: Final = -2.0
"""It asks without a question mark.  Like the longest length that counts, found by reading answers
about two exports, where one who wondered was quoted for an answer, and pages of code."""
_LONGEST: Final = 60
"""Words beyond so many say no more: a table, or a page of code."""
_QUOTED: Final = -0.5
_SHORT: Final = -1.5
_ANNOUNCES: Final = -1.0
"""It ends with a colon: what it says comes after it."""
_MENTION: Final = -6.0
"""A few words that all stand in the question: "@Mira", "that chain"."""
_SHORT_WORDS: Final = 4


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


def split(hits: Sequence[Hit]) -> tuple[Sentence, ...]:
    """Return the sentences of the hits' passages, in order."""
    return tuple(
        Sentence(place, number, hit.passage.start + start, hit.passage.start + end, text)
        for place, hit in enumerate(hits)
        for number, (start, end) in enumerate(sentence_spans(hit.passage.text))
        for text in [hit.passage.text[start:end]]
    )


def score(
    question: str,
    sentences: Sequence[Sentence],
    hits: Sequence[Hit],
    cosines: npt.NDArray[np.float32],
    coverage: Sequence[float],
) -> npt.NDArray[np.float64]:
    """Return a logit for each sentence, comparable within one question only.

    Args:
        question: as it was typed, for what it asks for.
        sentences: n of them, those of a passage together and in order.
        hits: what they refer to, best first.
        cosines: of each sentence with the question, n.
        coverage: share of the question's words in each sentence, rare words counting more, n.
    """
    asked = asked_for(question)
    by_passage = [_passage_score(hit) for hit in hits]
    return np.array(
        [
            _COSINE * float(cosines[place])
            + _COVERAGE * coverage[place]
            + _KIND * (asked is not None and says(asked, sentence.text))
            + by_passage[sentence.hit]
            + _form(sentence.text, float(cosines[place]))
            + _MENTION * _is_mention(sentence.text, question)
            for place, sentence in enumerate(sentences)
        ]
    )


def _passage_score(hit: Hit) -> float:
    """Score what a sentence has from its passage and post, and from what it follows."""
    is_quote = hit.passage.kind is TextKind.QUOTE
    opens = hit.post.ordinal == 0 and hit.thread.title is not None
    asks = opens and (is_question(hit.thread.title or "") or question_share(hit.post.text) > 0)
    return (
        _PASSAGE * hit.score
        + _ASKED_BEFORE * max(hit.asked_before, 0.0)
        + _QUOTED * is_quote
        + _ASKER * asks
    )


def _form(text: str, cosine: float) -> float:
    """Score what can be told from the sentence's form."""
    count = len(words(text))
    return (
        _LENGTH * math.log(min(count, _LONGEST) + 1)
        + _QUESTION * is_question(text) * max(cosine, 0.0)
        + _WONDERS * wonders(text)
        + _SHORT * (count < _SHORT_WORDS)
        + _ANNOUNCES * text.endswith(":")
    )


def _is_mention(text: str, question: str) -> bool:
    return len(words(text)) <= _SHORT_WORDS and not adds_words(text, question)
