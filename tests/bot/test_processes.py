"""Footnote's own processes beside each other, on one data folder, with the real model."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final, Self

import pytest

from bot.processes.ingest import ChildIngest
from ingest.report import IngestReport
from retrieval.errors import IndexBusyError
from retrieval.store.data_folder.ownership import INDEX, INGEST, FolderLock, alone

pytestmark = pytest.mark.slow
FOOTNOTE: Final = (sys.executable, "-m", "bot.terminal.main")
ROOT: Final = Path(__file__).parents[2]


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "hives.txt").write_text("A hive that hums at night is fanning nectar dry.\n")
    monkeypatch.setenv("FOOTNOTE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FOOTNOTE_CORPUS_DIR", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    return folder


def footnote(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*FOOTNOTE, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done


def searched(query: str) -> list[str]:
    hits = json.loads(footnote("search", query, "--json").stdout)["hits"]
    return [hit["file"] for hit in hits]


def ingested_by_the_bot() -> IngestReport:
    async def run() -> IngestReport:
        child = ChildIngest([*FOOTNOTE, "ingest", "--events", "--no-wait"])
        [report] = [event async for event in child.run() if isinstance(event, IngestReport)]
        return report

    return asyncio.run(run())


class Chat:
    """A ``footnote chat`` that owns the index, as the bot does."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*FOOTNOTE, "chat", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid

    def ask(self, question: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:  # closes its streams, which ends the conversation
            assert self._process.stdin is not None
            self._process.stdin.close()
            assert self._process.wait(20) == 0


def test_the_bots_ingest_goes_through_its_owner_while_that_one_answers(
    corpus: Path, tmp_path: Path
) -> None:
    footnote("ingest")
    with Chat() as chat:
        assert "hives.txt" in chat.ask("Why does a hive hum at night?")
        holder = FolderLock(tmp_path / "data", INDEX).holder()
        assert holder is not None
        assert holder.process.pid == chat.pid
        assert holder.served_url() is not None

        (corpus / "swarms.txt").write_text("A swarm on a branch is calm: it guards nothing.\n")
        report = ingested_by_the_bot()
        assert report.files_read == 1
        assert report.passages_added == 1

        assert searched("calm swarm on a branch")[0].endswith("swarms.txt")
        assert "swarms.txt" in chat.ask("Is a swarm on a branch calm?")
    assert not (tmp_path / "data" / "index.owner.json").exists()


@pytest.mark.usefixtures("corpus")
def test_two_ingests_take_turns_or_the_second_is_refused(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with alone(data_dir, INGEST, doing="ingesting", wait_seconds=0):
        refused = footnote("ingest", "--no-wait", status=4)
        assert refused.stderr.count("\n") == 1
        assert f"in use by process {os.getpid()} (ingesting since" in refused.stderr
        with pytest.raises(IndexBusyError, match=str(os.getpid())):
            ingested_by_the_bot()
        second = subprocess.Popen([*FOOTNOTE, "ingest"], stderr=subprocess.PIPE, text=True)
        assert second.stderr is not None
        assert f"process {os.getpid()} (ingesting since" in second.stderr.readline()
    assert second.wait(60) == 0
    second.stderr.close()
    assert searched("hive at night") != []
