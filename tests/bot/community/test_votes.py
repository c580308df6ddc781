"""What 👍 and 👎 come to, passage by passage."""

from __future__ import annotations

import pytest

from bot.access.rules import Place
from bot.community.community import Community
from bot.community.database import CommunityDatabase
from bot.community.feedback import Rating
from retrieval.records import Answer
from tests.bot.discord.factories import make_answer, make_closest

PLACE = Place(1, 2)


@pytest.fixture
def community(database: CommunityDatabase) -> Community:
    return Community.on(database)


def shown(community: Community, answer: Answer, base: str = "default") -> str:
    kept = community.answers.keep(answer, asker_id=9, place=PLACE, knowledge_base=base)
    return kept.id


def judge(community: Community, answer_id: str, user_id: int, verdict: Rating) -> None:
    community.feedback.record(
        answer_id, user_id=user_id, guild_id=1, verdict=verdict, question="When?"
    )


def test_each_person_has_one_vote_a_passage_and_the_last_one_counts(community: Community) -> None:
    answer = make_answer("At six.")
    [passage] = [citation.passage.id for citation in answer.citations]
    first, again = shown(community, answer), shown(community, answer)
    for user_id in (1, 2, 3):
        judge(community, first, user_id, Rating.GOOD)
    assert community.feedback.votes("default") == {passage: 3}
    judge(community, again, 1, Rating.GOOD)
    judge(community, first, 2, Rating.WRONG)
    assert community.feedback.votes("default") == {passage: 1}
    community.feedback.forget_person(2)
    assert community.feedback.votes("default") == {passage: 2}


def test_what_only_came_closest_and_other_knowledge_bases_have_no_votes(
    community: Community,
) -> None:
    judge(community, shown(community, make_closest("At six.")), 1, Rating.WRONG)
    judge(community, shown(community, make_answer("At six."), "other"), 1, Rating.WRONG)
    assert community.feedback.votes("default") == {}
    assert set(community.feedback.votes("other").values()) == {-1}
