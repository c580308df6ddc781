"""Any ``Embedder`` as llama-index's embedding model.

Heavy: imports llama-index, so import this module only where llama-index is wanted::

    index = VectorStoreIndex.from_vector_store(store, embed_model=FootnoteEmbedding(embedder))
"""

from __future__ import annotations

import asyncio
from typing import Final

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from retrieval.embedding import Embedder

_BATCH_TEXTS: Final = 256


class FootnoteEmbedding(BaseEmbedding):
    """Lets llama-index embed nodes and queries exactly as Footnote's index does.

    Args:
        embedder: does the work; its fingerprint becomes the ``model_name``.
    """

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.fingerprint, embed_batch_size=_BATCH_TEXTS)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        """The name that llama-index serialises it under."""
        return "FootnoteEmbedding"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._embedder.embed_question(query).tolist()
        return vector

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)
