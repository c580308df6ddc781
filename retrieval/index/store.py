"""The index of one knowledge base, and the one path on which anything is written to it.

In this order, so that a crash at any point leaves each file as it was or as it is now:

1. record the ids about to be inserted as pending;
2. put their vectors into Chroma;
3. put their texts into the lexical index;
4. commit the files to the catalogue, ids that are gone recorded as pending;
5. let Chroma and the lexical index forget what is gone, then settle.

Ids come from content and nothing is updated in place, so doing it again does no harm.
``recover`` finishes what a crash interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.errors import EmptyIndexError, IndexMismatchError
from retrieval.index.catalogue import Catalogue, Generation
from retrieval.index.contents import FileContents, Located
from retrieval.index.embeddings import EmbeddingCache
from retrieval.index.lexical import LexicalIndex
from retrieval.index.library import Library
from retrieval.index.vectors import Metadata, VectorIndex

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from retrieval.embedding import Embedder

OnStep = Callable[[int, int], None]
"""Hears how much of how much is done."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write changed."""

    added: int
    removed: int
    embedded: int


class PassageIndex:
    """A knowledge base's live generation, open for reading and writing."""

    def __init__(
        self,
        catalogue: Catalogue,
        generation: Generation,
        client: ClientAPI,
        lexical_folder: Path,
        embedder: Embedder,
    ) -> None:
        """Open the stores of ``generation``; ``lexical_folder`` holds all lexical indexes."""
        self.catalogue = catalogue
        self.generation = generation
        self.embeddings = EmbeddingCache(catalogue, embedder)
        self.vectors = VectorIndex(client, generation.collection)
        self.passages = LexicalIndex(lexical_folder / generation.collection / "passages")
        self.threads = LexicalIndex(lexical_folder / generation.collection / "threads")
        self.library = Library(catalogue, generation.knowledge_base)

    def write(
        self,
        contents: Sequence[FileContents],
        removed_paths: Sequence[str] = (),
        *,
        on_embedded: OnStep | None = None,
    ) -> Written:
        """Put files in the place of what stood at their paths, and drop the removed ones.

        Raises:
            StorageError: if a store cannot write; what was committed before stays whole.
        """
        fresh = self._fresh(contents)
        texts = [located.passage.text for located in fresh]
        summaries = [thread.summary for file in contents for thread in file.threads]
        total = len(texts) + len(summaries)
        embedded = self.embeddings.fill(
            texts + summaries, lambda done: on_embedded(done, total) if on_embedded else None
        )
        ids = [located.passage.id for located in fresh]
        if ids:
            self.catalogue.announce(self.generation, ids)
            metadata = [_metadata(located) for located in fresh]
            self.vectors.upsert(ids, self.embeddings.vectors(texts), texts, metadata)
            self.passages.write(zip(ids, texts, strict=True))
        paths = [*removed_paths, *(file.stamp.path for file in contents)]
        before = self.library.summaries(paths)
        gone = self.catalogue.write(self.generation, contents, removed_paths)
        self._write_threads(before, self.library.summaries(paths))
        self._forget(gone)
        return Written(len(ids), len(gone), embedded)

    def recover(self) -> int:
        """Finish what a crash interrupted, and return how many ids it concerned."""
        orphans = self.catalogue.orphans(self.generation)
        if orphans:
            self._forget(orphans)
        if self.threads.count() != len(summaries := self.library.summaries()):
            self.threads.write(summaries.items())
        return len(orphans)

    def _fresh(self, contents: Sequence[FileContents]) -> list[Located]:
        """Return the passages that are not indexed yet, each id once."""
        wanted = {
            passage.id: Located(passage, posts[passage.post_id], thread.thread)
            for file in contents
            for thread in file.threads
            for posts in [thread.post_of()]
            for passage in thread.indexed()
        }
        known = self.catalogue.still_indexed(self.generation.knowledge_base, wanted)
        return [located for passage_id, located in wanted.items() if passage_id not in known]

    def _write_threads(self, before: dict[str, str], after: dict[str, str]) -> None:
        changed = {id_: text for id_, text in after.items() if before.get(id_) != text}
        gone = before.keys() - after.keys()
        gone -= self.library.existing_threads(gone)
        if changed or gone:
            self.threads.write(changed.items(), gone)

    def _forget(self, ids: frozenset[str] | set[str]) -> None:
        if ids:
            self.vectors.delete(sorted(ids))
            self.passages.write((), sorted(ids))
        self.catalogue.settle(self.generation)


def live_generation(catalogue: Catalogue, knowledge_base: str, embedder: Embedder) -> Generation:
    """Return the live generation, checking that it was made with the model at hand.

    Raises:
        EmptyIndexError: before the first ingest.
        IndexMismatchError: if other vectors are in it than the model makes.
    """
    generation = catalogue.generation(knowledge_base)
    if generation is None:
        raise EmptyIndexError(
            f"The knowledge base “{knowledge_base}” is empty. "
            "Run `footnote ingest FOLDER` with a folder of threads first."
        )
    if generation.embedding != embedder.fingerprint:
        raise IndexMismatchError(
            f"The knowledge base “{knowledge_base}” was made with the embedding model "
            f"{generation.embedding}, but {embedder.fingerprint} is set now. "
            "Set the old model again, or ingest into a new data folder."
        )
    return generation


def _metadata(located: Located) -> Metadata:
    post, thread = located.post, located.thread
    values: dict[str, str | int | None] = {
        "file": thread.file,
        "thread_id": thread.id,
        "thread_title": thread.title,
        "post_id": post.id,
        "author": post.author,
        "created_at": post.created_at.isoformat() if post.created_at else None,
        "url": post.url or thread.url,
        "kind": located.passage.kind.value,
        "start": located.passage.start,
        "end": located.passage.end,
    }
    return {key: value for key, value in values.items() if value is not None}
