from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.discord.features.corpus.watch import CorpusWatch, watching
from bot.discord.settings import DiscordSettings
from ingest.files.watching import Pace
from ingest.report import IngestReport, Progress, Refusal
from retrieval.errors import IndexBusyError, UnavailableError
from tests.bot.discord.factories import make_report
from tests.bot.discord.fakes import FakeReingester

PACE = Pace(quiet_seconds=0.2, longest_seconds=0.8, whole_seconds=0.1, look_seconds=0.05)
REFUSAL = Refusal("photo.png", "is of no kind that can be read")


class BusyAtFirst(FakeReingester):
    """Is at work for somebody else the first two times."""

    async def run(self) -> AsyncIterator[Progress | IngestReport]:
        async for event in super().run():
            if self.runs <= 2:
                raise IndexBusyError("An ingest is running already.")
            yield event


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot")


def watch(folder: Path, reingester: FakeReingester) -> CorpusWatch:
    return CorpusWatch(folder, reingester, pace=PACE, busy_seconds=0.05)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(4):
        while not condition():  # noqa: ASYNC110  # what it looks at tells of nothing
            await asyncio.sleep(0.02)


def change(folder: Path, text: str = "new") -> None:
    (folder / "new.txt").write_text(text, encoding="utf-8")


async def test_it_ingests_at_once_and_after_each_change(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reingester = FakeReingester(make_report())
    async with watching(watch(folder, reingester)):
        await until(lambda: reingester.runs == 1)
        await asyncio.sleep(0.6)
        assert reingester.runs == 1
        change(folder)
        await until(lambda: reingester.runs == 2)
    lines = [record.getMessage() for record in caplog.records]
    deeds = "3 files read, 1 file removed, 90 passages added, 10 passages removed"
    assert lines == [f"the corpus folder changed: {deeds}"] * 2


async def test_a_refused_file_is_logged_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reingester = FakeReingester(make_report(REFUSAL))
    async with watching(watch(folder, reingester)):
        await until(lambda: reingester.runs == 1)
        change(folder)
        await until(lambda: reingester.runs == 2)
    assert caplog.text.count("refused photo.png") == 1


async def test_while_another_ingest_is_at_work_it_waits_and_tries_again(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reingester = BusyAtFirst(make_report())
    async with watching(watch(folder, reingester)):
        await until(lambda: "files read" in caplog.text)
    assert reingester.runs == 3
    assert "cannot" not in caplog.text


async def test_a_failure_is_one_line_and_the_next_change_is_tried(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reingester = FakeReingester(UnavailableError("The disk is full."))
    async with watching(watch(folder, reingester)):
        await until(lambda: reingester.runs == 1)
        change(folder)
        await until(lambda: reingester.runs == 2)
    assert caplog.text.count("The disk is full.") == 1


async def test_a_folder_may_come_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reingester = FakeReingester(make_report())
    async with watching(watch(tmp_path / "later", reingester)):
        await until(lambda: "There is no corpus folder" in caplog.text)
        (tmp_path / "later").mkdir()
        change(tmp_path / "later")
        await until(lambda: reingester.runs == 1)


async def test_the_loop_goes_on_while_the_end_of_the_changes_is_waited_for(folder: Path) -> None:
    reingester = FakeReingester(make_report())
    # Waited for in the loop, the end would not come before the hour is over.
    pace = replace(PACE, quiet_seconds=3_600, longest_seconds=3_600)
    async with watching(CorpusWatch(folder, reingester, pace=pace)):
        await until(lambda: reingester.runs == 1)
        for turn in range(100):
            change(folder, str(turn))
            await asyncio.sleep(0.005)
    assert reingester.runs == 1


async def test_it_ends_with_the_bot_also_in_the_middle_of_an_ingest(folder: Path) -> None:
    reingester = FakeReingester(None)
    async with watching(watch(folder, reingester)):
        await until(lambda: reingester.runs == 1)
    assert reingester.was_closed
    idle = FakeReingester(make_report())
    async with watching(watch(folder, idle)):
        await until(lambda: idle.runs == 1)
        await asyncio.sleep(0.1)


async def test_a_watch_that_breaks_leaves_the_bot_alone(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = FakeReingester(ValueError("a bug"))
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(watching(watch(folder, broken)))
        await until(lambda: "no longer watched" in caplog.text)
    assert "a bug" in caplog.text


async def test_without_a_watch_there_is_nothing_to_do() -> None:
    async with watching(None):
        pass
    assert DiscordSettings().watch
    assert not DiscordSettings.model_validate({"watch": "false"}).watch
