"""Vectors in Chroma: one collection a knowledge base and generation, readable by anyone.

Records carry the passage's text and plain metadata, and the space is cosine, so chromadb or
llama-index can open, query and show them without Footnote.  What Chroma 1.5.9 does and does
not do, measured, is in docs/decisions/0003.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar, cast

import numpy as np
import numpy.typing as npt

from retrieval.errors import IndexDamagedError, StorageError, UnavailableError
from retrieval.store.chroma.collections import collections_of
from retrieval.store.chroma.small_steps import SmallSteps

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import UpdateCollectionConfiguration
    from chromadb.api.models.Collection import Collection

Metadata = Mapping[str, str | int]
_LOCKED: Final = "database is locked"
_LOCKED_PAUSES_SECONDS: Final = (0.1, 0.3, 1.0, 3.0)
T = TypeVar("T")
R = TypeVar("R")

_MAX_BATCH: Final = 5_000
"""Also a page: ``get`` fails above some 32,000 ids at once."""
_FAR_SEARCHES_AT_ONCE: Final = 4
"""Of a server that is far away: Chroma Cloud allows ten, and four hide 60 ms of way.  Writes go
one after the other: where several are under way, Chroma 1.5.9 puts some of its log into the graph
again for each, up to seven times over (6,000 passages: 3.3 s of its processor or 23)."""
_UPSERTS_AT_ONCE: Final = 2
"""While Chroma puts the records of one into its graph, the next is encoded, sent and logged:
batches of 5,000 take 12 % less time and no more processor than one after the other (20,000)."""
_SAVED_EVERY: Final = 1_000
"""After so many changes Chroma saves its graph, if nobody says otherwise."""


class VectorIndex:
    """One Chroma collection."""

    def __init__(self, client: ClientAPI, collection_name: str) -> None:
        """Open the collection, making it where there is none."""
        self._client = client
        self._collections = collections_of(client)
        # Only our client of a server knows these.
        self._most_at_once: int = getattr(client, "most_at_once", _MAX_BATCH)
        self._is_far = bool(getattr(client, "is_far", False))
        self._batch = min(self._most_at_once, client.get_max_batch_size())
        self._small_steps = SmallSteps(self._batch)
        self._collection: Collection
        self._loading = threading.Lock()
        self._is_loaded = False
        self.reopen(collection_name)

    def reopen(self, collection_name: str) -> None:
        """Turn to another collection, making it where there is none.

        Raises:
            StorageError: if Chroma cannot open it.
            IndexMismatchError: if a copy of the data folder has written to it.
        """
        try:
            self._collection = self._collections.open(collection_name)
        except Exception as error:
            raise _unwritable(error) from error
        self._name = collection_name
        self._is_loaded = False
        if not self._is_shared():
            self.save_after(_SAVED_EVERY)

    def load(self) -> None:
        """Have Chroma read the collection's graph and apply its log, if it was not asked to yet.

        Takes 0.3 s at 100,000 vectors, and 1.3 ms for each change in the log.  Other threads go
        on meanwhile, which they could not if a write had to do it.  A write does it where nobody
        did: Chroma 1.5.9 looks at its log when it is first searched, and where a write came
        before that, the write after it puts all of the log into the graph once more, in place.

        Raises:
            IndexDamagedError: if Chroma cannot read it.
            StorageError: if Chroma cannot write.
        """
        with self._loading:
            if self._is_loaded:
                return
            dimensions = self._collection.get_model().dimension
            if dimensions is not None:  # None: nothing was ever put into it
                self.nearest(np.ones(dimensions, np.float32), 1)
            self._is_loaded = True

    @property
    def upserts_at_once(self) -> int:
        """How many ``upsert`` calls had best be under way at a time, each in its thread."""
        return 1 if self._is_shared() else _UPSERTS_AT_ONCE

    def upsert(
        self,
        ids: Sequence[str],
        vectors: npt.NDArray[np.float32],
        texts: Sequence[str],
        metadata: Sequence[Metadata],
    ) -> None:
        """Store passages under their ids; ids that exist are replaced.

        Raises:
            IndexDamagedError: if Chroma cannot read what is there.
            StorageError: if Chroma cannot write.
        """

        def put(part: slice) -> None:
            self._collection.upsert(
                ids=list(ids[part]),
                embeddings=vectors[part],
                documents=list(texts[part]),
                metadatas=[dict(values) for values in metadata[part]],
            )

        self._write(put, len(ids))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove ids; ids that are not there are no error."""
        self._write(lambda part: self._collection.delete(ids=list(ids[part])), len(ids))

    def nearest(self, vector: npt.NDArray[np.float32], limit: int) -> dict[str, float]:
        """Return the ids nearest to a vector with their cosine similarity, best first.

        Raises:
            IndexDamagedError: if Chroma cannot answer.
        """
        found = self.nearest_to_each(vector[np.newaxis, :], limit)
        return found[0] if found else {}

    def nearest_to_each(
        self, vectors: npt.NDArray[np.float32], limit: int
    ) -> list[dict[str, float]]:
        """Return for each row the ids nearest to it with their cosine similarity.

        Raises:
            IndexDamagedError: if Chroma cannot answer.
        """
        if limit < 1 or not len(vectors):
            return []
        limit = min(limit, self._most_at_once)
        # What counts is what a request gives back.
        rows = max(1, self._most_at_once // limit) if self._is_served_elsewhere else len(vectors)
        parts = [vectors[start : start + rows] for start in range(0, len(vectors), rows)]
        try:
            return [
                found
                for part in self._all_done(lambda part: self._query(part, limit), parts)
                for found in part
            ]
        except Exception as error:
            raise _unanswerable(error) from error

    def _query(self, vectors: npt.NDArray[np.float32], limit: int) -> list[dict[str, float]]:
        found = self._collection.query(
            query_embeddings=vectors, n_results=limit, include=["distances"]
        )
        distances = cast("list[list[float]]", found["distances"])
        return [
            {id_: 1.0 - distance for id_, distance in zip(ids, row, strict=True)}
            for ids, row in zip(found["ids"], distances, strict=True)
        ]

    def ids(self) -> Iterator[list[str]]:
        """Yield the ids of all records, page by page.

        Raises:
            IndexDamagedError: if Chroma cannot answer.
        """
        offset = 0
        while True:
            try:
                page = self._collection.get(limit=self._batch, offset=offset, include=[])["ids"]
            except Exception as error:
                raise _unanswerable(error) from error
            if not page:
                return
            yield page
            offset += len(page)

    def count(self) -> int:
        """Return how many records the collection holds.

        Raises:
            IndexDamagedError: if Chroma cannot answer.
        """
        try:
            return self._collection.count()
        except Exception as error:
            raise _unanswerable(error) from error

    def save_after(self, changes: int) -> None:
        """Let Chroma save its graph after so many changes, those in the log among them.

        It heeds what is set at the moment when it reads the graph.

        Raises:
            StorageError: if Chroma cannot write.
        """
        try:
            if self._collection.configuration_json["hnsw"]["sync_threshold"] != changes:
                self._modified({"hnsw": {"sync_threshold": changes}})
        except Exception as error:
            raise _unwritable(error) from error

    def _modified(self, configuration: UpdateCollectionConfiguration) -> None:
        """Change the collection's settings, waiting while Chroma itself holds its database.

        Of a collection that was deleted just before, Chroma 1.5.9 clears the rest in the
        background, and waits for nobody meanwhile.
        """
        for pause in _LOCKED_PAUSES_SECONDS:
            try:
                return self._collection.modify(configuration=configuration)
            except Exception as error:
                if _LOCKED not in str(error):
                    raise
            time.sleep(pause)
        return self._collection.modify(configuration=configuration)

    def _before_writing(self) -> None:
        self.load()
        try:
            self._collections.claim(self._name, self._collection)
        except Exception as error:
            raise _unwritable(error) from error

    def _write(self, do: Callable[[slice], object], count: int) -> None:
        """Do something with ``count`` records, as many at a time as the server likes."""
        self._before_writing()
        parts: Iterable[slice]
        if self._is_shared() and not self._is_far:
            parts = self._small_steps.parts(count)
        else:
            parts = [slice(at, at + self._batch) for at in range(0, count, self._batch)]
        try:
            for part in parts:
                do(part)
        except Exception as error:
            raise _unwritable(error) from error

    def _all_done(self, do: Callable[[T], R], parts: Sequence[T]) -> list[R]:
        """Do one after the other, or several at once where each takes long to get there."""
        if not self._is_far or len(parts) < 2:  # noqa: PLR2004  # one needs no threads
            return [do(part) for part in parts]
        with ThreadPoolExecutor(_FAR_SEARCHES_AT_ONCE, "far-chroma") as threads:
            futures = [threads.submit(do, part) for part in parts]
            try:
                return [future.result() for future in futures]
            finally:
                threads.shutdown(wait=True, cancel_futures=True)

    @property
    def most_results(self) -> int:
        """How many results a search gives at most."""
        return self._most_at_once

    @property
    def _is_served_elsewhere(self) -> bool:
        return self._most_at_once < _MAX_BATCH

    def _is_shared(self) -> bool:
        # Only our client of a server knows whether others search there, too.
        return bool(getattr(self._client, "is_shared", False))


def delete_collection(client: ClientAPI, name: str) -> None:
    """Delete a collection; one that is not there is no error.

    Raises:
        StorageError: if Chroma cannot delete it.
    """
    try:
        collections_of(client).delete(name)
    except Exception as error:
        raise _unwritable(error) from error


def _unanswerable(error: Exception) -> UnavailableError:
    if isinstance(error, UnavailableError):
        return error  # a server that is down is no damage
    return IndexDamagedError(
        f"Chroma could not answer ({error}). Run `footnote doctor`, which checks the index and "
        "mends it."
    )


def _unwritable(error: Exception) -> UnavailableError:
    if isinstance(error, UnavailableError):
        return error
    return StorageError(
        f"Chroma could not write ({error}). Nothing that was committed is lost; check the disk "
        "and run `footnote ingest` again."
    )
