"""``footnote eval`` for a person and for a program."""

import io
import json
from pathlib import Path

import pytest

from bot.terminal.eval.progress import EvalBars
from bot.terminal.eval.shapes import report_shape
from retrieval.evaluation.question_report import question_report
from retrieval.evaluation.request import EvalRequest
from tests.retrieval.evaluation.factories import (
    HOSTILE,
    collection_report,
    judged,
    mixed_report,
    own_report_of,
)

PLOT_HEAD = ["answered", "from", "wrong"]
REPORTS = [mixed_report, collection_report, own_report_of]


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "questions.jsonl"
    file.touch()
    return str(file)


def test_the_request_says_what_was_asked_for(cli, path):
    cli.app.evaluation = collection_report()
    cli.json("eval", path, "--kb", "archive", "-k", "5", "--compare")
    assert cli.app.evaluations == [EvalRequest(Path(path), "archive", 5, compare=True)]


def test_without_options_everything_is_asked_of_the_default(cli, path):
    cli.app.evaluation = mixed_report()
    cli.json("eval", path)
    assert cli.app.evaluations == [EvalRequest(Path(path), "default")]


@pytest.mark.parametrize("make", REPORTS)
def test_json_is_one_document_and_nothing_else(cli, path, make):
    cli.app.evaluation = make()
    assert cli.json("eval", path) == json.loads(json.dumps(report_shape(make())))


def test_the_figures_of_a_file_of_questions(cli, path):
    cli.app.evaluation = mixed_report()
    document = cli.json("eval", path)
    assert (document["questions"], document["answerable"]) == (7, 4)
    assert document["recall@1"] == 0.5
    assert document["any@10"] == 0.5
    assert document["answered"] == 0.75
    assert document["gold_shown"] == 0.5
    assert document["abstained"] == 0.5
    assert document["by_kind"]["typo"]["questions"] == 2
    assert document["follow_ups"]["recall@3"] == 0.0
    assert document["unanswerable"]["near-miss"]["answered"] == 1
    assert len(document["failures"]) == 5


def test_a_figure_of_no_question_is_null(cli, path):
    cli.app.evaluation = question_report("f.jsonl", "default", [judged(history=("Why?",))])
    document = cli.json("eval", path)
    assert document["recall@3"] is None
    assert document["abstained"] is None
    assert document["follow_ups"]["recall@3"] == 1.0
    assert "recall@3 0%" not in cli.run("eval", path).stdout


def test_the_figures_of_a_collection_carry_their_names(cli, path):
    cli.app.evaluation = collection_report()
    document = cli.json("eval", path)
    figures = {name: document[name] for name in ("nDCG@10", "Recall@10", "Recall@100", "MRR@10")}
    assert figures == {"nDCG@10": 0.75, "Recall@10": 0.5, "Recall@100": 0.625, "MRR@10": 0.8125}
    assert document["rankers"]["bm25"]["nDCG@10"] == 0.25


def test_people_see_a_table_and_every_failure(cli, path):
    cli.app.evaluation = mixed_report()
    lines = cli.run("eval", path).stdout.splitlines()
    row = next(line for line in lines if line.startswith("answerable"))
    assert row.split() == ["answerable", "4", "50%", "50%", "50%", "50%", "75%", "50%"]
    assert "5 failures" in lines
    assert any("Ask someone else." in line for line in lines)
    assert not any(line.endswith(" ") for line in lines)


def test_people_see_the_rankers_below_one_another(cli, path):
    cli.app.evaluation = collection_report()
    output = cli.run("eval", path).stdout
    ours, bm25 = (line for line in output.splitlines() if line.startswith(("footnote", "bm25")))
    assert "0.7500" in ours
    assert "0.2500" in bm25


def test_the_figures_of_a_knowledge_bases_own_questions(cli):
    cli.app.evaluation = own_report_of()
    document = cli.json("eval", "--self")
    assert cli.app.evaluations == [EvalRequest(None)]
    figures = ("answerable", "left_out", "reply@3", "answered", "shown", "only_asker", "refused")
    assert [document[name] for name in figures] == [4, 2, 0.5, 0.5, 0.25, 0.25, 0.5]
    assert document["wrong_among_answered"] == 0.6667
    assert document["answers_known_by"] == {"replies": 4}
    assert [each["left_out"] for each in document["failures"]] == [False, False, False, True]


def test_people_see_how_many_answers_would_be_wrong_at_each_coverage(cli):
    cli.app.evaluation = own_report_of()
    lines = cli.run("eval", "--self").stdout.splitlines()
    row = next(line for line in lines if line.startswith("with their threads"))
    assert row.split()[3:] == ["4", "25%", "50%", "75%", "75%", "50%", "25%", "25%"]
    head = next(n for n, line in enumerate(lines) if line.split() == PLOT_HEAD)
    plot = [line.split()[:3] for line in lines[head + 1 : head + 11]]
    assert plot[0] == ["17%", "90%", "0%"]
    assert plot[9] == ["100%", "10%", "67%"]


@pytest.mark.parametrize("make", REPORTS)
def test_text_from_strangers_does_not_steer_the_terminal(cli, path, make):
    cli.app.evaluation = make(HOSTILE + "\x1b[31m")
    output = cli.run("eval", path).stdout
    assert "[bold]x[/bold]" in output
    assert not {"\x1b", "\x00", "\u202e"} & set(output)


@pytest.mark.parametrize("make", REPORTS)
def test_a_page_is_written_beside_what_is_printed(cli, path, tmp_path, make):
    cli.app.evaluation = make()
    page = tmp_path / "report.html"
    assert cli.json("eval", path, "--html", str(page))
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_a_page_that_cannot_be_written_is_said(cli, path, tmp_path):
    cli.app.evaluation = mixed_report()
    result = cli.run("eval", path, "--html", str(tmp_path / "no" / "such" / "folder.html"))
    assert result.exit_code == 4
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("args", [["eval"], ["eval", "no-such-file"], ["eval", ".", "--self"]])
def test_wrong_usage(cli, args):
    result = cli.run(*args)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert not cli.app.evaluations


def test_a_bar_is_drawn_for_each_thing_that_is_done():
    from rich.console import Console
    from rich.progress import Progress

    bars = Progress(console=Console(file=io.StringIO()))
    listener = EvalBars(bars)
    for step in (("Indexing", 1, 2), ("Indexing", 2, 2), ("Asking", 1, 9)):
        listener(*step)
    assert [(task.description, task.completed, task.total) for task in bars.tasks] == [
        ("Indexing", 2, 2),
        ("Asking", 1, 9),
    ]
