"""Vectors in Chroma: one collection a knowledge base and generation, readable by anyone.

Records carry the passage's text and plain metadata, and the space is cosine, so chromadb or
llama-index can open, query and show them without Footnote.  What Chroma 1.5.9 does and does
not do, measured, is in docs/decisions/0003.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import numpy.typing as npt

from retrieval.errors import IndexDamagedError, StorageError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection

Metadata = Mapping[str, str | int]

_MAX_BATCH: Final = 5_000
# ef_search is fixed when a collection is made; 200 lifts recall@10 at 100,000 vectors from
# .982 to .997 for 0.7 ms.
_CONFIGURATION: Final[CreateCollectionConfiguration] = {
    "hnsw": {"space": "cosine", "ef_search": 200}
}


class VectorIndex:
    """One Chroma collection."""

    def __init__(self, client: ClientAPI, collection_name: str) -> None:
        """Open the collection, making it where there is none."""
        self._client = client
        self._collection: Collection = client.get_or_create_collection(
            collection_name,
            configuration=_CONFIGURATION,
            embedding_function=None,
        )
        self._batch = min(_MAX_BATCH, client.get_max_batch_size())

    def upsert(
        self,
        ids: Sequence[str],
        vectors: npt.NDArray[np.float32],
        texts: Sequence[str],
        metadata: Sequence[Metadata],
    ) -> None:
        """Store passages under their ids; ids that exist are replaced.

        Raises:
            StorageError: if Chroma cannot write.
        """
        for start in range(0, len(ids), self._batch):
            part = slice(start, start + self._batch)
            try:
                self._collection.upsert(
                    ids=list(ids[part]),
                    embeddings=vectors[part],
                    documents=list(texts[part]),
                    metadatas=[dict(values) for values in metadata[part]],
                )
            except Exception as error:
                raise _unwritable(error) from error

    def delete(self, ids: Sequence[str]) -> None:
        """Remove ids; ids that are not there are no error."""
        for start in range(0, len(ids), self._batch):
            try:
                self._collection.delete(ids=list(ids[start : start + self._batch]))
            except Exception as error:
                raise _unwritable(error) from error

    def nearest(self, vector: npt.NDArray[np.float32], limit: int) -> dict[str, float]:
        """Return the ids nearest to a vector with their cosine similarity, best first.

        Raises:
            IndexDamagedError: if Chroma cannot answer.
        """
        wanted = min(limit, self.count())
        if wanted == 0:
            return {}
        try:
            found = self._collection.query(
                query_embeddings=vector[np.newaxis, :], n_results=wanted, include=["distances"]
            )
        except Exception as error:
            raise IndexDamagedError(
                f"Chroma could not search ({error}). Run `footnote ingest` again; if that "
                "does not help, remove the data folder and ingest afresh."
            ) from error
        distances = cast("list[list[float]]", found["distances"])
        return {
            passage_id: 1.0 - distance
            for passage_id, distance in zip(found["ids"][0], distances[0], strict=True)
        }

    def count(self) -> int:
        """Return how many records the collection holds."""
        return self._collection.count()


def _unwritable(error: Exception) -> StorageError:
    return StorageError(
        f"Chroma could not write ({error}). Nothing that was committed is lost; check the disk "
        "and run `footnote ingest` again."
    )
