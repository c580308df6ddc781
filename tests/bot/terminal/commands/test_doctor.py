from __future__ import annotations

import json
from dataclasses import replace

import pytest

from retrieval.errors import IndexMismatchError
from retrieval.probing import ModelCheck
from retrieval.store.doctor import Finding
from retrieval.store.examination import Examination
from tests.bot.terminal.conftest import CommandLine

WHOLE = Examination("default", 1, 1_234, 56, 1_234, 0, (), rebuilt=False, seconds=2.5)
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


def test_what_lies_apart_is_said(cli: CommandLine) -> None:
    cli.app.examination = replace(WHOLE, apart=2)
    said = " ".join(cli.run("doctor").stdout.split())
    assert "1,234 searched for, one by one; 2 lie so far from all others" in said


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
        "vectors_apart": 0,
        "collections_of_others": 0,
        "findings": [{"what": "3 passages missing from Chroma", "done": "put back"}],
        "seconds": 2.5,
        "models": [],
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


USABLE = ModelCheck("language model", "small", "ollama", None, structured=True, seconds=1.25)
UNKNOWN = ModelCheck(
    *("language model", "smal", "ollama", "The model's server does not know this model."),
    ("small", "large"),
)


def test_a_model_that_replies_is_named(cli: CommandLine) -> None:
    cli.app.examination, cli.app.model_checks = WHOLE, (USABLE,)
    result = cli.run("doctor")
    assert result.exit_code == 0
    assert "Language model small replied in 1.2 s, held to a JSON schema" in result.stdout


def test_a_model_that_cannot_be_used_is_explained_and_ends_in_status_4(cli: CommandLine) -> None:
    cli.app.examination, cli.app.model_checks = WHOLE, (UNKNOWN,)
    result = cli.run("doctor")
    assert result.exit_code == 4
    assert "Language model smal cannot be used" in result.stdout
    assert "does not know this model" in result.stdout
    assert "The server has: small, large" in result.stdout
    assert "Knowledge base default is whole" in result.stdout
    assert result.stderr == "footnote: the language model smal cannot be used\n"


def test_models_are_told_even_where_the_index_cannot_be_examined(cli: CommandLine) -> None:
    cli.app.model_checks = (UNKNOWN,)
    cli.app.examination_error = IndexMismatchError("made with a, but b is set now")
    result = cli.run("doctor")
    assert result.exit_code == 4
    assert "does not know this model" in result.stdout


def test_a_program_gets_the_models_too(cli: CommandLine) -> None:
    cli.app.examination, cli.app.model_checks = WHOLE, (USABLE, UNKNOWN)
    models = cli.json("doctor", status=4)["models"]
    assert [model["usable"] for model in models] == [True, False]
    assert models[1]["known"] == ["small", "large"]


def test_what_a_server_says_cannot_steer_the_terminal(cli: CommandLine) -> None:
    hostile = ModelCheck("language model", "m\x1b[2J", "ollama", "It says: \x1b]8;;evil\x07 [red]x")
    cli.app.examination, cli.app.model_checks = WHOLE, (hostile,)
    result = cli.run("doctor")
    assert "\x1b" not in result.stdout + result.stderr
