"""Our search as a llama-index retriever, for whoever builds on llama-index.

Heavy: imports llama-index, so import this module only where llama-index is wanted::

    engine = RetrieverQueryEngine.from_args(FootnoteRetriever(knowledge_base), llm=llm)
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

if TYPE_CHECKING:
    from retrieval.records import Hit, Timings

_LIMIT: Final = 10
_FOR_PROGRAMS: Final = ["passage_id", "post_id", "thread_id", "file", "kind", "url"]
"""What a language model is not shown of the metadata: it would repeat it."""


class Searches(Protocol):
    """What is searched: a ``KnowledgeBase``."""

    def search(self, query: str, limit: int = ...) -> tuple[tuple[Hit, ...], Timings]:
        """Return the best ``limit`` passages, best first, and where the time went."""
        ...


class FootnoteRetriever(BaseRetriever):
    """Retrieves passages as ``footnote search`` ranks them.

    A node's text is the passage word for word and its id the passage's, as ``footnote source``
    takes it.  Scores are Footnote's own: they order the nodes of one query and are no cosines.
    The metadata says where the passage stands, under the names that it has in Chroma:
    ``passage_id``, ``file``, ``thread_id``, ``thread_title``, ``post_id``, ``author``,
    ``created_at``, ``url`` and ``kind`` (``own`` or ``quote``), each where it is known.

    Args:
        knowledge_base: what is searched.
        limit: how many nodes a query gets at most.
    """

    def __init__(self, knowledge_base: Searches, limit: int = _LIMIT) -> None:
        self._knowledge_base = knowledge_base
        self._limit = limit
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """See ``BaseRetriever``.

        Raises:
            QuestionError: if the query is empty, blank or too long.
            UnavailableError: if there is nothing to search, or it cannot be searched.
        """
        hits, _ = self._knowledge_base.search(query_bundle.query_str, self._limit)
        return [_node(hit) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _node(hit: Hit) -> NodeWithScore:
    passage, post, thread = hit.passage, hit.post, hit.thread
    metadata = {
        "passage_id": passage.id,
        "file": thread.file,
        "thread_id": thread.id,
        "thread_title": thread.title,
        "post_id": post.id,
        "author": post.author,
        "created_at": post.created_at.isoformat() if post.created_at else None,
        "url": post.url or thread.url,
        "kind": passage.kind.value,
    }
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        metadata={key: value for key, value in metadata.items() if value is not None},
        excluded_llm_metadata_keys=_FOR_PROGRAMS,
    )
    return NodeWithScore(node=node, score=hit.score)
