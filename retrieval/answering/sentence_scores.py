"""Which sentence of a passage matches the question best: around it the excerpt is taken.

Pure: what was measured of the sentences comes in, scores come out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from retrieval.records import Hit
from retrieval.text.noise import says_nothing
from retrieval.text.sentences import is_question, sentence_spans, wonders

_COVERAGE: Final = 0.5
"""The share of the question's words that a sentence holds, beside its cosine."""
_ASKS: Final = 0.5
_SAYS_NOTHING: Final = 2.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit's passage."""

    hit: int
    """Place of its hit in the ranking."""
    start: int
    """Offset in the post's text."""
    end: int
    text: str


def split(hits: Sequence[Hit]) -> tuple[Sentence, ...]:
    """Return the sentences of the hits' passages, in order."""
    return tuple(
        Sentence(place, hit.passage.start + start, hit.passage.start + end, text)
        for place, hit in enumerate(hits)
        for start, end in sentence_spans(hit.passage.text)
        for text in [hit.passage.text[start:end]]
    )


def score(
    sentences: Sequence[Sentence],
    cosines: npt.NDArray[np.float32],
    coverage: Sequence[float],
) -> npt.NDArray[np.float64]:
    """Return a score for each sentence, comparable within one question only.

    Args:
        sentences: n of them.
        cosines: of each with the question, n.
        coverage: share of the question's words in each, rare words counting more, n.
    """
    form = [
        _ASKS * (is_question(sentence.text) or wonders(sentence.text))
        + _SAYS_NOTHING * says_nothing(sentence.text)
        for sentence in sentences
    ]
    found: npt.NDArray[np.float64] = cosines + _COVERAGE * np.asarray(coverage) - np.asarray(form)
    return found
