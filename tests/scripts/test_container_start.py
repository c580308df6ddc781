"""The container's start script, with a program in the place of ``footnote`` that tells."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "container-start.sh"


class Container:
    """Starts the script and reads what its program was asked to do."""

    def __init__(self, folder: Path) -> None:
        self._program = folder / "footnote"
        self._log = folder / "log"
        self._log.touch()

    def start(
        self, *arguments: str, ingest: str = "exit 0", bot: str = "exit 0", waits: bool = False
    ) -> subprocess.Popen[str]:
        """Start the script; ``ingest`` and ``bot`` are what the program does when told to."""
        self._program.write_text(
            f'#!/bin/sh\necho "$*" >>"{self._log}"\n[ "$1" = bot ] && {bot}\n'
            f'[ "$1" = ingest ] || exit 0\n{ingest}\n',
            "utf-8",
        )
        self._program.chmod(0o755)
        environment = os.environ | {"FOOTNOTE": str(self._program)}
        if waits:
            environment["ON_FINAL_ERROR"] = "wait"
        return subprocess.Popen(
            [SCRIPT, *arguments], env=environment, stderr=subprocess.PIPE, text=True
        )

    def log(self) -> list[str]:
        return self._log.read_text("utf-8").splitlines()


@pytest.fixture
def container(tmp_path):
    return Container(tmp_path)


@pytest.mark.parametrize("arguments", [(), ("bot",)])
def test_it_ingests_and_then_becomes_the_bot(container, arguments) -> None:
    _, complaint = (process := container.start(*arguments)).communicate(timeout=20)
    assert (process.returncode, container.log(), complaint) == (0, ["ingest", "bot"], "")


def test_refused_files_are_no_reason_to_complain_twice(container) -> None:
    _, complaint = container.start(ingest="exit 3").communicate(timeout=20)
    assert (container.log(), complaint) == (["ingest", "bot"], "")


def test_after_a_failed_ingest_the_bot_starts_with_what_there_is(container) -> None:
    _, complaint = container.start(ingest="exit 4").communicate(timeout=20)
    assert container.log() == ["ingest", "bot"]
    assert "status 4" in complaint


def test_other_commands_are_passed_on_as_they_are(container) -> None:
    container.start("ask", "How do I start?").communicate(timeout=20)
    assert container.log() == ["ask How do I start?"]


def test_a_stop_during_the_ingest_ends_it_and_starts_no_bot(container) -> None:
    process = container.start(ingest="exec sleep 30")
    deadline = time.monotonic() + 20
    while not container.log() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert container.log() == ["ingest"]


@pytest.mark.parametrize("status", [0, 1, 4])
def test_the_bots_status_is_the_containers(container, status) -> None:
    process = container.start(bot=f"exit {status}")
    process.communicate(timeout=20)
    assert process.returncode == status


@pytest.mark.parametrize("status", [0, 1])
def test_a_container_that_waits_ends_with_what_a_restart_may_mend(container, status) -> None:
    process = container.start(bot=f"exit {status}", waits=True)
    process.communicate(timeout=20)
    assert process.returncode == status


def test_a_container_that_waits_stays_after_a_final_error_until_it_is_stopped(container) -> None:
    process = container.start(bot="exit 4", waits=True)
    assert process.stderr is not None
    assert "cannot work as it is set up" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert container.log() == ["ingest", "bot"]


def test_a_container_that_waits_passes_a_stop_on_to_the_bot(container) -> None:
    program = "trap 'echo goodbye >&2; exit 0' TERM; echo ready >&2; sleep 30 >&- 2>&- & wait"
    process = container.start(bot=f"{{ {program}; }}", waits=True)
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.stderr.readline() == "goodbye\n"
    process.communicate(timeout=20)
    assert process.returncode == 0
