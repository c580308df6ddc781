from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.processes.events import encode_event
from bot.processes.ingest import ChildIngest
from ingest.report import IngestReport, Progress, Stage
from retrieval.errors import FootnoteError, IndexBusyError, IndexDamagedError, UnavailableError
from tests.bot.discord.factories import make_report

PROGRESS = Progress(Stage.READ, 1, 2, "a.txt")
Script = Callable[[str], ChildIngest]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Make an ingest of a real child process that runs these lines of Python."""

    def make(body: str) -> ChildIngest:
        path = tmp_path / "child.py"
        path.write_text(
            f"import os, sys, time\npid = {str(tmp_path / 'pid')!r}\n"
            "open(pid, 'w').write(str(os.getpid()))\n"
            "def say(line):\n    print(line, flush=True)\n" + body,
            encoding="utf-8",
        )
        return ChildIngest([sys.executable, str(path)])

    return make


def saying(*events: Progress | IngestReport | FootnoteError) -> str:
    return "".join(f"say({encode_event(event)!r})\n" for event in events)


async def collect(ingest: ChildIngest) -> list[Progress | IngestReport]:
    return [event async for event in ingest.run()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_progress_and_the_report_arrive_in_order(script: Script) -> None:
    report = make_report()
    assert await collect(script(saying(PROGRESS, report))) == [PROGRESS, report]


async def test_refused_files_are_no_failure(script: Script) -> None:
    report = make_report()
    assert await collect(script(saying(report) + "sys.exit(3)\n")) == [report]


async def test_a_librarys_chatter_is_skipped(script: Script) -> None:
    ingest = script("say('Loading weights')\nsay('')\n" + saying(make_report()))
    assert await collect(ingest) == [make_report()]


async def test_an_error_line_becomes_that_error(script: Script) -> None:
    ingest = script(saying(IndexDamagedError("run footnote doctor")) + "sys.exit(4)\n")
    with pytest.raises(IndexDamagedError, match="run footnote doctor"):
        await collect(ingest)


async def test_a_bad_exit_is_explained_by_the_last_line_on_standard_error(script: Script) -> None:
    body = "print('Traceback\\n  in x\\nMemoryError: too big\\n', file=sys.stderr)\nsys.exit(1)\n"
    with pytest.raises(FootnoteError, match=r"^MemoryError: too big$"):
        await collect(script(body))


async def test_a_report_before_a_bad_exit_is_not_believed(script: Script) -> None:
    ingest = script(saying(PROGRESS, make_report()) + "sys.exit(4)\n")
    async with contextlib.aclosing(ingest.run()) as events:
        assert await anext(events) == PROGRESS
        with pytest.raises(FootnoteError, match="exit status 4"):
            await anext(events)


async def test_an_exit_without_a_report_is_a_failure(script: Script) -> None:
    with pytest.raises(FootnoteError, match="exit status 0"):
        await collect(script(saying(PROGRESS)))


async def test_much_noise_on_standard_error_does_not_stop_the_child(script: Script) -> None:
    ingest = script("sys.stderr.write('x' * 1_000_000)\n" + saying(make_report()))
    assert await collect(ingest) == [make_report()]


async def test_the_child_ends_when_nobody_listens_any_more(script: Script, tmp_path: Path) -> None:
    ingest = script(saying(PROGRESS) + "time.sleep(60)\n")
    async with contextlib.aclosing(ingest.run()) as events:
        assert await anext(events) == PROGRESS
        pid = int((tmp_path / "pid").read_text())
        assert is_alive(pid)
    assert not is_alive(pid)


async def test_the_child_ends_when_its_run_is_cancelled(script: Script, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    heard = asyncio.Event()

    async def listen() -> None:
        async for _ in script(saying(PROGRESS) + "time.sleep(60)\n").run():
            heard.set()

    running = asyncio.create_task(listen())
    await heard.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not is_alive(int(pid_file.read_text()))


async def test_a_second_run_is_told_about_the_first_and_may_come_after_it(script: Script) -> None:
    ingest = script(saying(PROGRESS, make_report()))
    async with contextlib.aclosing(ingest.run()) as events:
        await anext(events)
        with pytest.raises(IndexBusyError, match="running already"):
            await collect(ingest)
    assert len(await collect(ingest)) == 2


async def test_a_command_that_does_not_exist_is_one_sentence() -> None:
    with pytest.raises(UnavailableError, match="could not be started"):
        await collect(ChildIngest(["/nonexistent/command"]))
