"""Installations that share a Chroma server: each keeps to its own collections."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chromadb
import pytest
from chromadb.api import ClientAPI

from retrieval.errors import IndexDamagedError, IndexMismatchError, StorageError
from retrieval.settings import ChromaSettings
from retrieval.store.catalogue.catalogue import Catalogue, Generation
from retrieval.store.chroma.collections import CONFIGURATION
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.chroma.process import ChromaProcess
from retrieval.store.data_folder.installation import FILE, Installation
from retrieval.store.examination import Examination, examine
from retrieval.store.rebuilding import Stores, open_recovered
from tests.fakes import HashingEmbedder
from tests.retrieval.store.builders import KB, Folder, Said, agree, file_of

L1 = "kb-default-g0001"


class Server:
    """A Chroma server, seen by installations and by whoever looks with chromadb alone."""

    def __init__(self, url: str, path: Path) -> None:
        self.url = url
        self._path = path

    @contextmanager
    def used_by(self, name: str) -> Iterator[Folder]:
        """Open the data folder of that name, as a process of its own would."""
        data_dir = self._path / name
        with open_chroma(data_dir, ChromaSettings(url=self.url), doing="testing") as client:
            yield Folder(data_dir, client)

    def fill(self, name: str, *texts: str) -> None:
        with self.used_by(name) as folder, folder.index() as index:
            index.write([file_of(f"{text[:4]}.txt", Said("Ida", text)) for text in texts])

    def examine(self, name: str, *, anew: bool = False) -> Examination:
        with self.used_by(name) as folder, folder.catalogue() as catalogue:
            return examine(stores(folder, catalogue), KB, anew=anew, grace_seconds=0)

    def data_dir(self, name: str) -> Path:
        return self._path / name

    def plainly(self) -> ClientAPI:
        host, _, port = self.url.removeprefix("http://").partition(":")
        return chromadb.HttpClient(host=host, port=int(port))

    def counts(self) -> dict[str, int]:
        return {each.name: each.count() for each in self.plainly().list_collections()}


def stores(folder: Folder, catalogue: Catalogue) -> Stores:
    return Stores(catalogue, folder.client, folder.path / "lexical", folder.embedder)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "server").mkdir()
    process = ChromaProcess(tmp_path / "server")
    process.start()
    yield Server(process.url, tmp_path)
    process.stop()


def test_two_installations_share_a_server_and_leave_each_other_alone(server: Server) -> None:
    server.fill("ours", "Bake it hotter.", "Knead it longer.", "Let it rise twice.")
    server.fill("theirs", "Oil the chain.")
    found = server.examine("theirs")
    assert found.findings == ()
    assert found.foreign == 1
    assert server.examine("theirs", anew=True).is_whole
    ours, theirs = (Installation(server.data_dir(name)).id for name in ("ours", "theirs"))
    assert server.counts() == {f"{L1}-{ours}": 3, f"kb-default-g0002-{theirs}": 1}
    assert server.examine("ours").findings == ()


def test_two_installations_that_start_at_once_both_get_one(server: Server) -> None:
    names = [f"folder-{n}" for n in range(4)]
    threads = [
        threading.Thread(target=server.fill, args=(name, f"{name} says so.")) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(server.counts().values()) == [1, 1, 1, 1]
    for name in names:
        with server.used_by(name) as folder, folder.index() as index:
            agree(index)


def test_two_processes_of_one_installation_make_one_collection(server: Server) -> None:
    opened = []

    def open_index() -> None:
        with server.used_by("ours") as folder, folder.index() as index:
            opened.append(index.vectors.count())

    threads = [threading.Thread(target=open_index) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [0, 0, 0, 0]
    assert len(server.counts()) == 1


def as_before_installations(server: Server, name: str) -> None:
    """Give the collection of a data folder the plain name that it used to have."""
    data_dir = server.data_dir(name)
    own = f"{L1}-{Installation(data_dir).id}"
    collection = server.plainly().get_collection(own)
    there: Any = collection.get(include=["embeddings", "documents", "metadatas"])
    plain = server.plainly().create_collection(L1, configuration=CONFIGURATION)
    plain.upsert(there["ids"], there["embeddings"], there["metadatas"], there["documents"])
    server.plainly().delete_collection(own)
    (data_dir / FILE).unlink()


def test_an_index_of_before_is_adopted_and_nothing_is_embedded(server: Server) -> None:
    server.fill("ours", "Bake it hotter.", "Knead it longer.")
    as_before_installations(server, "ours")
    embedder = HashingEmbedder()
    with server.used_by("ours") as folder, folder.index(embedder=embedder) as index:
        index.check_vectors()
        agree(index)
    assert embedder.embedded == []
    assert server.counts() == {f"{L1}-{Installation(server.data_dir('ours')).id}": 2}
    assert server.examine("ours").findings == ()


def test_a_collection_of_before_that_holds_other_passages_is_left_alone(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.fill("theirs", "Oil the chain.")
    as_before_installations(server, "theirs")
    server.fill("ours", "Bake it hotter.")
    assert server.counts()[L1] == 1
    assert server.examine("ours").foreign == 1
    assert any("another installation's and is left alone" in line for line in caplog.messages)


def test_a_data_folder_with_a_chroma_of_its_own_adopts_nothing(server: Server) -> None:
    server.fill("theirs", "Bake it hotter.")
    as_before_installations(server, "theirs")
    with server.used_by("ours") as folder, folder.index() as index:
        index.write([file_of("Bake.txt", Said("Ida", "Bake it hotter."))])
    (server.data_dir("ours") / FILE).unlink()
    (server.data_dir("ours") / "chroma").mkdir()
    with server.used_by("ours") as folder, folder.index() as index:
        assert index.vectors.count() == 0
    assert server.counts()[L1] == 1


def restored(server: Server, name: str) -> None:
    shutil.copytree(server.data_dir(name), server.data_dir(f"{name}-restored"))


def test_a_restored_data_folder_goes_on_where_the_other_is_gone(server: Server) -> None:
    server.fill("ours", "Bake it hotter.")
    restored(server, "ours")
    server.fill("ours-restored", "Knead it longer.")
    assert server.examine("ours-restored").findings == ()
    assert list(server.counts().values()) == [2]


def test_a_data_folder_whose_copy_has_written_is_told_and_rebuilt_beside_it(
    server: Server,
) -> None:
    server.fill("ours", "Bake it hotter.")
    restored(server, "ours")
    server.fill("ours-restored", "Knead it longer.")
    with (
        pytest.raises(IndexMismatchError, match="another copy of the data folder") as told,
        server.used_by("ours") as folder,
        folder.index(),
    ):
        pytest.fail("that is the copy's now")
    assert "\n" not in str(told.value)
    with pytest.raises(IndexMismatchError):
        server.examine("ours")
    assert sorted(server.counts().values()) == [2]

    assert server.examine("ours", anew=True).is_whole
    assert sorted(server.counts().values()) == [1, 2]
    for name in ("ours", "ours-restored"):
        assert server.examine(name).findings == ()
        assert server.examine(name).foreign == 1


def test_a_crash_between_seal_and_write_is_no_copy(server: Server) -> None:
    server.fill("ours", "Bake it hotter.")
    Installation(server.data_dir("ours")).add_seal(L1)
    with server.used_by("ours") as folder, folder.index() as index:
        agree(index)


def test_a_collection_that_is_gone_is_said_and_filled_by_the_next_ingest(server: Server) -> None:
    server.fill("ours", "Bake it hotter.")
    for name in server.counts():
        server.plainly().delete_collection(name)
    with server.used_by("ours") as folder:
        with folder.index() as index, pytest.raises(IndexDamagedError, match="none of the 1"):
            index.check_vectors()
        with folder.catalogue() as catalogue:
            live = catalogue.generation(KB)
            assert isinstance(live, Generation)
            index = open_recovered(stores(folder, catalogue), live)
            agree(index)
            index.close()
    assert folder.embedder.embedded == []  # type: ignore[attr-defined]  # the fake notes it


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"id": "1", "seals": [1]}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(StorageError, match=f"{FILE} is damaged"):
        _ = Installation(tmp_path).id


def test_the_id_and_two_seals_are_kept(tmp_path: Path) -> None:
    first = Installation(tmp_path / "data")
    seals = [first.add_seal("a") for _ in range(3)]
    again = Installation(tmp_path / "data")
    assert again.id == first.id
    assert again.seals("a") == tuple(seals[1:])
    assert again.seals("b") == ()
    before = first.id
    again.renew()
    assert first.id == again.id != before
    assert first.seals("a") == ()


def test_many_that_begin_at_once_agree_on_the_id(tmp_path: Path) -> None:
    ids: list[str] = []
    threads = [
        threading.Thread(target=lambda: ids.append(Installation(tmp_path).id)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


@pytest.fixture(autouse=True)
def _hear_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
