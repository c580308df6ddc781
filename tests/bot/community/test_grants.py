"""The grants as they are kept."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from bot.access.rules import Grant, Place, Surface, Visitor
from bot.community.community import COMMUNITY, open_community
from bot.community.database import CommunityDatabase
from bot.community.grants import GrantBook
from bot.community.starts import FirstStart, Starts

LOCKS, STAFF, ADA = 1, 11, 100
DIRECT = Visitor(ADA, Place(None, 99))
KEEPER = Visitor(ADA, Place(LOCKS))
BOSS = Visitor(ADA, Place(LOCKS), is_administrator=True, may_manage=True)


def test_grants_are_kept_and_taken_back(database: CommunityDatabase) -> None:
    book = GrantBook(database)
    assert not book.were_given()
    assert book.grant(Grant("locks", LOCKS))
    assert not book.grant(Grant("locks", LOCKS))
    assert book.grant(Grant("locks", LOCKS, STAFF))
    assert book.grant(Grant("locks", user_id=ADA))
    assert book.grants() == (
        Grant("locks", user_id=ADA),
        Grant("locks", LOCKS),
        Grant("locks", LOCKS, STAFF),
    )
    assert book.revoke(Grant("locks", LOCKS))
    assert not book.revoke(Grant("locks", LOCKS))
    assert book.policy("default").grants == {
        Grant("locks", LOCKS, STAFF),
        Grant("locks", user_id=ADA),
    }
    assert book.were_given("locks")
    assert not book.were_given("default")
    assert book.grant(Grant("locks", LOCKS))
    assert book.policy("default").allows("locks", KEEPER)


def test_to_add_is_granted_and_taken_back_apart_from_to_see(database: CommunityDatabase) -> None:
    book = GrantBook(database)

    def may(surface: Surface) -> bool:
        return book.policy("default").may_use(surface, BOSS)

    sees, adds = Grant("default", LOCKS), Grant("default", LOCKS, may_add=True)
    assert not book.revoke(adds)
    assert book.grant(adds)
    assert (may(Surface.ASK), may(Surface.UPLOAD)) == (True, True)
    assert not book.grant(sees)  # it stands, and takes nothing back
    assert may(Surface.UPLOAD)
    assert book.revoke(adds)
    assert (may(Surface.ASK), may(Surface.UPLOAD)) == (True, False)
    assert not book.revoke(adds)
    assert book.grant(adds)
    assert book.revoke(sees)
    assert book.grant(sees)
    assert (may(Surface.ASK), may(Surface.UPLOAD)) == (True, False)


def test_a_grant_made_by_another_process_counts_at_once(database, tmp_path) -> None:
    here = GrantBook(database)
    elsewhere = CommunityDatabase(tmp_path / COMMUNITY)
    GrantBook(elsewhere).grant(Grant("locks", LOCKS))
    assert here.policy("default").allows("locks", KEEPER)
    GrantBook(elsewhere).revoke(Grant("locks", LOCKS))
    elsewhere.close()
    assert not here.policy("default").allows("locks", KEEPER)


@pytest.mark.parametrize("guild", [1, 2**63 - 1])
def test_every_id_that_discord_gives_can_be_kept(database, guild) -> None:
    book = GrantBook(database)
    book.grant(Grant("locks", guild))
    assert book.policy("default").allows("locks", Visitor(ADA, Place(guild)))


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_file_that_is_lost_while_the_bot_runs_closes_everything(
    database, tmp_path, caplog, *, is_replaced: bool
) -> None:
    book = GrantBook(database)
    book.grant(Grant("default"))
    assert book.policy("default").allows("default", DIRECT)
    (tmp_path / COMMUNITY).unlink()
    if is_replaced:
        CommunityDatabase(tmp_path / COMMUNITY).close()
    for _ in range(3):
        assert not book.policy("default").allows("default", DIRECT)
    assert len(caplog.records) == 1


VERSION_1 = """
CREATE TABLE grants (kb TEXT NOT NULL, guild_id INTEGER NOT NULL, channel_id INTEGER NOT NULL,
    granted_at TEXT NOT NULL, revoked_at TEXT, PRIMARY KEY (kb, guild_id, channel_id))
    STRICT, WITHOUT ROWID;
INSERT INTO grants VALUES ('locks', 1, 0, '2026-01-01T00:00:00+00:00', NULL);
INSERT INTO grants VALUES ('locks', 1, 11, '2026-01-01T00:00:00+00:00', NULL);
INSERT INTO grants VALUES ('bread', 0, 0, '2026-01-01T00:00:00+00:00', '2026-02-01T00:00:00+00:00');
PRAGMA user_version = 1;
"""


def test_the_grants_of_an_older_footnote_are_taken_over(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / COMMUNITY)) as old:
        old.executescript(VERSION_1)
    for _ in range(2):
        with open_community(tmp_path) as community:
            assert community.grants.grants() == (
                Grant("locks", LOCKS),
                Grant("locks", LOCKS, STAFF),
            )
            assert community.grants.were_given("bread")
            assert community.starts.first_start is FirstStart.UPGRADED


def test_a_new_file_says_so_until_the_bot_has_started(database, tmp_path) -> None:
    starts = Starts(database)
    assert starts.first_start is FirstStart.NEW
    starts.first_start = FirstStart.OVER
    again = CommunityDatabase(tmp_path / COMMUNITY)
    assert Starts(again).first_start is FirstStart.OVER
    again.close()


def test_nobody_else_on_the_machine_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / COMMUNITY
    path.touch(mode=0o644)
    path.chmod(0o644)
    database = CommunityDatabase(path)
    GrantBook(database).grant(Grant("default"))
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [COMMUNITY, f"{COMMUNITY}-shm", f"{COMMUNITY}-wal"]
    assert [file.stat().st_mode & 0o077 for file in files] == [0, 0, 0]
    database.close()
