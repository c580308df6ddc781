"""What removed records take of the disk is given back, and years of edits do not pile up."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.api.client import Client

from retrieval.settings import ChromaSettings
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.catalogue.contents import FileContents
from retrieval.store.chroma.findability import unfindable
from retrieval.store.chroma.folder import (
    DATABASE,
    prepare,
    reclaim,
    remove_orphaned_segments,
    replayed_ids,
)
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.live_generation import live_generation
from retrieval.store.rebuilding import Stores, open_recovered, renew_if_worn
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, Said, file_of

ROUNDS = 20
PASSAGES = 150
DIMENSIONS = 64


def fill_and_empty(folder: Path) -> None:
    """Leave a Chroma folder of which most is free."""
    client = chromadb.PersistentClient(path=str(folder))
    collection = client.get_or_create_collection("few", embedding_function=None)
    ids = [str(number) for number in range(1_000)]
    collection.upsert(
        ids=ids,
        embeddings=np.array([[n % 7, 1.0, n % 3] for n in range(1_000)], np.float32),
        documents=[f"some words that take room, number {n} " * 20 for n in range(1_000)],
    )
    collection.delete(ids=ids[10:])
    assert isinstance(client, Client)
    client.close()


def test_what_chroma_applies_anew_at_each_opening_is_known_where_deletions_are_among_it(
    tmp_path: Path,
) -> None:
    assert replayed_ids(tmp_path, "few") == []
    client = chromadb.PersistentClient(path=str(tmp_path))
    assert isinstance(client, Client)
    for name in ("few", "other"):
        collection = client.get_or_create_collection(name, embedding_function=None)
        collection.upsert(
            ids=[f"{name}-{n}" for n in range(5)], embeddings=np.eye(5, dtype=np.float32)
        )
    assert replayed_ids(tmp_path, "few") == []  # insertions alone lose nothing
    client.get_collection("few", embedding_function=None).delete(ids=["few-1"])
    assert replayed_ids(tmp_path, "few") == [f"few-{n}" for n in range(5)]
    assert replayed_ids(tmp_path, "other") == []
    many = np.random.default_rng(1).normal(size=(1_000, 5)).astype(np.float32)
    client.get_collection("few", embedding_function=None).upsert(
        ids=[f"more-{n}" for n in range(1_000)], embeddings=many
    )
    assert replayed_ids(tmp_path, "few") == []  # the graph is on disk by now
    client.close()


@pytest.mark.parametrize("is_prepared", [True, False])
def test_free_pages_go_back_to_the_disk_and_chroma_works_on(
    tmp_path: Path, is_prepared: bool
) -> None:
    if is_prepared:
        prepare(tmp_path)
    fill_and_empty(tmp_path)
    before = (tmp_path / DATABASE).stat().st_size
    assert reclaim(tmp_path) == 0  # so little is not worth the while
    freed = reclaim(tmp_path, at_least_bytes=0)
    assert freed > before / 3
    assert (tmp_path / DATABASE).stat().st_size == before - freed
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    collection = chromadb.PersistentClient(path=str(tmp_path)).get_collection(
        "few", embedding_function=None
    )
    assert sorted(map(int, collection.get()["ids"])) == list(range(10))
    found = collection.query(query_embeddings=np.array([[3.0, 1.0, 0.0]], np.float32), n_results=1)
    assert found["ids"] == [["3"]]


def test_a_folder_without_chroma_has_nothing_to_give_back(tmp_path: Path) -> None:
    assert reclaim(tmp_path / "missing") == 0
    assert remove_orphaned_segments(tmp_path / "missing") == 0


def test_a_file_that_is_no_database_is_left_to_chroma_to_complain_of(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database at all" * 1_000)
    assert reclaim(tmp_path, at_least_bytes=0) == 0


def edited(round_number: int) -> FileContents:
    chance = random.Random(round_number)
    return file_of(
        "thread.txt",
        *(
            Said(
                "ann", " ".join(f"{chance.randrange(16**6):x}" for _ in range(12)), key=f"post {n}"
            )
            for n in range(PASSAGES)
        ),
    )


@pytest.mark.parametrize(
    "serve",
    [
        pytest.param(False, id="embedded", marks=pytest.mark.slow),
        pytest.param(True, id="served", marks=pytest.mark.soak),
    ],
)
def test_twenty_rounds_of_edits_take_bounded_disk(tmp_path: Path, serve: bool) -> None:
    chroma, sizes = tmp_path / "chroma", []
    renewals = 0
    for number in range(ROUNDS):
        with (
            open_chroma(tmp_path, ChromaSettings(), doing="testing", serve=serve) as client,
            closing(Catalogue(tmp_path / "catalogue.sqlite3")) as catalogue,
        ):
            embedder = HashingEmbedder(DIMENSIONS)
            catalogue.begin_generation(KB, embedder.fingerprint)
            stores = Stores(
                *(catalogue, client, tmp_path / "lexical", embedder), chroma_folder=chroma
            )
            with closing(open_recovered(stores, live_generation(catalogue, KB, embedder))) as index:
                assert index.write([edited(number)]).added == PASSAGES
            renewals += renew_if_worn(stores, KB, renewed_from=500, grace_seconds=0)
            with closing(stores.open(live_generation(catalogue, KB, embedder))) as index:
                ids = sorted(catalogue.indexed_ids(KB))
                assert index.vectors.count() == index.passages.count() == len(ids) == PASSAGES
                assert not unfindable(index, ids, lambda *_: None)
        (tmp_path / "chroma.log").unlink(missing_ok=True)  # has bounds of its own
        sizes.append(sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()))
    assert renewals == 4  # after every fourth round there are 600 removed vectors
    assert max(sizes[10:]) < 1.2 * max(sizes[:10])
    assert len([path for path in chroma.iterdir() if path.is_dir()]) <= 1
    assert len(list((tmp_path / "lexical").iterdir())) == 1
