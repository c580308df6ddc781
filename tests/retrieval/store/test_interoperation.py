"""What Footnote wrote must be of use without Footnote: chromadb and llama-index alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromadb
import pytest
from llama_index.core import VectorStoreIndex
from llama_index.vector_stores.chroma import ChromaVectorStore

from retrieval.embedding.llamaindex import FootnoteEmbedding
from retrieval.store.catalogue.contents import FileContents
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import Folder, Said, client_at, file_of

BREAD = file_of(
    "bakery/bread.txt",
    Said("ann", "How long must a sourdough rise in a cold kitchen?\n\nMine stays flat."),
    Said("bob", "Twelve hours at least, and keep the bowl covered.", answers="ann"),
    thread="bread",
    title="Sourdough",
)


@pytest.fixture
def collection(tmp_path: Path) -> chromadb.Collection:
    with Folder(tmp_path, client_at(tmp_path)).index() as index:
        index.write([BREAD])
    return chromadb.PersistentClient(path=str(tmp_path / "chroma")).get_collection(
        "kb-default-g0001", embedding_function=None
    )


def _texts(file: FileContents) -> set[str]:
    return {passage.text for passage in file.indexed()}


def test_chromadb_alone_reads_text_and_plain_metadata(collection: chromadb.Collection) -> None:
    records: Any = collection.get()
    assert collection.count() == len(records["ids"]) == len(_texts(BREAD))
    assert set(records["documents"]) == _texts(BREAD)
    by_text = dict(zip(records["documents"], records["metadatas"], strict=True))
    assert by_text["Twelve hours at least, and keep the bowl covered."] == {
        "file": "bakery/bread.txt",
        "thread_id": BREAD.threads[0].thread.id,
        "thread_title": "Sourdough",
        "post_id": BREAD.threads[0].posts[1].id,
        "author": "bob",
        "created_at": "2026-03-01T12:00:00+00:00",
        "url": "https://example.org/bob",
        "kind": "own",
    }


def test_chromadb_alone_searches_by_cosine_and_metadata(collection: chromadb.Collection) -> None:
    assert collection.configuration_json["hnsw"]["space"] == "cosine"
    vector: Any = HashingEmbedder().embed_question("covered bowl twelve hours")
    found: Any = collection.query(query_embeddings=[vector], n_results=2)
    assert found["documents"][0][0] == "Twelve hours at least, and keep the bowl covered."
    assert 0 <= found["distances"][0][0] <= found["distances"][0][1] <= 2
    by_ann: Any = collection.query(query_embeddings=[vector], where={"author": "ann"})
    assert {values["author"] for values in by_ann["metadatas"][0]} == {"ann"}


def test_llama_index_alone_retrieves_nodes_with_their_text(
    collection: chromadb.Collection,
) -> None:
    index = VectorStoreIndex.from_vector_store(
        ChromaVectorStore(chroma_collection=collection),
        embed_model=FootnoteEmbedding(HashingEmbedder()),
    )
    nodes = index.as_retriever(similarity_top_k=2).retrieve("covered bowl twelve hours")
    assert nodes[0].text == "Twelve hours at least, and keep the bowl covered."
    assert nodes[0].metadata["author"] == "bob"
    assert nodes[0].metadata["thread_title"] == "Sourdough"
    assert nodes[0].score is not None
