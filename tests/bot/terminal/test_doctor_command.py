from __future__ import annotations

import json
from dataclasses import replace

import pytest

from retrieval.errors import IndexMismatchError
from retrieval.index.doctor import Finding
from retrieval.index.examination import Examination
from tests.bot.terminal.conftest import CommandLine

WHOLE = Examination("default", 1, 1_234, 56, 1_234, (), rebuilt=False, seconds=2.5)
MENDED = replace(WHOLE, findings=(Finding("3 passages missing from Chroma", "put back"),))
BROKEN = replace(WHOLE, findings=(Finding("1 vector in Chroma that no search could find", ""),))


@pytest.mark.parametrize(
    ("examination", "verdict", "status"),
    [
        (WHOLE, "Knowledge base default is whole", 0),
        (MENDED, "Knowledge base default has been mended", 0),
        (replace(WHOLE, rebuilt=True), "Knowledge base default was made anew and is whole", 0),
        (BROKEN, "Knowledge base default is not whole", 4),
    ],
)
def test_the_verdict_comes_first(
    cli: CommandLine, examination: Examination, verdict: str, status: int
) -> None:
    cli.app.examination = examination
    result = cli.run("doctor")
    assert result.exit_code == status
    assert result.stdout.splitlines()[0] == verdict
    for finding in examination.findings:
        assert f"{finding.what}: {finding.done or 'not mended'}" in result.stdout


def test_what_could_not_be_mended_names_the_way_out(cli: CommandLine) -> None:
    cli.app.examination = BROKEN
    assert "footnote doctor --rebuild" in cli.run("doctor").stderr


def test_a_program_gets_one_document(cli: CommandLine) -> None:
    cli.app.examination = MENDED
    result = cli.run("doctor", "--json")
    assert json.loads(result.stdout) == {
        "knowledge_base": "default",
        "generation": 1,
        "whole": True,
        "rebuilt": False,
        "passages": 1_234,
        "threads": 56,
        "vectors_searched": 1_234,
        "findings": [{"what": "3 passages missing from Chroma", "done": "put back"}],
        "seconds": 2.5,
    }
    assert result.stderr == ""


def test_a_rebuild_is_asked_for_by_its_name(cli: CommandLine) -> None:
    cli.app.examination = WHOLE
    cli.run("doctor", "--kb", "archive", "--rebuild")
    cli.run("doctor")
    assert cli.app.examined == [("archive", True), ("default", False)]


def test_what_cannot_be_examined_is_said_in_one_line(cli: CommandLine) -> None:
    cli.app.examination_error = IndexMismatchError("made with a, but b is set now")
    result = cli.run("doctor")
    assert result.exit_code == 4
    assert result.stderr == "footnote: made with a, but b is set now\n"
