"""Stand-ins that tests pass where the real thing would be slow or far away."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """An ``Embedder`` without a model: hashed words and their character trigrams.

    Texts that share words, or words of one stem, come out close; short (hence common)
    words count little.  The same on every machine and in every run.
    """

    def __init__(self, dimensions: int = 256, name: str = "hashing") -> None:
        self.dimensions = dimensions
        self.fingerprint = f"{name}-{dimensions}"
        self.embedded: list[str] = []
        """Every passage asked for, in order: what a test of caching wants to see."""

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.embedded.extend(texts)
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._embed(text)
        return vectors

    def embed_question(self, text: str) -> npt.NDArray[np.float32]:
        return self._embed(text)

    def _embed(self, text: str) -> npt.NDArray[np.float32]:
        vector = np.zeros(self.dimensions, np.float32)
        for feature, weight in _features(text):
            digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
            place = int.from_bytes(digest, "little")
            vector[(place >> 1) % self.dimensions] += weight if place & 1 else -weight
        norm = np.linalg.norm(vector)
        if norm == 0:
            # No word at all, or features that cancel out: some vector of length 1.
            vector[0] = 1.0
            return vector
        unit: npt.NDArray[np.float32] = vector / norm
        return unit


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word in _WORD.findall(text.lower()):
        weight = 1.0 if len(word) > 3 else 0.25
        yield word, weight
        padded = f"^{word}$"
        for start in range(len(padded) - 2):
            yield padded[start : start + 3], weight * 0.3
