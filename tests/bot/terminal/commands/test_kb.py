"""``footnote kb`` on a real database."""

from __future__ import annotations

import pytest

from bot.access.rules import Grant, Place, Visitor
from bot.community.community import open_community


def test_a_grant_is_what_the_bot_reads(cli, tmp_path):
    data = ("--data-dir", str(tmp_path))
    result = cli.run(*data, "kb", "grant", "locks", "--guild", "81384788765712384")
    assert result.stdout.splitlines() == [
        "locks may be seen in server 81384788765712384.",
        f"That counts for a bot with the data folder {tmp_path}.",
    ]
    cli.run(*data, "kb", "grant", "bread", "--guild", "5", "--channel", "6")
    cli.run(*data, "kb", "grant", "default", "--everywhere")
    with open_community(tmp_path) as community:
        policy = community.grants.policy("default")
    assert policy.allows("locks", Visitor(1, Place(81384788765712384, 1)))
    assert policy.allows("bread", Visitor(1, Place(5, 6)))
    assert not policy.allows("bread", Visitor(1, Place(5, 7)))
    assert policy.allows("default", Visitor(1, Place(None, 1)))
    plain = {"channel": None, "user": None, "maintain": False}
    assert cli.json(*data, "kb", "grants") == {
        "grants": [
            {**plain, "kb": "bread", "guild": 5, "channel": 6},
            {**plain, "kb": "default", "guild": None},
            {**plain, "kb": "locks", "guild": 81384788765712384},
        ]
    }


def test_to_add_is_granted_to_a_server_or_a_person_and_taken_back_alone(cli, tmp_path):
    command = ("--data-dir", str(tmp_path), "kb")
    server = cli.run(*command, "grant", "default", "--guild", "5", "--maintain")
    assert server.stdout.startswith("default may be seen and added to in server 5.\n")
    person = cli.run(*command, "grant", "default", "--user", "7", "--maintain")
    assert person.stdout == "default may be seen and added to by person 7.\n"
    back = cli.run(*command, "revoke", "default", "--user", "7", "--maintain")
    assert back.stdout == "default may no longer be added to by person 7.\n"
    with open_community(tmp_path) as community:
        assert community.grants.grants() == (
            Grant("default", user_id=7),
            Grant("default", 5, may_add=True),
        )
    assert cli.run(*command, "grants").stdout == (
        "default may be seen by person 7\ndefault may be seen and added to in server 5\n"
    )


def test_a_grant_is_taken_back_once(cli, tmp_path):
    command = ("--data-dir", str(tmp_path), "kb")
    cli.run(*command, "grant", "locks", "--guild", "5")
    again = cli.run(*command, "grant", "locks", "--guild", "5")
    assert again.stdout == "locks may be seen already in server 5.\n"
    assert cli.run(*command, "revoke", "locks", "--guild", "5").exit_code == 0
    twice = cli.run(*command, "revoke", "locks", "--guild", "5")
    assert (twice.exit_code, twice.stdout) == (2, "")
    assert "There is no such grant" in twice.stderr
    assert cli.run(*command, "grants").stdout == "Nothing is granted, so the bot shows nothing.\n"


def test_a_data_folder_that_is_not_there_is_not_made_by_looking(cli, tmp_path):
    command = ("--data-dir", str(tmp_path / "mistyped"), "kb")
    assert "Nothing is granted" in cli.run(*command, "grants").stdout
    assert cli.run(*command, "revoke", "default", "--everywhere").exit_code == 2
    assert not (tmp_path / "mistyped").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("grant", "locks"),
        ("grant", "locks", "--everywhere", "--guild", "5"),
        ("grant", "locks", "--everywhere", "--channel", "5"),
        ("grant", "locks", "--guild", "0"),
        ("grant", "locks", "--guild", "9223372036854775808"),
        ("grant", "locks", "--guild", "Lock keepers"),
        ("grant", "Locks & Keys", "--guild", "5"),
        ("grant", "locks", "--everywhere", "--maintain"),
        ("grant", "locks", "--guild", "5", "--channel", "6", "--maintain"),
        ("grant", "locks", "--guild", "5", "--user", "6"),
        ("grant", "locks", "--user", "somebody"),
        (),
    ],
)
def test_what_cannot_be_a_grant_is_wrong_usage(cli, tmp_path, words):
    result = cli.run("--data-dir", str(tmp_path), "kb", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "community.sqlite3").exists()
