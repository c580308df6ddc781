"""``footnote ingest --watch``, with real folders and an ingest that only counts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from bot.librarian import IngestRequest
from bot.terminal.printing.json_shapes import ingest_shape
from ingest.report import IngestReport, Progress, Stage
from retrieval.errors import FootnoteError, UnavailableError, UsageError
from tests.bot.terminal.conftest import CommandLine
from tests.bot.terminal.fakes import REFUSAL, REPORT, FakeApp, FakeSettings

ROOT = Path(__file__).parents[3]
NOTHING = replace(
    REPORT, files_read=0, files_removed=0, passages_added=0, passages_removed=0, refused=()
)
ONE = replace(NOTHING, files_read=1, passages_added=2)
Step = tuple[Callable[[], object], IngestReport | FootnoteError]
# A process started in the background of a shell ignores SIGINT; here it must not.
LAUNCHER = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from bot.terminal.main import footnote
from tests.bot.terminal.fakes import FakeApp

footnote.main(obj=FakeApp().context(), prog_name="footnote")
"""


@dataclass
class WatchedApp(FakeApp):
    """Does in each round what the next step says; after the last it is Ctrl-C."""

    steps: list[Step] = field(default_factory=list)

    def _ingest(
        self,
        settings: FakeSettings,
        request: IngestRequest,
        listener: Callable[[Progress], None],
    ) -> IngestReport:
        assert settings is self.settings
        self.requests.append(request)
        listener(Progress(Stage.SCAN, 1, 1))
        if not self.steps:
            raise KeyboardInterrupt
        change, outcome = self.steps.pop(0)
        change()
        if isinstance(outcome, FootnoteError):
            raise outcome
        return outcome


def run(folder: Path, *steps: Step, flags: tuple[str, ...] = ()) -> Any:
    return CommandLine(WatchedApp(steps=list(steps))).run("ingest", "--watch", str(folder), *flags)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[], object]:
    return lambda: (tmp_path / "new.txt").write_text("new", encoding="utf-8")


def test_each_round_that_did_something_is_a_line_until_ctrl_c(tmp_path, write) -> None:
    result = run(tmp_path, (write, ONE), ((tmp_path / "new.txt").unlink, NOTHING), (write, ONE))
    # Nothing follows the last step's change but Ctrl-C.
    assert result.exit_code == 130
    lines = [line.split(" ", 1)[1] for line in result.stdout.splitlines() if line]
    assert lines == ["1 file read, 2 passages added"] * 2


def test_a_first_round_without_changes_says_so(tmp_path, write) -> None:
    assert "nothing has changed" in run(tmp_path, (write, NOTHING)).stdout


def test_json_is_a_document_a_line_for_each_round(tmp_path, write) -> None:
    result = run(tmp_path, (write, ONE), (write, NOTHING), flags=("--json",))
    documents = [json.loads(line) for line in result.stdout.splitlines() if line]
    assert documents == [ingest_shape(ONE), ingest_shape(NOTHING)]


def test_a_round_that_fails_is_a_line_and_the_watch_goes_on(tmp_path, write) -> None:
    result = run(tmp_path, (write, UnavailableError("the disk is full")), (write, ONE))
    assert "footnote: the disk is full\n" in result.stderr
    assert "1 file read" in result.stdout
    assert result.exit_code == 130


def test_wrong_usage_ends_it(tmp_path, write) -> None:
    result = run(tmp_path, (write, UsageError("this cannot be")))
    assert result.exit_code == 2
    assert result.stderr == "footnote: this cannot be\n"


def test_a_refused_file_is_named_once(tmp_path, write) -> None:
    refused = replace(ONE, refused=(REFUSAL,))
    result = run(tmp_path, (write, refused), (write, refused))
    assert result.stderr.count("refused") == 1
    assert result.stdout.count("1 file read") == 2


def test_a_folder_that_vanishes_is_waited_for(tmp_path) -> None:
    folder = tmp_path / "threads"
    folder.mkdir()
    back = Timer(2.5, folder.mkdir)
    back.start()
    result = run(folder, (folder.rmdir, UsageError("there is no folder")))
    back.join()
    assert result.stderr.splitlines()[:2] == [
        "footnote: there is no folder",
        f"footnote: there is nothing at {folder}; waiting for it",
    ]
    assert result.exit_code == 130  # a round again, which is Ctrl-C here


@pytest.mark.parametrize("flag", ["--dry-run", "--events"])
def test_it_goes_with_no_rehearsal(tmp_path, flag) -> None:
    result = run(tmp_path, flags=(flag,))
    assert result.exit_code == 2
    assert "--watch is for real ingests" in result.stderr


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()  # else a child that goes on would be waited for without end


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_the_wait(tmp_path, number, status) -> None:
    with started("--corpus-dir", str(tmp_path), "ingest", "--watch") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert "read" in child.stdout.readline()
        child.send_signal(number)
        assert child.wait(5) == status
        assert "Traceback" not in child.stderr.read()


def test_a_corpus_folder_that_is_not_there_yet_is_waited_for(tmp_path) -> None:
    folder = tmp_path / "later"
    with started("--corpus-dir", str(folder), "ingest", "--watch") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stderr.readline() == (
            f"footnote: there is nothing at {folder}; waiting for it\n"
        )
        folder.mkdir()
        assert "read" in child.stdout.readline()
        child.terminate()
        assert child.wait(5) == 0
