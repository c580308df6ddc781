"""A whole examination of a knowledge base: check and mend it, or make it anew."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from retrieval.errors import EmptyIndexError, IndexDamagedError, StorageError
from retrieval.store.catalogue.catalogue import Generation
from retrieval.store.chroma.collections import collections_of
from retrieval.store.chroma.findability import OnStep, Repair
from retrieval.store.doctor import Doctor, Finding
from retrieval.store.lexical.tantivy_index import LexicalIndex
from retrieval.store.live_generation import check_model
from retrieval.store.rebuilding import (
    GRACE_SECONDS,
    Stores,
    clear_away,
    rebuild,
)

_LEXICAL_PARTS: Final = ("passages", "exchanges")


@dataclass(frozen=True, slots=True)
class Examination:
    """What was looked at, what was found and what was done about it."""

    knowledge_base: str
    generation: int
    passages: int
    threads: int
    searched: int
    """How many vectors were searched for, each by itself."""
    apart: int
    """How many of them no search finds, since they are so unlike all others."""
    findings: tuple[Finding, ...]
    rebuilt: bool
    seconds: float
    foreign: int = 0
    """How many collections on the Chroma server are other installations', and left alone."""

    @property
    def is_whole(self) -> bool:
        """Whether everything that was found has been mended."""
        return all(finding.done for finding in self.findings)


def examine(
    stores: Stores,
    knowledge_base: str,
    *,
    anew: bool = False,
    on_step: OnStep = lambda *_: None,
    grace_seconds: float = GRACE_SECONDS,
) -> Examination:
    """Check a knowledge base and mend it; with ``anew``, make a new generation instead.

    Only for who may write.

    Args:
        stores: the catalogue and what follows it.
        knowledge_base: its name.
        anew: whether to rebuild.
        on_step: hears how far it is.
        grace_seconds: how long a rebuild leaves the old generation to questions under way.

    Raises:
        EmptyIndexError: if there is no such knowledge base.
        IndexMismatchError: if another model made it, unless it is made anew.
        IndexDamagedError: if the catalogue itself is damaged, which nothing can mend.
        StorageError: if a store cannot be written.
    """
    started = time.monotonic()
    live = stores.catalogue.generation(knowledge_base)
    if live is None:
        raise EmptyIndexError(
            f"The knowledge base “{knowledge_base}” is empty: there is nothing to examine. "
            "Run `footnote ingest FOLDER` with a folder of threads first."
        )
    stores.catalogue.check()
    findings: list[Finding] = []
    search = Repair(0, 0)
    if not anew:
        check_model(live, stores.embedder.fingerprint)
        findings += _unreadable_lexical_indexes(stores, live)
        try:
            search, found = _mended(stores, live, on_step)
            findings += found
        except (IndexDamagedError, StorageError) as error:
            findings.append(Finding(f"stores that cannot be mended ({error})", "made anew"))
            anew = True
    if anew:
        rebuilt = rebuild(stores, live, on_step=on_step, grace_seconds=grace_seconds)
        live, search = rebuilt.generation, rebuilt.search
    else:
        findings += clear_away(stores, live)
    counts = stores.catalogue.counts(knowledge_base)
    return Examination(
        knowledge_base=knowledge_base,
        generation=live.number,
        passages=counts.passages,
        threads=counts.threads,
        searched=search.searched,
        apart=search.still,
        findings=tuple(findings),
        rebuilt=anew,
        seconds=time.monotonic() - started,
        foreign=collections_of(stores.client).foreign(),
    )


def _mended(
    stores: Stores, live: Generation, on_step: OnStep
) -> tuple[Repair, tuple[Finding, ...]]:
    with closing(stores.open(live)) as index:
        doctor = Doctor(index, on_step)
        found = doctor.examine()
        unmended = [finding.what for finding in found if not finding.done]
        if unmended:
            raise IndexDamagedError("; ".join(unmended))
        return doctor.search, found


def _unreadable_lexical_indexes(stores: Stores, live: Generation) -> list[Finding]:
    """Remove lexical indexes that cannot be opened; the examination fills them again."""
    findings = []
    for part in _LEXICAL_PARTS:
        folder = stores.lexical_folder / live.collection / part
        try:
            LexicalIndex(folder)
        except IndexDamagedError:
            LexicalIndex.remove(folder)
            findings.append(
                Finding(f"a lexical index of {part} that could not be read", "begun anew")
            )
    return findings
