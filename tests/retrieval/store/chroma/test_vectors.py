from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from chromadb.api import ClientAPI

from retrieval.store.chroma.vectors import VectorIndex, delete_collection
from tests.retrieval.store.builders import client_at


@pytest.fixture
def client(tmp_path: Path) -> ClientAPI:
    return client_at(tmp_path)


@pytest.fixture
def vectors(client: ClientAPI) -> VectorIndex:
    return VectorIndex(client, "kb-default-g0001")


def _rows(count: int) -> npt.NDArray[np.float32]:
    rows = np.random.default_rng(5).standard_normal((count, 64), dtype=np.float32)
    unit: npt.NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _put(vectors: VectorIndex, ids: Sequence[str], rows: npt.NDArray[np.float32]) -> None:
    vectors.upsert(ids, rows, [f"text {id_}" for id_ in ids], [{"file": "a.txt"} for _ in ids])


def test_the_nearest_is_first_with_its_cosine(vectors: VectorIndex) -> None:
    rows = _rows(50)
    _put(vectors, [f"id{n}" for n in range(50)], rows)
    found = vectors.nearest(rows[7], 5)
    assert next(iter(found)) == "id7"
    assert list(found.values()) == pytest.approx(sorted(rows @ rows[7])[::-1][:5], abs=1e-4)


def test_an_empty_collection_has_nothing_near(vectors: VectorIndex) -> None:
    assert vectors.nearest(_rows(1)[0], 5) == {}
    assert vectors.nearest_to_each(_rows(3), 5) == [{}, {}, {}]
    assert vectors.nearest_to_each(_rows(0), 5) == []


def test_more_are_wanted_than_there_are(vectors: VectorIndex) -> None:
    _put(vectors, ["a", "b"], _rows(2))
    assert vectors.nearest(_rows(1)[0], 300).keys() == {"a", "b"}


def test_each_row_finds_its_own(vectors: VectorIndex) -> None:
    rows = _rows(400)
    ids = [f"id{n}" for n in range(400)]
    _put(vectors, ids, rows)
    assert [next(iter(found)) for found in vectors.nearest_to_each(rows, 1)] == ids


def test_deleted_ids_are_gone_and_unknown_ones_no_error(vectors: VectorIndex) -> None:
    _put(vectors, ["a", "b"], _rows(2))
    vectors.delete(["a", "never"])
    assert list(vectors.ids()) == [["b"]]
    assert vectors.nearest(_rows(1)[0], 9).keys() == {"b"}


def test_ids_come_in_pages(vectors: VectorIndex) -> None:
    ids = [f"id{n:05d}" for n in range(5_200)]
    _put(vectors, ids, _rows(5_200))
    pages = list(vectors.ids())
    assert [len(page) for page in pages] == [5_000, 200]
    assert {id_ for page in pages for id_ in page} == set(ids)


def test_another_collection_is_read_after_reopening(vectors: VectorIndex) -> None:
    _put(vectors, ["a"], _rows(1))
    vectors.reopen("kb-default-g0002")
    assert vectors.count() == 0
    vectors.reopen("kb-default-g0001")
    assert vectors.count() == 1


def test_a_deleted_collection_is_gone_and_an_unknown_one_no_error(client: ClientAPI) -> None:
    VectorIndex(client, "kb-a-g0001")
    delete_collection(client, "kb-a-g0001")
    delete_collection(client, "kb-a-g0001")
    assert client.list_collections() == []
