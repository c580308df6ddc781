"""Forgetting in a process of its own, with a script in the place of the command."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.processes.forgetting import ChildForgetting
from retrieval.errors import FootnoteError, UnavailableError

Script = Callable[[str], ChildForgetting]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    def make(body: str) -> ChildForgetting:
        path = tmp_path / "child.py"
        path.write_text(f"import sys, time\nfolder = {str(tmp_path)!r}\n{body}", "utf-8")
        return ChildForgetting([sys.executable, str(path)])

    return make


async def test_the_command_gets_the_id_and_its_count_comes_back(script: Script) -> None:
    people = script(
        "assert sys.argv[1:] == ['people', 'forget', '--json', '--', '-7'], sys.argv\n"
        'print(\'{"id": "-7", "posts": 12, "by_source": {}}\')\n'
    )
    assert await people.forget("-7") == 12


async def test_what_the_command_complains_of_is_the_error(script: Script) -> None:
    people = script("print('waiting\\nThe disk is full', file=sys.stderr)\nsys.exit(4)\n")
    with pytest.raises(FootnoteError, match=r"^The disk is full$"):
        await people.forget("7")
    with pytest.raises(FootnoteError, match=r"^The disk is full$"):
        await people.allow("7")


@pytest.mark.parametrize(("status", "was_forgotten"), [(0, True), (2, False)])
async def test_allowing_tells_whether_anybody_was_forgotten(
    script: Script, status: int, was_forgotten: bool
) -> None:
    assert await script(f"sys.exit({status})\n").allow("7") is was_forgotten


async def test_a_command_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UnavailableError, match="could not be started"):
        await ChildForgetting(["/no/such/program"]).forget("7")


async def test_it_ends_its_work_when_whoever_asked_has_left(script: Script, tmp_path: Path) -> None:
    people = script(
        "open(folder + '/began', 'w').close()\ntime.sleep(0.3)\n"
        "open(folder + '/done', 'w').close()\nprint('{\"posts\": 0}')\n"
    )
    asked = asyncio.create_task(people.forget("7"))
    while not (tmp_path / "began").exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.01)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    await people.finish()
    assert (tmp_path / "done").exists()
