from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.errors import IndexBusyError, StorageError
from retrieval.store.data_folder.ownership import (
    INDEX,
    INGEST,
    FolderLock,
    Holder,
    alone,
    end_leftover,
)
from retrieval.store.data_folder.processes import ProcessIdentity, identify, place, this_process

HOLD = """
import sys, time
from pathlib import Path
from retrieval.store.data_folder.ownership import FolderLock
lock = FolderLock(Path(sys.argv[1]), "index")
assert lock.try_acquire("ingesting")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


def holder_of(data_dir: Path) -> Holder:
    holder = FolderLock(data_dir, INDEX).holder()
    assert holder is not None
    return holder


def start_holding(data_dir: Path, seconds: float) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[4],
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    child.stdout.close()
    return child


def test_one_holds_a_lock_and_the_note_says_who(tmp_path: Path) -> None:
    lock, other = FolderLock(tmp_path, INDEX), FolderLock(tmp_path, INDEX)
    assert lock.try_acquire("answering")
    assert not other.try_acquire("ingesting")
    assert holder_of(tmp_path).process == this_process()
    assert holder_of(tmp_path).doing == "answering"
    lock.release()
    assert other.holder() is None
    assert other.try_acquire("ingesting")
    other.release()


def test_the_locks_of_a_folder_are_independent(tmp_path: Path) -> None:
    with (
        alone(tmp_path, INGEST, doing="ingesting", wait_seconds=0),
        alone(tmp_path, INDEX, doing="ingesting", wait_seconds=0),
    ):
        pass


def test_another_thread_may_let_go_of_a_lock(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path, INDEX)
    thread = threading.Thread(target=lock.try_acquire, args=("answering",))
    thread.start()
    thread.join()
    assert lock.is_held
    lock.release()
    assert FolderLock(tmp_path, INDEX).try_acquire("ingesting")


def test_who_waits_says_for_whom_once_and_is_refused_at_last(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    child = start_holding(tmp_path, 30)
    try:
        with (
            caplog.at_level(logging.WARNING),
            pytest.raises(IndexBusyError, match=rf"process {child.pid} \(ingesting since \d\d:"),
        ):
            FolderLock(tmp_path, INDEX).acquire("answering", 0.5)
        assert len(caplog.messages) == 1
        assert f"process {child.pid} (ingesting" in caplog.messages[0]
    finally:
        child.kill()
        child.wait()


def test_who_may_not_wait_is_refused_at_once_and_in_silence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    child = start_holding(tmp_path, 30)
    try:
        with pytest.raises(IndexBusyError, match=str(child.pid)):
            FolderLock(tmp_path, INDEX).acquire("answering", 0)
        assert caplog.messages == []
    finally:
        child.kill()
        child.wait()


def test_who_waits_gets_the_lock_when_its_holder_leaves(tmp_path: Path) -> None:
    child = start_holding(tmp_path, 0.4)
    lock = FolderLock(tmp_path, INDEX)
    lock.acquire("answering", 10)
    child.wait()
    assert holder_of(tmp_path).process == this_process()
    lock.release()


def test_a_killed_holder_leaves_a_note_that_nobody_believes(tmp_path: Path) -> None:
    child = start_holding(tmp_path, 30)
    child.kill()
    child.wait()
    assert holder_of(tmp_path).process.pid == child.pid
    assert not holder_of(tmp_path).process.is_alive()
    lock = FolderLock(tmp_path, INDEX)
    assert lock.try_acquire("answering")
    assert holder_of(tmp_path).process == this_process()
    lock.release()


@pytest.mark.parametrize("note", ["", "{", "[]", "null", '{"process": 3}', '{"process": {}}', "�"])
def test_an_unreadable_note_names_nobody_and_hinders_nobody(tmp_path: Path, note: str) -> None:
    (tmp_path / "index.owner.json").write_text(note)
    lock = FolderLock(tmp_path, INDEX)
    assert lock.holder() is None
    assert "another process" in str(lock.busy())
    assert lock.try_acquire("answering")
    assert holder_of(tmp_path).doing == "answering"
    lock.release()


def serving(data_dir: Path) -> Holder:
    lock = FolderLock(data_dir, INDEX)
    assert lock.try_acquire("answering")
    lock.publish_server("http://127.0.0.1:1", this_process())
    holder = holder_of(data_dir)
    lock.release()
    return holder


def test_a_server_is_believed_only_with_both_processes_alive_and_here(tmp_path: Path) -> None:
    holder = serving(tmp_path)
    assert holder.served_url() == "http://127.0.0.1:1"
    reused = replace(this_process(), started="the beginning of time")
    assert replace(holder, process=reused).served_url() is None
    assert replace(holder, server=reused).served_url() is None
    assert replace(holder, place="another container").served_url() is None
    assert "in another container" in str(replace(holder, place="another container"))
    assert "in another container" not in str(holder)


def test_a_note_is_whole_json_that_survives_the_round_trip(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path, INDEX)
    assert lock.try_acquire("“odd”\n\x00 doing")
    assert json.loads((tmp_path / "index.owner.json").read_text())["doing"] == "“odd”\n\x00 doing"
    assert lock.is_intact()
    assert [path.name for path in tmp_path.iterdir() if "owner" in path.name] == [
        "index.owner.json"
    ]
    lock.release()


def test_releasing_leaves_a_successors_note_alone(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path, INDEX)
    assert lock.try_acquire("answering")
    (tmp_path / "index.lock").unlink()
    successor = FolderLock(tmp_path, INDEX)
    assert successor.try_acquire("ingesting")
    assert not lock.is_intact()
    lock.release()
    assert holder_of(tmp_path).doing == "ingesting"
    successor.release()


def test_a_folder_that_cannot_be_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StorageError, match=r"file/data cannot be used: .*FOOTNOTE_DATA_DIR"),
        alone(tmp_path / "file" / "data", INDEX, doing="x", wait_seconds=0),
    ):
        pytest.fail("a folder inside a file")


def test_a_folder_that_is_gone_is_an_error_not_a_wait(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file or directory"):
        FolderLock(tmp_path / "gone", INDEX).acquire("answering", 30)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX permissions")
def test_a_folder_that_may_not_be_written_is_an_error_not_a_wait(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == tmp_path.owner() and folder.stat().st_mode & 0o077 == 0:
            folder.chmod(0o755)  # pytest's own folders, closed to the user below
    tmp_path.chmod(0o555)
    lock, nobody = FolderLock(tmp_path, INDEX), 65534
    may_write_anything = os.geteuid() == 0
    if may_write_anything:
        os.seteuid(nobody)
    try:
        with pytest.raises(StorageError, match=r"Permission denied\. Choose another"):
            lock.acquire("answering", 30)
    finally:
        if may_write_anything:
            os.seteuid(0)
        tmp_path.chmod(0o755)


@pytest.fixture
def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_a_server_left_behind_is_ended(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    holder = replace(serving(tmp_path), server=identify(sleeper.pid))
    end_leftover(holder)
    assert sleeper.wait(60) != 0


@pytest.mark.parametrize("change", ["started", "unknown start", "place"])
def test_a_process_that_is_not_surely_the_server_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes], change: str
) -> None:
    server = identify(sleeper.pid)
    started = {"started": "earlier", "unknown start": ""}.get(change, server.started)
    end_leftover(
        replace(
            serving(tmp_path),
            server=ProcessIdentity(server.pid, started),
            place="elsewhere" if change == "place" else place(),
        )
    )
    assert sleeper.poll() is None
    sleeper.kill()
    sleeper.wait()


def test_a_process_is_known_again_until_it_is_dead(sleeper: subprocess.Popen[bytes]) -> None:
    identity = identify(sleeper.pid)
    assert identity.is_alive()
    assert identity == identify(sleeper.pid)
    sleeper.kill()
    while identity.is_alive():  # dead, though nobody has waited for it yet
        time.sleep(0.01)
    sleeper.wait()
    assert not identity.is_alive()


def test_a_stubborn_process_is_ended_too() -> None:
    shell = ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]
    with subprocess.Popen(shell, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert identify(child.pid).end(patience_seconds=0.3)
        assert child.wait() == -signal.SIGKILL
