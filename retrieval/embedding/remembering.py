"""An embedder that remembers: sentences of much-read threads are embedded once, not per question.

Three quarters of the processor time of an extractive answer go into embedding the sentences of the
best passages (benchmarks/RESULTS-discord.md), and what people ask about at one time is much alike.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from retrieval.embedding import Embedder

MOST_TEXTS: Final = 20_000
"""Some 30 MB of vectors of 384 dimensions, beside the texts."""
LONGEST_TEXT: Final = 1_000
"""Longer ones are embedded each time: few, and they would take the room of many."""


class RememberedTexts:
    """Embeds texts, and remembers the vectors of those that were asked for last.

    Any thread may call it.  A vector may differ in its last digits from one that was embedded
    in other company, as those of any batch do.

    Args:
        embedder: Does the work.
        most_texts: How many are remembered.
    """

    def __init__(self, embedder: Embedder, most_texts: int = MOST_TEXTS) -> None:
        self._embedder = embedder
        self._most_texts = most_texts
        self._known: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row a text, as ``Embedder.embed_passages`` does."""
        import numpy as np

        known = self._recall(texts)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            rows = self._embedder.embed_passages(new)
            known |= zip(new, rows, strict=True)
            self._remember(new, rows)
        if not texts:
            return self._embedder.embed_passages(texts)
        return np.stack([known[text] for text in texts])

    def _recall(self, texts: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
            for text in found:
                self._known.move_to_end(text)
        return found

    def _remember(self, texts: Sequence[str], rows: npt.NDArray[np.float32]) -> None:
        with self._lock:
            for text, row in zip(texts, rows, strict=True):
                if len(text) <= LONGEST_TEXT:
                    self._known[text] = row.copy()  # a view would keep the whole batch
            while len(self._known) > self._most_texts:
                self._known.popitem(last=False)
