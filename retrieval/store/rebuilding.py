"""Making a knowledge base's stores anew beside the old ones, and clearing the old away.

While a new generation is built, questions are answered from the old; one transaction makes
it the live one.  Readers notice at their next question (``PassageIndex.follow``).
"""

from __future__ import annotations

import logging
import re
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from retrieval.errors import IndexDamagedError, StorageError
from retrieval.store.catalogue.catalogue import Catalogue, Generation
from retrieval.store.chroma.collections import collections_of
from retrieval.store.chroma.findability import OnStep, Repair, pages
from retrieval.store.chroma.folder import remove_orphaned_segments, replayed_ids
from retrieval.store.chroma.graph_copy import copy_graph, graph_of
from retrieval.store.chroma.vectors import delete_collection
from retrieval.store.doctor import Doctor, Finding
from retrieval.store.index import PassageIndex
from retrieval.store.lexical.tantivy_index import LexicalIndex

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from retrieval.embedding import Embedder

_log = logging.getLogger(__name__)
_PAGE: Final = 5_000
GRACE_SECONDS: Final = 3.0
"""How long the old generation stays for questions that were asked of it before the flip."""
RENEWED_FROM: Final = 10_000
"""Removed vectors that are not worth a new generation: 17 MB of disk at 384 dimensions."""
LONG_LOG: Final = 200
"""Fewer changes in Chroma's log are not worth a copy of its graph and a save."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A generation that was made anew."""

    generation: Generation
    search: Repair
    """What searching for its vectors came to."""


@dataclass(frozen=True, slots=True)
class Stores:
    """What a generation is made in."""

    catalogue: Catalogue
    client: ClientAPI
    lexical_folder: Path
    """Holds all lexical indexes."""
    embedder: Embedder
    chroma_folder: Path | None = None
    """Chroma's own folder, where it is on this machine."""

    def open(self, generation: Generation) -> PassageIndex:
        """Open a generation, making it where there is none."""
        return PassageIndex(
            self.catalogue, generation, self.client, self.lexical_folder, self.embedder
        )


def rebuild(
    stores: Stores,
    live: Generation,
    *,
    on_step: OnStep = lambda *_: None,
    grace_seconds: float = GRACE_SECONDS,
) -> Rebuilt:
    """Build a new generation from the catalogue, make it the live one, and drop the old.

    Only for who may write.  A crash at any point leaves the old generation or the new one
    live; ``clear_away`` takes what is left of the other.

    Raises:
        IndexDamagedError: if the new generation turns out not to be whole; the old one stays.
        StorageError: if it cannot be written; the old one stays.
    """
    kb = live.knowledge_base
    collections_of(stores.client).part(live.collection)
    new = Generation(kb, live.number + 1, stores.embedder.fingerprint)
    _drop(stores, new.collection)
    with closing(stores.open(new)) as index:
        _build(index, on_step)
        doctor = Doctor(index, on_step)
        unmended = [found.what for found in doctor.verify() if not found.done]
        if unmended:
            raise IndexDamagedError(
                f"The rebuilt index is not whole ({'; '.join(unmended)}), so the old one stays. "
                "Run `footnote doctor --rebuild` again."
            )
    stores.catalogue.flip(new)
    time.sleep(grace_seconds)
    clear_away(stores, new)
    return Rebuilt(new, doctor.search)


def renew_if_worn(
    stores: Stores,
    knowledge_base: str,
    *,
    on_step: OnStep = lambda *_: None,
    renewed_from: int = RENEWED_FROM,
    grace_seconds: float = GRACE_SECONDS,
) -> bool:
    """Make a generation anew when it has more removed vectors than live ones, and tell so.

    Chroma never gives back what a removed vector takes of disk and memory, so years of edits
    would grow without bound; this way they take at most as much as the live ones, and each
    edit pays for one more insert.  Nothing is embedded again.

    Raises:
        StorageError: if the new one cannot be written; the old one stays.
    """
    live = stores.catalogue.generation(knowledge_base)
    if live is None:
        return False
    removed = stores.catalogue.removed_vectors(live)
    if removed < renewed_from or removed <= stores.catalogue.counts(knowledge_base).passages:
        return False
    _log.info("renewing the index: %d vectors in it are of texts that are gone", removed)
    rebuild(stores, live, on_step=on_step, grace_seconds=grace_seconds)
    return True


def open_recovered(stores: Stores, live: Generation) -> PassageIndex:
    """Open a generation for writing, with every vector that may be out of reach made findable.

    A full disk or a crash can leave Chroma with a collection that it cannot open any more.
    All that was in it is in the catalogue, so it is then made anew.

    Raises:
        StorageError: if the stores cannot be written.
    """
    index = stores.open(live)
    try:
        _shorten_log(stores, index)
        index.check_vectors()
        index.recover()
        if stores.chroma_folder and not getattr(stores.client, "is_shared", False):
            # What Chroma applied anew at this opening has a new place in its graph.
            index.make_findable(replayed_ids(stores.chroma_folder, live.collection))
    except (StorageError, IndexDamagedError) as error:
        _log.warning("the index cannot be mended (%s); making it anew", error)
        index.close()
        return stores.open(rebuild(stores, live, grace_seconds=0).generation)
    return index


def _shorten_log(stores: Stores, index: PassageIndex) -> None:
    """Let Chroma save its graph when it reads it, if many changes wait in its log.

    Whoever opens the folder puts them into the graph anew, which takes 1.3 ms each at 100,000
    vectors.  A server that only this process uses saves after each of its large batches
    anyway, and so does after the last.
    """
    if stores.chroma_folder is None or getattr(stores.client, "is_shared", False):
        return
    if hasattr(stores.client, "is_shared"):
        index.vectors.save_after(LONG_LOG)
        return
    graph = graph_of(stores.chroma_folder, index.generation.collection)
    if graph and graph.waiting >= LONG_LOG and copy_graph(stores.chroma_folder, graph):
        index.vectors.save_after(graph.waiting)


def clear_away(stores: Stores, live: Generation) -> tuple[Finding, ...]:
    """Take out what is left of other generations, and cached vectors that nothing needs."""
    prefix = live.collection.removesuffix(f"{live.number:04d}")
    names = collections_of(stores.client).names()
    if stores.lexical_folder.is_dir():
        names |= {folder.name for folder in stores.lexical_folder.iterdir()}
    others = sorted(
        name
        for name in names
        if name != live.collection and re.fullmatch(re.escape(prefix) + r"\d+", name)
    )
    for name in others:
        _drop(stores, name)
    findings = [Finding(f"the left-over generation {name}", "removed") for name in others]
    if pruned := stores.open(live).embeddings.prune():
        findings.append(Finding(f"{pruned:,} cached vectors of no text", "removed"))
    stores.catalogue.compact()
    if stores.chroma_folder and (freed := remove_orphaned_segments(stores.chroma_folder)):
        findings.append(Finding(f"{freed / 2**20:.1f} MB that Chroma left behind", "removed"))
    return tuple(findings)


def _build(index: PassageIndex, on_step: OnStep) -> None:
    ids = sorted(index.catalogue.indexed_ids(index.generation.knowledge_base))
    exchanges = index.library.exchanges()
    index.embeddings.fill(list(exchanges.values()))
    index.exchanges.write(exchanges.items())
    for done, some in pages(ids, _PAGE):
        located = list(index.library.located(some).values())

        def embedded(count: int, before: int = done) -> None:
            on_step("Embedding", before + count, len(ids))

        texts = [at.passage.text for at in located]
        index.embeddings.fill(texts, embedded, with_sentences=texts)
        index.insert(located)
        on_step("Writing", done + len(some), len(ids))


def _drop(stores: Stores, collection: str) -> None:
    delete_collection(stores.client, collection)
    LexicalIndex.remove(stores.lexical_folder / collection)
