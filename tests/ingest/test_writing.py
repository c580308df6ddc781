"""Batches on their way together, into the real stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from ingest.writing import BatchWriter
from retrieval.errors import StorageError
from retrieval.store.catalogue.contents import FileContents
from retrieval.store.index import PassageIndex
from tests.retrieval.store.builders import Folder, Said, agree, all_ids, client_at, file_of

OPENING = Said("ann", "Which oil is right for a chain in winter?")
REPLY = Said("bob", "One that is made for wet roads, and not much of it.")
LIGHTS = file_of("lights.txt", Said("cid", "It was the plug, and ten seconds of work."))
BELL = file_of("bell.txt", Said("dee", "A bell is worth more than brakes in this town."))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, client_at(tmp_path))


@pytest.fixture
def index(folder: Folder) -> Iterator[PassageIndex]:
    with folder.index() as opened:
        yield opened


class Watched:
    """Stands before Chroma: remembers what is inserted, after calling what the test wants."""

    def __init__(self, real: Any, before: Callable[[Sequence[str]], None] = lambda _: None) -> None:
        self._real, self._before = real, before
        self.inserted: list[Sequence[str]] = []

    def upsert(self, ids: Sequence[str], *rest: Any) -> None:
        self._before(ids)
        self.inserted.append(ids)
        self._real.upsert(ids, *rest)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def ids_of(file: FileContents) -> list[str]:
    return [passage.id for passage in file.indexed()]


def write(index: PassageIndex, *batches: Sequence[FileContents]) -> list[str]:
    """Write batches, and return the files that were committed, in order."""
    done: list[str] = []
    with BatchWriter(
        index, lambda files, _: done.extend(file.stamp.name for file in files)
    ) as writer:
        for batch in batches:
            index.embed(batch)
            writer.write(batch)
        writer.finish()
    return done


def test_batches_are_committed_in_their_order(index: PassageIndex) -> None:
    chain = file_of("chain.txt", OPENING, REPLY)
    assert write(index, [chain], [LIGHTS], [BELL]) == ["chain.txt", "lights.txt", "bell.txt"]
    agree(index)


def test_a_thread_in_two_batches_is_inserted_once(index: PassageIndex) -> None:
    chroma = Watched(index.vectors)
    index.vectors = chroma  # type: ignore[assignment]  # stands before it
    copies = [file_of(name, OPENING, thread="chain") for name in ("one.txt", "two.txt")]
    write(index, *([copy] for copy in copies))
    assert [len(ids) for ids in chroma.inserted] == [1]
    agree(index)


def test_what_moves_to_a_later_batch_is_not_lost(index: PassageIndex) -> None:
    index.write([file_of("chain.txt", OPENING, REPLY, thread="chain")])
    before = all_ids(index)
    write(
        index,
        [file_of("chain.txt", OPENING, thread="chain")],
        [file_of("moved.txt", REPLY, thread="chain")],
        [LIGHTS],
    )
    assert before < all_ids(index)
    agree(index)


def test_a_batch_is_committed_while_chroma_takes_the_next(index: PassageIndex) -> None:
    committed = Event()

    def wait(ids: Sequence[str]) -> None:
        assert ids == ids_of(LIGHTS) or committed.wait(10)

    index.vectors = Watched(index.vectors, wait)  # type: ignore[assignment]  # stands before it
    with BatchWriter(index, lambda *_: committed.set()) as writer:
        for file in (LIGHTS, BELL):
            index.embed([file])
            writer.write([file])
        writer.finish()
    agree(index)


def test_nothing_is_committed_after_a_batch_that_failed(folder: Folder) -> None:
    def fail(ids: Sequence[str]) -> None:
        if ids == ids_of(BELL):
            raise StorageError("the disk is full")

    repeated = file_of("again.txt", Said("dee", "Oil it."), thread="again")
    with folder.index() as index:
        index.vectors = Watched(index.vectors, fail)  # type: ignore[assignment]  # as above
        with pytest.raises(StorageError, match="full"):
            write(index, [LIGHTS], [BELL], [repeated])
        assert {stamp.name for stamp in index.catalogue.stamps("default").values()} == {
            "lights.txt"
        }
    with folder.index() as index:
        index.recover()
        agree(index)
        write(index, [BELL], [repeated])
        agree(index)
