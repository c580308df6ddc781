"""Who owns Chroma, tried with real processes on a real folder."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from retrieval.errors import FootnoteError, IndexBusyError, StorageError
from retrieval.settings import ChromaSettings
from retrieval.store.chroma import process as chroma_process
from retrieval.store.chroma import server as chroma_server
from retrieval.store.chroma.open_files import raise_open_file_limit
from retrieval.store.chroma.opening import open_chroma
from retrieval.store.chroma.process import ChromaProcess, answers
from retrieval.store.chroma.server import LocalServer
from retrieval.store.chroma.vectors import VectorIndex
from retrieval.store.data_folder.ownership import INDEX, FolderLock, Holder
from retrieval.store.data_folder.processes import identify
from tests.retrieval.store.chroma_user import found, store
from tests.retrieval.store.processes import ChromaUser, wait_until

SETTINGS = ChromaSettings()


def holder_of(data_dir: Path) -> Holder:
    holder = FolderLock(data_dir, INDEX).holder()
    assert holder is not None
    return holder


def server_pid(data_dir: Path) -> int:
    server = holder_of(data_dir).server
    assert server is not None
    return server.pid


def test_a_command_alone_needs_no_server(tmp_path: Path) -> None:
    with open_chroma(tmp_path, SETTINGS, doing="asking") as client:
        assert store(VectorIndex(client, "kb-test"), ["a", "b"]) == 2
        assert holder_of(tmp_path).doing == "asking"
        assert holder_of(tmp_path).url is None
    assert FolderLock(tmp_path, INDEX).holder() is None
    with open_chroma(tmp_path, SETTINGS, doing="asking") as client:
        assert found(VectorIndex(client, "kb-test"), ["a", "b", "c"]) == ["a", "b"]


def test_who_comes_second_waits_for_a_command_and_then_sees_all_it_did(tmp_path: Path) -> None:
    with ChromaUser(tmp_path, "ingesting") as ingest:
        assert ingest.heard() == {"opened": "Client"}
        assert ingest.ask("upsert", ["a", "b"]) == 2
        with ChromaUser(tmp_path, "answering") as ask:
            wait_until(lambda: bool(ask.complaints))
            assert f"process {ingest.pid} (ingesting since" in ask.complaints[0]
            assert ingest.ask("upsert", ["c"]) == 3
            ingest.leave()
            assert ask.heard() == {"opened": "Client"}
            assert ask.ask("find", ["a", "b", "c"]) == ["a", "b", "c"]
            assert len(ask.complaints) == 1
            ask.leave()


def test_who_may_not_wait_is_refused_naming_the_owner(tmp_path: Path) -> None:
    with ChromaUser(tmp_path, "ingesting") as ingest:
        assert ingest.heard() == {"opened": "Client"}
        for serve in (False, True):
            with (
                pytest.raises(IndexBusyError, match=rf"process {ingest.pid} \(ingesting since"),
                open_chroma(tmp_path, SETTINGS, doing="x", wait_seconds=0, serve=serve),
            ):
                pytest.fail("two owners")


@pytest.mark.slow
def test_all_processes_go_through_the_one_that_serves(tmp_path: Path) -> None:
    with ChromaUser(tmp_path, "answering", "--serve") as bot:
        assert bot.heard() == {"opened": "ServerClient"}
        assert bot.ask("upsert", ["first"]) == 1
        with (
            ChromaUser(tmp_path, "ingesting", "--wait", "0") as ingest,
            ChromaUser(tmp_path, "asking", "--wait", "0") as ask,
        ):
            assert ingest.heard() == ask.heard() == {"opened": "ServerClient"}
            ids = [f"id-{n}" for n in range(100)]
            for start in range(0, 100, 20):
                assert ingest.ask("upsert", ids[start : start + 20]) == start + 21
                assert bot.ask("find", ["first"]) == ["first"]
            assert ask.ask("find", ids) == ids
            assert bot.ask("find", ids) == ids
            assert f"process {bot.pid} (answering" in ask.ask("holder")
            ingest.leave()
            ask.leave()
        assert bot.ask("find", ids) == ids
        server = identify(server_pid(tmp_path))
        bot.leave()
        assert not server.is_alive()
        assert not (tmp_path / "index.owner.json").exists()


def test_a_server_that_starts_waits_for_a_command_to_end(tmp_path: Path) -> None:
    with ChromaUser(tmp_path, "ingesting") as ingest:
        assert ingest.heard() == {"opened": "Client"}
        ingest.ask("upsert", ["a"])
        with ChromaUser(tmp_path, "answering", "--serve") as bot:
            wait_until(lambda: bool(bot.complaints))
            assert f"process {ingest.pid} (ingesting" in bot.complaints[0]
            ingest.leave()
            assert bot.heard() == {"opened": "ServerClient"}
            assert bot.ask("find", ["a"]) == ["a"]


def test_killing_the_owner_ends_its_server_and_the_next_command_takes_over(
    tmp_path: Path,
) -> None:
    with ChromaUser(tmp_path, "answering", "--serve") as bot:
        bot.heard()
        assert bot.ask("upsert", ["a", "b"]) == 2
        server = identify(server_pid(tmp_path))
        bot.kill()
        wait_until(lambda: not server.is_alive())
    assert holder_of(tmp_path).url  # the note is still there
    with open_chroma(tmp_path, SETTINGS, doing="asking", wait_seconds=0) as client:
        assert type(client).__name__ == "Client"
        assert found(VectorIndex(client, "kb-test"), ["a", "b"]) == ["a", "b"]


@pytest.mark.slow
def test_a_server_that_did_not_notice_its_owners_death_is_ended_by_the_next_command(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ChromaUser(tmp_path, "answering", "--serve") as bot:
        bot.heard()
        bot.ask("upsert", ["a"])
        server = identify(server_pid(tmp_path))
        os.kill(server.pid, signal.SIGSTOP)  # deaf to the kernel's word and to the pipe's end
        bot.kill()
    time.sleep(0.1)
    assert server.is_alive()
    with open_chroma(tmp_path, SETTINGS, doing="asking", wait_seconds=0) as client:
        assert not server.is_alive()
        assert found(VectorIndex(client, "kb-test"), ["a"]) == ["a"]
    assert caplog.messages == [
        f"ending a Chroma server (process {server.pid}) that was left behind"
    ]


def test_a_killed_server_is_started_again_and_questions_wait_for_it(tmp_path: Path) -> None:
    with open_chroma(tmp_path, SETTINGS, doing="answering", serve=True) as client:
        index = VectorIndex(client, "kb-test")
        ids = [f"id-{n}" for n in range(20)]
        assert store(index, ids) == 20
        for _ in range(3):
            killed = identify(server_pid(tmp_path))
            os.kill(killed.pid, signal.SIGKILL)
            assert found(index, ids) == ids
            assert store(index, ["another"]) == 21
            assert server_pid(tmp_path) != killed.pid


def test_a_server_that_hangs_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_server, "HEARTBEAT_SECONDS", 0.3)
    with open_chroma(tmp_path, SETTINGS, doing="answering", serve=True) as client:
        index = VectorIndex(client, "kb-test")
        store(index, ["a"])
        hung = identify(server_pid(tmp_path))
        os.kill(hung.pid, signal.SIGSTOP)
        assert found(index, ["a"]) == ["a"]
        assert not hung.is_alive()


@pytest.mark.slow
def test_who_went_through_an_owner_that_leaves_goes_on_as_the_owner(tmp_path: Path) -> None:
    with ChromaUser(tmp_path, "chatting", "--serve") as chat:
        chat.heard()
        with open_chroma(tmp_path, SETTINGS, doing="answering", serve=True) as client:
            index = VectorIndex(client, "kb-test")
            assert store(index, ["a"]) == 1
            assert holder_of(tmp_path).doing == "chatting"
            chat.leave()
            assert found(index, ["a"]) == ["a"]
            assert holder_of(tmp_path).doing == "answering"
            with ChromaUser(tmp_path, "asking", "--wait", "0") as ask:
                assert ask.heard() == {"opened": "ServerClient"}
                assert ask.ask("find", ["a"]) == ["a"]


def test_an_idle_guest_takes_over_when_the_owner_leaves(tmp_path: Path) -> None:
    with ExitStack() as guests:
        with LocalServer(tmp_path, doing="chatting", wait_seconds=5) as owner:
            url = owner.url()
            guest = LocalServer(tmp_path, doing="answering", wait_seconds=5)
            assert guests.enter_context(guest).url() == url
        wait_until(lambda: has_server(tmp_path, "answering"))
        assert answers(guest.url())


def has_server(data_dir: Path, doing: str) -> bool:
    holder = FolderLock(data_dir, INDEX).holder()
    return holder is not None and holder.doing == doing and holder.served_url() is not None


def test_a_taken_port_is_given_up_for_a_free_one(tmp_path: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        taken = squatter.getsockname()[1]
        process = ChromaProcess(tmp_path)
        process.start(taken)
        try:
            assert process.url != f"http://127.0.0.1:{taken}"
            assert answers(process.url)
        finally:
            process.stop()


def test_another_server_on_the_port_is_not_mistaken_for_ours(tmp_path: Path) -> None:
    other = ChromaProcess(tmp_path_of(tmp_path, "other"))
    other.start()
    process = ChromaProcess(tmp_path_of(tmp_path, "ours"))
    try:
        process.start(int(other.url.rpartition(":")[2]))
        assert process.url != other.url
    finally:
        process.stop()
        other.stop()


def tmp_path_of(tmp_path: Path, name: str) -> Path:
    (tmp_path / name).mkdir()
    return tmp_path / name


def test_the_server_listens_on_loopback_only_and_inherits_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_DISCORD__TOKEN", "very-secret")
    monkeypatch.setenv("CHROMA_OPEN_TELEMETRY__ENDPOINT", "http://127.0.0.1:1")
    process = ChromaProcess(tmp_path)
    process.start()
    try:
        port = int(process.url.rpartition(":")[2])
        with socket.socket() as elsewhere:
            elsewhere.settimeout(1)
            with pytest.raises(OSError, match="refused"):
                elsewhere.connect(("127.0.0.2", port))
        environment = Path(f"/proc/{process.identity().pid}/environ")
        if environment.exists():
            assert b"very-secret" not in environment.read_bytes()
            assert b"CHROMA_" not in environment.read_bytes()
    finally:
        process.stop()


def test_the_servers_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma_process, "LOG_BYTES", 1000)
    (tmp_path / "chroma.log").write_bytes(b"x" * 5000 + b"the end")
    ChromaProcess(tmp_path).trim_log()
    assert (tmp_path / "chroma.log").read_bytes() == b""
    kept = (tmp_path / "chroma.log.1").read_bytes()
    assert len(kept) == 1000
    assert kept.endswith(b"the end")


def test_a_damaged_chroma_folder_is_told_in_one_line_in_either_way(tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    for serve in (False, True):
        with (
            pytest.raises(
                StorageError, match=r"Chroma (could not|cannot) open .*/chroma"
            ) as caught,
            open_chroma(tmp_path, SETTINGS, doing="asking", serve=serve),
        ):
            pytest.fail("that is no database")
        assert "\n" not in str(caught.value)
    assert FolderLock(tmp_path, INDEX).try_acquire("the lock is free again")


def test_a_data_folder_removed_while_served_ends_in_an_error_and_no_server(
    tmp_path: Path,
) -> None:
    data_dir = tmp_path / "data"
    with open_chroma(data_dir, SETTINGS, doing="answering", serve=True) as client:
        index = VectorIndex(client, "kb-test")
        store(index, ["a"])
        server = identify(server_pid(data_dir))
        shutil.rmtree(data_dir)
        wait_until(lambda: not server.is_alive())
        with pytest.raises(StorageError, match=r"data.*(removed|No such file)"):
            index.count()
        assert not data_dir.exists()  # nobody made it anew behind anybody's back


def test_a_data_folder_that_is_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    for serve in (False, True):
        with (
            pytest.raises(StorageError, match="FOOTNOTE_DATA_DIR"),
            open_chroma(tmp_path / "data", SETTINGS, doing="asking", serve=serve),
        ):
            pytest.fail("that is no folder")


def test_one_client_serves_many_threads(tmp_path: Path) -> None:
    ids = [f"id-{n}" for n in range(40)]
    failures: list[FootnoteError] = []
    with open_chroma(tmp_path, SETTINGS, doing="answering", serve=True) as client:
        index = VectorIndex(client, "kb-test")

        def write(part: list[str]) -> None:
            try:
                store(index, part)
                assert found(index, part) == part
            except FootnoteError as error:
                failures.append(error)

        threads = [
            threading.Thread(target=write, args=(ids[start : start + 10],))
            for start in range(0, 40, 10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert found(index, ids) == ids


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_low_limit_of_open_files_is_raised(limits: tuple[int, int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    assert raise_open_file_limit(1024) == 1024
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (1024, limits[1])
    assert raise_open_file_limit(512) == 512
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 1024


def test_a_limit_that_cannot_be_raised_is_said(
    limits: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    if limits[1] == resource.RLIM_INFINITY:
        pytest.skip("no hard limit here")
    assert raise_open_file_limit(limits[1] + 1) == limits[1]
    assert caplog.messages[0].startswith(f"at most {limits[1]} files may be open")
