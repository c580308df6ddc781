"""Chroma applies its log with one thread, lest a vector gets out of reach of every search."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from retrieval.settings import ChromaSettings
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.chroma.process import ChromaProcess
from retrieval.store.chroma.server import LocalServer
from retrieval.store.chroma.vectors import VectorIndex
from retrieval.store.data_folder.ownership import INDEX, FolderLock
from tests.retrieval.store.chroma_user import store
from tests.retrieval.store.processes import ChromaUser, wait_until

_BATCH = 25
_REMOVED = 15
_BATCHES = 36
_OPENINGS = 60
ONE_THREAD = b"RAYON_NUM_THREADS=1"


@contextmanager
def running(process: ChromaProcess) -> Iterator[list[bytes]]:
    """Start a server and yield its environment."""
    process.start()
    try:
        yield Path(f"/proc/{process.identity().pid}/environ").read_bytes().split(b"\0")
    finally:
        process.stop()


def server_pid(data_dir: Path) -> int:
    holder = FolderLock(data_dir, INDEX).holder()
    return holder.server.pid if holder and holder.server else 0


def environment_of_server(data_dir: Path) -> list[bytes]:
    environment = Path(f"/proc/{server_pid(data_dir)}/environ")
    with suppress(OSError):
        return environment.read_bytes().split(b"\0")
    return []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="nowhere to look it up")
def test_a_server_inserts_in_order_but_on_a_folder_that_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAYON_NUM_THREADS", raising=False)
    with running(ChromaProcess(tmp_path, is_new=True)) as environment:
        assert ONE_THREAD not in environment
    with running(ChromaProcess(tmp_path)) as environment:
        assert ONE_THREAD in environment


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="nowhere to look it up")
def test_a_server_that_is_started_again_has_a_log_and_inserts_in_order(tmp_path: Path) -> None:
    with LocalServer(tmp_path, doing="ingesting", wait_seconds=5, is_new=True) as server:
        first = server.url()
        assert environment_of_server(tmp_path).count(ONE_THREAD) == 0
        os.kill(server_pid(tmp_path), 9)
        server.suspect(first)
        wait_until(lambda: bool(environment_of_server(tmp_path).count(ONE_THREAD)))


@pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) == 1, reason="no cores to choose"
)
def test_a_server_stays_on_one_core_but_for_what_inserts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAYON_NUM_THREADS", raising=False)
    with open_chroma(
        tmp_path, ChromaSettings(), doing="ingesting", serve=True, is_new=True
    ) as client:
        store(VectorIndex(client, "kb-test"), [f"{number}" for number in range(100)])
        tasks = Path(f"/proc/{server_pid(tmp_path)}/task").iterdir()
        cores = {int(task.name): os.sched_getaffinity(int(task.name)) for task in tasks}
    here = os.sched_getaffinity(0)
    at_home = {frozenset(each) for each in cores.values() if len(each) == 1}
    assert len(at_home) == 1
    # A thread for each core that inserts, and the one that waits for this process to end.
    assert sum(each == here for each in cores.values()) == len(here) + 1


def test_this_process_inserts_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAYON_NUM_THREADS", raising=False)
    with open_chroma(tmp_path, ChromaSettings(), doing="asking"):
        assert os.environ["RAYON_NUM_THREADS"] == "1"


@pytest.mark.soak
def test_each_opening_of_a_log_with_deletions_finds_every_vector(tmp_path: Path) -> None:
    live: list[str] = []
    with open_chroma(tmp_path, ChromaSettings(), doing="ingesting") as client:
        index = VectorIndex(client, "kb-test")
        for batch in range(_BATCHES):
            made = [f"{batch}-{place}" for place in range(_BATCH)]
            store(index, made)
            gone = made[:_REMOVED]
            index.delete(gone)
            live += made[_REMOVED:]
    for _ in range(_OPENINGS):
        with ChromaUser(tmp_path, "asking") as user:
            assert user.heard() == {"opened": "Client"}
            assert user.ask("find", live) == live
