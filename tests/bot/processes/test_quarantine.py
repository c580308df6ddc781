"""Uploaded files: looked at by a real dry run, and kept only if that could read them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.processes.ingest import ChildIngest
from bot.processes.quarantine import Quarantine, safe_name
from retrieval.errors import FileRefusedError, StorageError

THREAD = "My pump is loud.\n\nCheck the bearing, it is cheap.\n"


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    def examine(file: Path) -> ChildIngest:
        command = [sys.executable, "-m", "bot.terminal.main", "--data-dir", str(tmp_path / "data")]
        return ChildIngest([*command, "ingest", "--events", "--dry-run", str(file)])

    return Quarantine(tmp_path / "data" / "quarantine", tmp_path / "corpus", examine)


def left_in(tmp_path: Path) -> list[str]:
    waiting = (tmp_path / "data" / "quarantine").rglob("*")
    return sorted(path.name for path in waiting)


@pytest.mark.slow
async def test_a_thread_is_taken_in_and_a_later_one_of_its_name_replaces_it(quarantine, tmp_path):
    assert await quarantine.take("pumps.txt", THREAD.encode()) == "uploads/pumps.txt"
    await quarantine.take("pumps.txt", (THREAD + "\nIt was the bearing.\n").encode())
    kept = tmp_path / "corpus" / "uploads" / "pumps.txt"
    assert kept.read_text("utf-8").endswith("It was the bearing.\n")
    assert [path.name for path in kept.parent.iterdir()] == ["pumps.txt"]
    assert left_in(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("export.json", b'{"messages": ['),
        ("image.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01" * 20),
        ("empty.txt", b""),
    ],
)
async def test_what_lies_about_its_kind_is_refused_and_nothing_of_it_stays(
    quarantine, tmp_path, name, data
):
    with pytest.raises(FileRefusedError, match=name):
        await quarantine.take(name, data)
    assert left_in(tmp_path) == []
    assert not (tmp_path / "corpus").exists()


async def test_a_program_is_refused_by_its_name_alone(quarantine, tmp_path):
    with pytest.raises(FileRefusedError, match="only files that end in") as refused:
        await quarantine.take("pumps.txt.exe", b"MZ")
    named = refused.value.reason.removeprefix("only files that end in ").removesuffix(" are read")
    assert {".json", ".jsonl", ".txt", ".zip"} <= set(named.split(", "))
    assert len(set(named.split(", "))) == len(named.split(", "))
    assert left_in(tmp_path) == []


async def test_a_disk_that_takes_nothing_is_named(tmp_path):
    (tmp_path / "data").write_text("a file where a folder should be")
    quarantine = Quarantine(
        tmp_path / "data" / "quarantine", tmp_path / "corpus", lambda _: ChildIngest()
    )
    with pytest.raises(StorageError, match=r"pumps\.txt could not be kept"):
        await quarantine.take("pumps.txt", THREAD.encode())


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("pumps.txt", "pumps.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ada\\pumps.txt", "pumps.txt"),
        ("..hidden.txt", "hidden.txt"),
        ("a\u202egpj.txt", "a_gpj.txt"),
        ("@everyone \x1b[31mred.txt", "_everyone _[31mred.txt"),
        ("Gezeiten – März (2).json", "Gezeiten _ März (2).json"),
        ("con.txt", "_con.txt"),
        ("", "_"),
        ("x" * 300 + ".jsonl", "x" * 80 + ".jsonl"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_what_could_harm(sent, kept):
    assert safe_name(sent) == kept
