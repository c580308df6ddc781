"""Making a knowledge base's stores anew beside the old ones, and clearing the old away.

While a new generation is built, questions are answered from the old; one transaction makes
it the live one.  Readers notice at their next question (``PassageIndex.follow``).
"""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from retrieval.errors import IndexDamagedError, StorageError
from retrieval.index.catalogue import Catalogue, Generation
from retrieval.index.doctor import Doctor, Finding
from retrieval.index.findability import OnStep, pages
from retrieval.index.lexical import LexicalIndex
from retrieval.index.store import PassageIndex
from retrieval.index.vectors import delete_collection

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from retrieval.embedding import Embedder

_log = logging.getLogger(__name__)
_PAGE: Final = 5_000
_SEGMENT: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
GRACE_SECONDS: Final = 3.0
"""How long the old generation stays for questions that were asked of it before the flip."""


@dataclass(frozen=True, slots=True)
class Stores:
    """What a generation is made in."""

    catalogue: Catalogue
    client: ClientAPI
    lexical_folder: Path
    """Holds all lexical indexes."""
    embedder: Embedder

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
) -> Generation:
    """Build a new generation from the catalogue, make it the live one, and drop the old.

    Only for who may write.  A crash at any point leaves the old generation or the new one
    live; ``clear_away`` takes what is left of the other.

    Raises:
        IndexDamagedError: if the new generation turns out not to be whole; the old one stays.
        StorageError: if it cannot be written; the old one stays.
    """
    kb = live.knowledge_base
    new = Generation(kb, live.number + 1, stores.embedder.fingerprint)
    _drop(stores, new.collection)
    with closing(stores.open(new)) as index:
        _build(index, on_step)
        unmended = [found.what for found in Doctor(index, on_step).verify() if not found.done]
        if unmended:
            raise IndexDamagedError(
                f"The rebuilt index is not whole ({'; '.join(unmended)}), so the old one stays. "
                "Run `footnote doctor --rebuild` again."
            )
    stores.catalogue.flip(new)
    time.sleep(grace_seconds)
    clear_away(stores, new)
    return new


def open_recovered(stores: Stores, live: Generation) -> PassageIndex:
    """Open a generation for writing, with whatever a crash did to it made good.

    A full disk or a crash can leave Chroma with a collection that it cannot open any more.
    All that was in it is in the catalogue, so it is then made anew.

    Raises:
        StorageError: if the stores cannot be written.
    """
    index = stores.open(live)
    try:
        index.recover()
    except (StorageError, IndexDamagedError) as error:
        _log.warning("the index cannot be mended (%s); making it anew", error)
        index.close()
        return stores.open(rebuild(stores, live, grace_seconds=0))
    return index


def clear_away(stores: Stores, live: Generation) -> tuple[Finding, ...]:
    """Take out what is left of other generations, and cached vectors that nothing needs."""
    prefix = live.collection.removesuffix(f"{live.number:04d}")
    names = {collection.name for collection in stores.client.list_collections()}
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
    return tuple(findings)


def remove_orphaned_segments(chroma_folder: Path) -> int:
    """Remove the folders that Chroma leaves behind when a collection is deleted.

    Only for who owns the folder.

    Returns:
        The bytes that this gave back to the disk.
    """
    database = chroma_folder / "chroma.sqlite3"
    if not database.is_file():
        return 0
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as chroma:
        known = {row[0] for row in chroma.execute("SELECT id FROM segments")}
    freed = 0
    for folder in chroma_folder.iterdir():
        if folder.is_dir() and _SEGMENT.fullmatch(folder.name) and folder.name not in known:
            freed += sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            shutil.rmtree(folder, ignore_errors=True)
    return freed


def _build(index: PassageIndex, on_step: OnStep) -> None:
    ids = sorted(index.catalogue.indexed_ids(index.generation.knowledge_base))
    summaries = index.library.summaries()
    index.embeddings.fill(list(summaries.values()))
    index.threads.write(summaries.items())
    for done, some in pages(ids, _PAGE):
        located = list(index.library.located(some).values())

        def embedded(count: int, before: int = done) -> None:
            on_step("Embedding", before + count, len(ids))

        index.embeddings.fill([at.passage.text for at in located], embedded)
        index.insert(located)
        on_step("Writing", done + len(some), len(ids))


def _drop(stores: Stores, collection: str) -> None:
    delete_collection(stores.client, collection)
    LexicalIndex.remove(stores.lexical_folder / collection)
