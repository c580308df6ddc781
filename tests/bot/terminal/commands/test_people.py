"""``footnote people`` over a fake list."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from bot.librarian import Removed
from bot.terminal.main import footnote


def test_who_is_forgotten_hears_what_was_taken_out_and_where(cli, app):
    app.people.posts = {"7": Removed(1, (("jsonl", 1),)), "8": Removed(3, (("a", 1), ("b", 2)))}
    one = cli.run("people", "forget", "7", "--name", "Ada")
    assert one.stdout == "7 is forgotten. 1 post taken out: 1 from jsonl.\n"
    assert app.people.forgotten == {"7": "Ada"}
    several = cli.run("people", "forget", " 8 ")
    assert several.stdout == (
        "8 is forgotten. 3 posts taken out: 1 from a, 2 from b. "
        "The sources may mean different people by this id.\n"
    )
    none = cli.run("people", "forget", "9")
    assert none.stdout == "9 is forgotten. No post of theirs was in the index.\n"
    assert cli.run("people", "list").stdout == "3 people are forgotten.\n"


def test_programs_read_the_same(cli, app):
    app.people.posts = {"7": Removed(2, (("jsonl", 2),))}
    assert cli.json("people", "forget", "7") == {"id": "7", "posts": 2, "by_source": {"jsonl": 2}}
    assert cli.json("people", "list") == {"forgotten": 1}


def test_who_is_allowed_again_was_forgotten_before(cli):
    cli.run("people", "forget", "7")
    assert cli.run("people", "list").stdout == "1 person is forgotten.\n"
    assert "`footnote ingest` reads every file anew" in cli.run("people", "allow", "7").stdout
    twice = cli.run("people", "allow", "7")
    assert (twice.exit_code, twice.stdout) == (2, "")
    assert "7 is not forgotten" in twice.stderr


@pytest.mark.parametrize("words", [("forget",), ("forget", " "), ("allow", ""), ()])
def test_an_id_is_needed(cli, app, words):
    result = cli.run("people", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert app.people.forgotten == {}


def test_a_data_folder_that_is_made_is_named_since_it_may_be_mistyped(tmp_path):
    def run(*words: str) -> Result:
        return CliRunner().invoke(footnote, ["--data-dir", str(tmp_path / "dtaa"), *words])

    told = f"Made the data folder {tmp_path / 'dtaa'}: there was none.\n"
    assert run("people", "list").stderr == ""
    assert run("people", "forget", "7").stderr == told
    assert run("people", "forget", "8").stderr == ""
