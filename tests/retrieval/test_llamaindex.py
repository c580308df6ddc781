from __future__ import annotations

from pathlib import Path

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import MetadataMode

from retrieval.errors import QuestionError
from retrieval.knowledge import Engine, KnowledgeBase
from retrieval.llamaindex import FootnoteRetriever

QUESTION = "At what wear on the gauge is it time to replace a chain?"


@pytest.fixture
def knowledge_base(workshop, engine: Engine, tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase(workshop.catalogue, "default", tmp_path, lambda: engine)


def test_nodes_are_the_hits_in_their_order(knowledge_base: KnowledgeBase) -> None:
    nodes = FootnoteRetriever(knowledge_base, 3).retrieve(QUESTION)
    hits, _ = knowledge_base.search(QUESTION, 3)
    assert [node.node_id for node in nodes] == [hit.passage.id for hit in hits]
    assert [node.text for node in nodes] == [hit.passage.text for hit in hits]
    assert [node.score for node in nodes] == [hit.score for hit in hits]
    assert nodes[0].text.startswith("Replace the chain at 0.75 %")


def test_a_node_says_where_it_stands(knowledge_base: KnowledgeBase) -> None:
    (node,) = FootnoteRetriever(knowledge_base, 1).retrieve(QUESTION)
    ((hit,), _) = knowledge_base.search(QUESTION, 1)
    assert node.metadata == {
        "passage_id": hit.passage.id,
        "file": hit.thread.file,
        "thread_id": hit.thread.id,
        "thread_title": "Chain wear",
        "post_id": hit.post.id,
        "author": "Tom",
        "created_at": "2026-03-01T12:00:00+00:00",
        "url": hit.post.url,
        "kind": "own",
    }
    assert knowledge_base.source(node.node_id).passage.text == node.text
    told = node.node.get_content(MetadataMode.LLM)
    assert "author: Tom" in told
    assert hit.post.id not in told


async def test_it_retrieves_for_coroutines_too(knowledge_base: KnowledgeBase) -> None:
    retriever = FootnoteRetriever(knowledge_base, 4)
    awaited = await retriever.aretrieve(QUESTION)
    assert [node.node_id for node in awaited] == [
        node.node_id for node in retriever.retrieve(QUESTION)
    ]


def test_a_query_engine_of_llama_index_answers_from_it(knowledge_base: KnowledgeBase) -> None:
    engine = RetrieverQueryEngine.from_args(FootnoteRetriever(knowledge_base, 2), llm=MockLLM())
    response = engine.query(QUESTION)
    # The mock model repeats its prompt: the question and the passages are in it.
    assert QUESTION in str(response)
    assert "Replace the chain at 0.75 %" in str(response)
    assert response.source_nodes[0].metadata["author"] == "Tom"


def test_an_empty_query_is_refused_as_everywhere(knowledge_base: KnowledgeBase) -> None:
    with pytest.raises(QuestionError):
        FootnoteRetriever(knowledge_base).retrieve("  ")
