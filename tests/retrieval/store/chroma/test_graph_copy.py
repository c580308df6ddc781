"""A crash while Chroma saves its graph costs nothing, and little waits in its log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from retrieval.errors import IndexDamagedError
from retrieval.settings import ChromaSettings
from retrieval.store.catalogue.catalogue import Catalogue
from retrieval.store.chroma.graph_copy import copy_graph, graph_of, put_back_copies
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.chroma.vectors import VectorIndex
from retrieval.store.index import PassageIndex
from retrieval.store.live_generation import live_generation
from retrieval.store.rebuilding import LONG_LOG, Stores, open_recovered
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB
from tests.retrieval.store.chroma_user import DIMENSIONS, found, store

SAVED = [f"saved-{n}" for n in range(1_000)]
LATER = [f"later-{n}" for n in range(LONG_LOG)]


@contextmanager
def opened(data_dir: Path) -> Iterator[VectorIndex]:
    with open_chroma(data_dir, ChromaSettings(), doing="testing") as client:
        yield VectorIndex(client, "kb-test")


def waiting(data_dir: Path, collection: str = "kb-test") -> int:
    graph = graph_of(data_dir / "chroma", collection)
    assert graph is not None
    return graph.waiting


def folders(data_dir: Path) -> list[Path]:
    return [path for path in (data_dir / "chroma").iterdir() if path.is_dir()]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with 1,000 vectors in the graph on disk, and some in the log."""
    with opened(tmp_path) as index:
        store(index, SAVED)
        store(index, LATER)
    assert waiting(tmp_path) == len(LATER)
    return tmp_path


def copied(data_dir: Path) -> Path:
    """Copy the graph, and return the folder of its files."""
    graph = graph_of(data_dir / "chroma", "kb-test")
    assert graph is not None
    assert copy_graph(data_dir / "chroma", graph)
    return data_dir / "chroma" / graph.segment


def test_a_save_that_was_interrupted_is_undone(data_dir: Path) -> None:
    ids = copied(data_dir) / "index_metadata.pickle"
    ids.write_bytes(ids.read_bytes()[:-100])
    with opened(data_dir) as index:
        assert found(index, SAVED[:50]) == SAVED[:50]
        assert found(index, LATER) == LATER
    assert waiting(data_dir) == len(LATER)
    assert len(folders(data_dir)) == 1


def test_without_a_copy_it_is_not(data_dir: Path) -> None:
    ids = copied(data_dir) / "index_metadata.pickle"
    ids.write_bytes(ids.read_bytes()[:-100])
    for folder in folders(data_dir):
        if folder != ids.parent:
            folder.rename(folder.with_name("gone.unfinished"))
    with opened(data_dir) as index, pytest.raises(IndexDamagedError):
        found(index, LATER)


def test_a_save_that_came_to_its_end_stays(data_dir: Path) -> None:
    copied(data_dir)
    with sqlite3.connect(data_dir / "chroma" / "chroma.sqlite3") as chroma:
        chroma.execute("UPDATE max_seq_id SET seq_id = seq_id + 1")
    chroma.close()
    assert put_back_copies(data_dir / "chroma") == 0
    assert len(folders(data_dir)) == 1


def test_a_copy_that_was_not_finished_is_none(data_dir: Path) -> None:
    segment = copied(data_dir)
    (copy,) = [folder for folder in folders(data_dir) if folder != segment]
    copy.rename(copy.with_name(f"{segment.name}.unfinished"))
    assert put_back_copies(data_dir / "chroma") == 0
    assert folders(data_dir) == [segment]


def test_no_chroma_is_no_graph(tmp_path: Path) -> None:
    assert graph_of(tmp_path, "kb-test") is None
    assert put_back_copies(tmp_path / "missing") == 0


@pytest.mark.parametrize(("changes", "left"), [(LONG_LOG - 1, LONG_LOG - 1), (LONG_LOG, 0)])
def test_who_comes_to_write_has_a_long_log_saved(tmp_path: Path, changes: int, left: int) -> None:
    """At most as many changes wait for the next process."""
    embedder = HashingEmbedder(DIMENSIONS)
    with closing(Catalogue(tmp_path / "catalogue.sqlite3")) as catalogue:
        catalogue.begin_generation(KB, embedder.fingerprint)
        live = live_generation(catalogue, KB, embedder)

        @contextmanager
        def index() -> Iterator[PassageIndex]:
            with open_chroma(tmp_path, ChromaSettings(), doing="testing") as client:
                stores = Stores(
                    *(catalogue, client, tmp_path / "lexical", embedder),
                    chroma_folder=tmp_path / "chroma",
                )
                with closing(open_recovered(stores, live)) as opened:
                    yield opened

        ids = [f"id-{n}" for n in range(changes)]
        with index() as first:
            store(first.vectors, SAVED)
            store(first.vectors, ids)
        with index() as second:
            second.vectors.load()
            assert found(second.vectors, ids) == ids
        assert waiting(tmp_path, live.collection) == left
        assert len(folders(tmp_path)) == 1


def test_a_log_goes_into_the_graph_once(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        store(index, [f"first-{n}" for n in range(600)])
    with opened(tmp_path) as index:
        for id_ in ("second", "third"):
            store(index, [id_])
            assert found(index, [id_]) == [id_]
    # Twice would be more changes than are saved, and would change vectors in place.
    assert waiting(tmp_path) == 602


def test_a_server_saves_early_for_who_came_to_write_and_late_for_who_came_to_ask(
    tmp_path: Path,
) -> None:
    def saves_after() -> int:
        collection = client.get_collection(live.collection, embedding_function=None)
        return int(collection.configuration_json["hnsw"]["sync_threshold"])

    embedder = HashingEmbedder(DIMENSIONS)
    with (
        closing(Catalogue(tmp_path / "catalogue.sqlite3")) as catalogue,
        open_chroma(tmp_path, ChromaSettings(), doing="testing", serve=True) as client,
    ):
        catalogue.begin_generation(KB, embedder.fingerprint)
        live = live_generation(catalogue, KB, embedder)
        stores = Stores(
            *(catalogue, client, tmp_path / "lexical", embedder), chroma_folder=tmp_path / "chroma"
        )
        with closing(open_recovered(stores, live)):
            assert saves_after() == LONG_LOG
        with closing(stores.open(live)):
            assert saves_after() == 1_000
