"""What no search finds though it is there: damage, or a vector that lies apart from all others."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import numpy.typing as npt
import pytest

from retrieval.errors import IndexDamagedError
from retrieval.store.catalogue.catalogue import UnfinishedWork
from retrieval.store.chroma.findability import Repair
from retrieval.store.chroma.vectors import VectorIndex
from retrieval.store.doctor import Doctor, Finding
from retrieval.store.index import PassageIndex
from tests.retrieval.store.builders import KB, Folder, Said, client_at, file_of

PASSAGES = 1_000


class LeadsNowhere(VectorIndex):
    """A graph in which no way leads to some vectors, however often they are inserted."""

    def __init__(self, index: PassageIndex, apart: int) -> None:
        super().__init__(index.client, index.generation.collection)
        self._apart = sorted(index.catalogue.indexed_ids(KB))[:apart]

    def nearest_to_each(
        self, vectors: npt.NDArray[np.float32], limit: int
    ) -> list[dict[str, float]]:
        found = super().nearest_to_each(vectors, limit)
        return [{id_: near[id_] for id_ in near if id_ not in self._apart} for near in found]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PassageIndex]:
    with Folder(tmp_path, client_at(tmp_path)).index() as opened:
        dice = random.Random(1)  # words that have nothing in common
        words = ["".join(dice.choices(ascii_lowercase, k=7)) for _ in range(8 * PASSAGES)]
        text = "\n\n".join(" ".join(words[n::PASSAGES]) for n in range(PASSAGES))
        opened.write([file_of("a.txt", Said("ann", text))])
        assert opened.vectors.count() == PASSAGES
        yield opened


def test_vectors_that_lie_apart_are_no_damage(index: PassageIndex) -> None:
    index.vectors = LeadsNowhere(index, 10)
    doctor = Doctor(index)
    assert doctor.verify() == ()
    assert doctor.search == Repair(searched=PASSAGES, lost=10, still=10)
    index.catalogue.mark(KB, UnfinishedWork.WRITING)  # as a crash leaves it
    assert index.recover() == 10
    assert not index.needs_recovery()


def test_of_few_one_is() -> None:
    assert Repair(searched=999, lost=1, still=0).is_whole
    assert not Repair(searched=999, lost=1, still=1).is_whole


def test_more_of_them_are(index: PassageIndex) -> None:
    index.vectors = LeadsNowhere(index, 11)
    assert Doctor(index).verify() == (
        Finding("11 vectors in Chroma that no search could find", ""),
    )
    index.catalogue.mark(KB, UnfinishedWork.WRITING)
    with pytest.raises(IndexDamagedError, match="cannot find 11 of its vectors"):
        index.recover()
    index.catalogue.unmark(KB, UnfinishedWork.WRITING)
