"""An embedder that costs next to nothing, so that everything else can be seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from retrieval.embedding import Spans

_TOKEN = re.compile(r"\w+|[^\w\s]")
_DIMENSIONS: Final = 384
_SENTENCES: Final = 1_024
_SPREAD: Final = (1 / np.sqrt(1 + np.arange(_DIMENSIONS))).astype(np.float32)
"""Variances that fall as 1/rank, about as those of MiniLM's principal components do.  Equal ones
would make the neighbours of a vector so hard to tell that Chroma takes 2.5 times as long to insert
it as one of MiniLM's; with these it takes 1.3 times as long (20,000 of each)."""


class StubEmbedder:
    """Random unit vectors that depend on the text alone, spread about as MiniLM's are."""

    dimensions = _DIMENSIONS
    fingerprint = "stub-spread-384"

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row a text."""
        rows = np.empty((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            np.random.Generator(np.random.SFC64(_number(text))).standard_normal(
                dtype=np.float32, out=row
            )
        return _unit(rows * _SPREAD)

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
        """Return one row a text, and of its spans each the text's with something of its own."""
        whole = self.embed_passages(texts)
        counts = [len(each) for each in spans]
        own = [
            _number(text[start:end]) % _SENTENCES
            for text, each in zip(texts, spans, strict=True)
            for start, end in each
        ]
        rows = _unit(np.repeat(whole, counts, axis=0) + _differences()[own])
        return whole, np.split(rows, np.cumsum(counts[:-1]))


def _number(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def _unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    unit: npt.NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


@cache
def _differences() -> npt.NDArray[np.float32]:
    """Return what sentences may have beside the meaning of their passage."""
    chance = np.random.default_rng(0)
    rows = chance.standard_normal((_SENTENCES, _DIMENSIONS), dtype=np.float32)
    return _unit(rows * _SPREAD)
