"""The index of one knowledge base, and the one path on which anything is written to it.

In this order, so that a crash at any point leaves each file as it was or as it is now:

1. record the ids about to be inserted as pending;
2. put their vectors into Chroma and their texts into the lexical index;
3. commit the files to the catalogue, with what has to follow it recorded as pending: ids that
   are gone, exchanges whose text may have changed;
4. let Chroma and the lexical index follow, then settle.

Ids come from content and nothing is updated in place, so doing it again does no harm.
``recover`` finishes what a crash interrupted.  ``write`` takes all these steps; who has much to
write takes 1 (``stage``) and 2 for what comes next while 3 and 4 (``commit``) are taken for what
came before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from retrieval.errors import IndexDamagedError
from retrieval.store.catalogue.catalogue import Catalogue, Generation, Pending, UnfinishedWork
from retrieval.store.catalogue.contents import FileContents, Located
from retrieval.store.catalogue.library import Library
from retrieval.store.chroma.findability import Repair, mend
from retrieval.store.chroma.vectors import Metadata, VectorIndex
from retrieval.store.embedding_cache import EmbeddingCache
from retrieval.store.lexical import copies
from retrieval.store.lexical.tantivy_index import LexicalIndex
from retrieval.store.live_generation import check_model

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from retrieval.embedding import Embedder

_SOME_TEXTS: Final = 8
OnStep = Callable[[int, int], None]
"""Hears how much of how much is done."""
_TEXTS_AT_ONCE: Final = 2_000
_SEARCHED_AT_MOST: Final = 500
"""A write of so many passages searches for each of them; in larger ones, which bring little
but insertions, that would take a third of the time, and lost vectors come with deletions."""


@dataclass(frozen=True, slots=True)
class Staged:
    """Files that are about to be written."""

    contents: Sequence[FileContents]
    fresh: Sequence[Located]
    """Passages that are not indexed yet, each id once."""
    replaces: bool
    """Whether passages are indexed of what stood at the files' paths before."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write changed."""

    added: int
    removed: int
    embedded: int = 0


class PassageIndex:
    """A knowledge base's live generation, open for reading and writing.

    ``vectors``, ``passages`` and ``exchanges`` stay the same objects when ``follow`` turns them
    to another generation, so whoever holds one of them follows too.
    """

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
        self.client = client
        self.lexical_folder = lexical_folder
        self.embeddings = EmbeddingCache(catalogue, embedder)
        self.vectors = VectorIndex(client, generation.collection)
        self.passages = LexicalIndex(lexical_folder / generation.collection / "passages")
        self.exchanges = LexicalIndex(lexical_folder / generation.collection / "exchanges")
        self.library = Library(catalogue, generation.knowledge_base)
        self._following = threading.Lock()
        self._is_writing = False
        self._staging = threading.Lock()
        self._staged: tuple[Staged, ...] = ()
        self._is_suspect = False
        """Whether Chroma was interrupted: then what is written next may get lost, too."""

    def close(self) -> None:
        """Let other processes write to the lexical index."""
        self.passages.close()
        self.exchanges.close()
        if self._is_writing and not self.catalogue.pending(self.generation):
            if self._is_suspect:
                self._mend()
            self.catalogue.unmark(self.generation.knowledge_base, UnfinishedWork.WRITING)
            self._is_writing = self._is_suspect = False

    def follow(self) -> None:
        """Turn to the live generation where another has taken the place of this one.

        Costs one row of SQLite where nothing changed; call it before a question.

        Raises:
            IndexMismatchError: if the live generation was made with another model.
        """
        live = self.catalogue.generation(self.generation.knowledge_base)
        if live is None or live.number == self.generation.number:
            self.passages.refresh()
            self.exchanges.refresh()
            return
        check_model(live, self.embeddings.model)
        with self._following:
            self.vectors.reopen(live.collection)
            self.passages.reopen(self.lexical_folder / live.collection / "passages")
            self.exchanges.reopen(self.lexical_folder / live.collection / "exchanges")
            self.generation = live

    def texts_with(self, word: str) -> tuple[str, ...]:
        """Return some passages' texts that hold a word in any form."""
        ids = self.passages.holding(word, _SOME_TEXTS)
        return tuple(one.passage.text for one in self.library.located(ids).values())

    def embed(self, contents: Sequence[FileContents], on_embedded: OnStep | None = None) -> int:
        """Make the vectors that ``write`` will need, and return how many were new.

        Changes nothing that a search sees, so it may run while another batch is written.
        """
        passages = [passage.text for file in contents for passage in file.indexed()]
        texts = passages + [exchange.text for file in contents for exchange in file.exchanges()]
        total = len(texts)
        return self.embeddings.fill(
            texts,
            lambda done: on_embedded(done, total) if on_embedded else None,
            with_sentences=passages,
        )

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
        embedded = self.embed(contents, on_embedded)
        staged = self.stage(contents)
        self.insert(staged.fresh)
        return replace(self.commit(staged, removed_paths), embedded=embedded)

    def stage(self, contents: Sequence[FileContents]) -> Staged:
        """Record as pending what ``insert`` is to insert of files, before ``commit``.

        While others are staged and not committed, only if none of those replaces anything: what
        a commit takes out may be what these files hold, too.
        """
        before = self._staged  # first: what is committed from here on is found in the catalogue
        if any(staged.replaces for staged in before):
            raise AssertionError("what replaces files is committed before others are staged")
        kb = self.generation.knowledge_base
        if not self._is_writing:
            self.catalogue.mark(kb, UnfinishedWork.WRITING)
            self._is_writing = True
        coming = {at.passage.id for staged in before for at in staged.fresh}
        fresh = self._fresh(contents, coming)
        if fresh:
            self.catalogue.announce(self.generation, [located.passage.id for located in fresh])
        paths = [file.stamp.path for file in contents]
        staged = Staged(contents, fresh, bool(self.catalogue.indexed_ids(kb, paths)))
        with self._staging:
            self._staged = (*self._staged, staged)
        return staged

    def insert(self, fresh: Sequence[Located]) -> None:
        """Put passages into Chroma and the lexical index; their vectors must be cached."""
        # Both at once: Chroma in its server leaves this process with nothing to do.
        with ThreadPoolExecutor(1, "beside-chroma") as beside:
            lexical = beside.submit(self.insert_texts, fresh)
            self.insert_vectors(fresh)
            lexical.result()

    def insert_vectors(self, fresh: Sequence[Located]) -> None:
        """Put passages into Chroma: a half of ``insert``, beside which the other may run."""
        if fresh:
            texts = [located.passage.text for located in fresh]
            self.vectors.upsert(
                [located.passage.id for located in fresh],
                self.embeddings.vectors(texts),
                texts,
                [_metadata(located) for located in fresh],
            )

    def insert_texts(self, fresh: Sequence[Located]) -> None:
        """Put passages into the lexical index: the other half of ``insert``."""
        if fresh:
            self.passages.write((at.passage.id, at.passage.text) for at in fresh)

    def commit(self, staged: Staged, removed_paths: Sequence[str] = ()) -> Written:
        """Commit files whose fresh passages are inserted, in the order in which they were staged.

        Raises:
            StorageError: if a store cannot write; what was committed before stays whole.
        """
        fresh = [located.passage.id for located in staged.fresh]
        pending = self.catalogue.write(self.generation, staged.contents, removed_paths)
        self._let_follow(pending.passages, pending.exchanges)
        self.catalogue.settle(
            self.generation, Pending(pending.passages.union(fresh), pending.exchanges)
        )
        with self._staging:
            self._staged = tuple(other for other in self._staged if other is not staged)
        if len(fresh) <= _SEARCHED_AT_MOST:
            self.make_findable(fresh)
        return Written(len(fresh), len(pending.passages))

    def write_words_anew(self) -> None:
        """Write the lexical index again: until it happens to merge, it keeps what was removed."""
        ids = sorted(self.catalogue.indexed_ids(self.generation.knowledge_base))
        self.passages.write_anew(
            (id_, at.passage.text)
            for start in range(0, len(ids), _TEXTS_AT_ONCE)
            for id_, at in self.library.located(ids[start : start + _TEXTS_AT_ONCE]).items()
        )
        self.exchanges.write_anew(self.library.exchanges().items())

    def link_copies(self) -> int:
        """Link passages that wait for it to those that they copy; return how many copies they are.

        Only for who may write.
        """
        kb = self.generation.knowledge_base
        return copies.link_copies(self.catalogue, kb, copies.rarity(self.passages))

    def recover(self) -> int:
        """Finish what a crash interrupted, and return how many ids it concerned.

        Only for who may write: what another process is about to commit would look like what
        a crash left over.  After a crash every vector is searched for, at 0.4 ms each.

        Raises:
            StorageError: if a store cannot be written, because of the disk or of the crash.
            IndexDamagedError: if a store cannot be read any more.
        """
        kb = self.generation.knowledge_base
        if not self.needs_recovery():
            return 0
        pending = self.catalogue.pending(self.generation)
        kept = self.catalogue.still_indexed(kb, pending.passages)
        self._let_follow(pending.passages - kept, pending.exchanges)
        self.catalogue.settle(self.generation, pending)
        lost = self._mend()
        self._is_suspect = True
        self.catalogue.unmark(kb, UnfinishedWork.WRITING)
        return len(pending.passages) + len(pending.exchanges) + lost

    def needs_recovery(self) -> bool:
        """Tell whether somebody is writing, or was killed while doing so."""
        return self.catalogue.is_marked(self.generation.knowledge_base, UnfinishedWork.WRITING)

    def check_vectors(self) -> None:
        """Check that Chroma was not lost as a whole, or left elsewhere.

        Raises:
            IndexDamagedError: if it holds nothing where the catalogue does.
        """
        kb = self.generation.knowledge_base
        if not self.vectors.count() and (passages := self.catalogue.counts(kb).passages):
            raise IndexDamagedError(
                f"Chroma holds none of the {passages:,} passages of “{kb}”. Run `footnote doctor`, "
                "which puts them back and embeds nothing again, or correct FOOTNOTE_CHROMA__URL."
            )

    def make_findable(self, ids: Iterable[str]) -> Repair:
        """Search for passages that are indexed, and insert anew those that are not found.

        Takes 0.1 to 0.4 ms a passage.  Only for who may write.
        """
        kept = sorted(self.catalogue.still_indexed(self.generation.knowledge_base, ids))
        return mend(self, kept, lambda *_: None)

    def _mend(self) -> int:
        ids = self.catalogue.indexed_ids(self.generation.knowledge_base)
        mended = self.make_findable(ids)
        if not mended.is_whole:
            raise IndexDamagedError(
                f"Chroma cannot find {mended.still:,} of its vectors. "
                "Run `footnote doctor --rebuild`."
            )
        return mended.lost

    def _fresh(self, contents: Sequence[FileContents], coming: set[str]) -> list[Located]:
        """Return the passages that are neither indexed nor ``coming``, each id once."""
        wanted = {
            passage.id: Located(passage, posts[passage.post_id], thread.thread)
            for file in contents
            for thread in file.threads
            for posts in [thread.post_of()]
            for passage in thread.indexed()
        }
        known = coming | self.catalogue.still_indexed(self.generation.knowledge_base, wanted)
        return [located for passage_id, located in wanted.items() if passage_id not in known]

    def _let_follow(self, gone: frozenset[str], exchanges: frozenset[str]) -> None:
        """Bring Chroma and the lexical index in line with what the catalogue now holds."""
        if gone:
            self.vectors.delete(sorted(gone))
            self.passages.write((), sorted(gone))
        if exchanges:
            texts = self.library.exchanges_of(exchanges)
            self.exchanges.write(texts.items(), exchanges - texts.keys())


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
    }
    return {key: value for key, value in values.items() if value is not None}
