"""An embedder that costs next to nothing, so that everything else can be seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from retrieval.embedding import Spans

_TOKEN = re.compile(r"\w+|[^\w\s]")


class StubEmbedder:
    """Random unit vectors that depend on the text alone."""

    dimensions = 384
    fingerprint = "stub-384"

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row a text."""
        rows = np.empty((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = crc32(text.encode("utf-8", "surrogatepass"))
            np.random.Generator(np.random.SFC64(seed)).standard_normal(dtype=np.float32, out=row)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def embed_question(self, text: str) -> npt.NDArray[np.float32]:
        """Return the vector of a text."""
        row: npt.NDArray[np.float32] = self.embed_passages([text])[0]
        return row

    def token_ends(self, text: str) -> list[int]:
        """Return where words and marks end."""
        return [match.end() for match in _TOKEN.finditer(text)]


class StubReader(StubEmbedder):
    """One that ``ReadsInContext``, so that sentences have kept vectors too."""

    def embed_in_context(
        self, texts: Sequence[str], spans: Sequence[Spans]
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]:
        """Return rows of the texts, and of the spans in each."""
        return self.embed_passages(texts), [
            self.embed_passages([text[start:end] for start, end in each])
            for text, each in zip(texts, spans, strict=True)
        ]
