"""Questions that wait: kept once, told once, and gone when they should be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.community.database import CommunityDatabase
from bot.community.unanswered import MOST_PER_PERSON, UnansweredQuestions, WaitingQuestion

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASKED = WaitingQuestion(1, 10, 100, "default", "Which oil?", "en-GB", NOON)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[UnansweredQuestions]:
    with closing(CommunityDatabase(tmp_path / "community.sqlite3")) as database:
        yield UnansweredQuestions(database)


def questions(kept: UnansweredQuestions, knowledge_base: str = "default") -> list[str]:
    return [each.question for each in kept.waiting(knowledge_base, 100)]


def test_a_question_waits_with_all_that_is_needed_to_answer_it(kept):
    kept.keep(ASKED)
    (waiting,) = kept.waiting("default", 10)
    assert replace(waiting, id=0) == ASKED
    assert kept.waiting("other", 10) == ()


def test_the_same_question_waits_once_and_is_done_once(kept):
    kept.keep(ASKED)
    kept.keep(replace(ASKED, asked_at=NOON + timedelta(hours=1)))
    (waiting,) = kept.waiting("default", 10)
    kept.done(waiting)
    assert questions(kept) == []


def test_the_oldest_is_tried_first_and_makes_room_for_the_newest(kept):
    for hour in range(MOST_PER_PERSON + 2):
        kept.keep(replace(ASKED, question=f"{hour}", asked_at=NOON + timedelta(hours=hour)))
    kept.keep(replace(ASKED, user_id=2, question="of somebody else"))
    waiting = questions(kept)
    assert len(waiting) == MOST_PER_PERSON + 1
    assert waiting[:3] == ["of somebody else", "2", "3"]


def test_forgetting_a_person_or_a_server_leaves_the_others(kept):
    kept.keep(ASKED)
    kept.keep(replace(ASKED, user_id=2, question="two"))
    kept.keep(replace(ASKED, user_id=3, guild_id=11, question="three"))
    kept.keep(replace(ASKED, user_id=4, guild_id=None, question="four"))
    assert kept.forget_person(1) == 1
    assert kept.forget_guild(10) == 1
    assert questions(kept) == ["three", "four"]


def test_what_waited_too_long_goes(kept):
    kept.keep(ASKED)
    kept.keep(replace(ASKED, question="new", asked_at=NOON + timedelta(days=2)))
    assert kept.purge(NOON + timedelta(days=1)) == 1
    assert questions(kept) == ["new"]
