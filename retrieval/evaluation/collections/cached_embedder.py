"""An embedding model that remembers what it has embedded, in a catalogue of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retrieval.store.embedding_cache import EmbeddingCache

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from retrieval.embedding import Embedder
    from retrieval.store.catalogue.catalogue import Catalogue


class CachedEmbedder:
    """An ``Embedder``: passages come from ``catalogue`` where they can, questions never.

    A collection that is evaluated again is indexed afresh each time; only its vectors, nine
    tenths of the work, are kept.  They are rounded to 16 bits as any index rounds them.
    """

    def __init__(self, embedder: Embedder, catalogue: Catalogue) -> None:
        """Keep in ``catalogue`` what ``embedder`` makes of passages."""
        self._embedder = embedder
        self._cache = EmbeddingCache(catalogue, embedder)

    @property
    def fingerprint(self) -> str:
        """That of the model itself."""
        return self._embedder.fingerprint

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._embedder.dimensions

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one row of length 1 for each text, in order."""
        self._cache.fill(texts)
        return self._cache.vectors(texts)

    def embed_question(self, text: str) -> npt.NDArray[np.float32]:
        """Return the question's vector, made anew so that its time is measured."""
        return self._embedder.embed_question(text)
