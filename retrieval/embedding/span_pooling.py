"""Vectors of spans of a text from one reading of the whole text.

"Late chunking" (Günther et al. 2024): the mean of a span's tokens as the model sees them in
their context, instead of a reading of the span by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from retrieval.embedding import Spans

Vectors = npt.NDArray[np.float32]


class SpanPool:
    """Adds up tokens span by span, for many texts at once."""

    def __init__(self, spans: Sequence[Spans], dimensions: int) -> None:
        """Prepare for texts with ``spans`` each, ascending and apart."""
        self._starts = [np.array([start for start, _ in each], np.intp) for each in spans]
        self._ends = [np.array([end for _, end in each], np.intp) for each in spans]
        self._sums = [np.zeros((len(each), dimensions), np.float32) for each in spans]

    def add(self, text: int, begins: Sequence[int], tokens: Vectors) -> None:
        """Add tokens of a text.

        Args:
            text: which of the texts.
            begins: where each token begins, in characters; n of them.
            tokens: their vectors; rows after the first n are passed over.
        """
        starts, ends, sums = self._starts[text], self._ends[text], self._sums[text]
        if not len(starts):
            return
        at = np.asarray(begins, np.intp)
        span = np.searchsorted(ends, at, side="right")
        inside = np.flatnonzero((span < len(ends)) & (at >= starts[span.clip(max=len(ends) - 1)]))
        np.add.at(sums, span[inside], tokens[inside])

    def vectors(self, whole: Vectors) -> list[Vectors]:
        """Return a row of length 1 for each span, the text's own where it has no tokens."""
        return [_unit(sums, own) for sums, own in zip(self._sums, whole, strict=True)]


def _unit(sums: Vectors, own: Vectors) -> Vectors:
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    rows: Vectors = np.where(norms > 0, sums / np.where(norms > 0, norms, 1), own)
    return rows.astype(np.float32)
