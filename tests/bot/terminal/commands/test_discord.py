"""``footnote discord`` over a real community database and real journals."""

from __future__ import annotations

import json

import pytest

from bot.community.community import open_community
from ingest.journal.files import Journal, journal_path
from ingest.journal.lines import Header

HEADER = Header("1", "Keepers", "20", "GuildTextChat", "talk")


@pytest.fixture
def journal(tmp_path):
    journal = Journal(journal_path(tmp_path / "corpus", HEADER))
    journal.describe(HEADER)
    journal.add([{"id": "5", "content": "words"}], down_to=5, is_whole=False)
    return journal


@pytest.fixture
def folders(tmp_path):
    return ("--data-dir", str(tmp_path / "data"), "--corpus-dir", str(tmp_path / "corpus"))


@pytest.fixture
def run(cli, folders):
    return lambda *words: cli.run(*folders, "discord", *words)


@pytest.fixture
def listed(run):
    return lambda: json.loads(run("status", "--json").stdout)["channels"]


def test_a_channel_is_learnt_paused_read_on_and_unlearnt(run, listed, tmp_path, journal):
    said = run("learn", "--guild", "1", "20", "--days", "30").stdout
    assert said.startswith("1 channel will be read.")
    again = run("learn", "--guild", "1", "20", "--only-role", "7").stdout
    assert "0 channels will be read; 1 already were" in again
    [one] = listed()
    assert (one["channel"], one["days"], one["only_role"]) == ("20", None, "7")
    assert (one["name"], one["messages"], one["unfinished"]) == ("talk", 1, 1)
    told = "#talk (20) in server 1: 1 messages in 1 channels and threads; 1 of 1 still being read"
    assert told in run("status").stdout
    assert run("pause", "20").stdout == "20 is paused.\n"
    assert "; paused" in run("status").stdout
    assert run("resume", "20").stdout == "20 is read on.\n"
    assert "1 journals removed" in run("unlearn", "20").stdout
    assert not journal.path.exists()
    with open_community(tmp_path / "data") as community:
        assert community.learnt.all() == ()


def test_without_any_there_is_nothing_and_no_file_comes_to_be(run, listed, tmp_path):
    assert run("status").stdout == "The bot reads no channel itself.\n"
    assert listed() == []
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("words", ["pause 20", "unlearn 20", "learn 20", "pause x"])
def test_what_cannot_be_done_is_said(run, words):
    result = run(*words.split())
    assert result.exit_code == 2
    assert result.stderr
