from __future__ import annotations

import numpy as np
import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.schema import TextNode

from retrieval.embedding.llamaindex import FootnoteEmbedding
from tests.fakes import HashingEmbedder

TEXTS = ["moderators pin messages", "sourdough needs a warm place", "vectors live in a store"]


@pytest.fixture
def embedding() -> FootnoteEmbedding:
    return FootnoteEmbedding(HashingEmbedder())


def test_gives_the_vectors_of_the_embedder(embedding: FootnoteEmbedding) -> None:
    expected = HashingEmbedder().embed_passages(TEXTS)
    np.testing.assert_allclose(embedding.get_text_embedding_batch(TEXTS), expected)
    np.testing.assert_allclose(embedding.get_text_embedding(TEXTS[1]), expected[1])
    np.testing.assert_allclose(embedding.get_query_embedding(TEXTS[2]), expected[2])
    assert embedding.model_name == HashingEmbedder().fingerprint


async def test_gives_the_same_vectors_to_coroutines(embedding: FootnoteEmbedding) -> None:
    expected = HashingEmbedder().embed_passages(TEXTS)
    np.testing.assert_allclose(await embedding.aget_text_embedding_batch(TEXTS), expected)
    np.testing.assert_allclose(await embedding.aget_text_embedding(TEXTS[0]), expected[0])
    np.testing.assert_allclose(await embedding.aget_query_embedding(TEXTS[0]), expected[0])


def test_a_llama_index_index_retrieves_with_it(embedding: FootnoteEmbedding) -> None:
    index = VectorStoreIndex([TextNode(text=text) for text in TEXTS], embed_model=embedding)
    best = index.as_retriever(similarity_top_k=1).retrieve("Where do moderators pin a message?")
    assert [hit.node.get_content() for hit in best] == [TEXTS[0]]
