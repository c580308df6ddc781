"""Shown answers, conversations and feedback on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.access.rules import Place
from bot.community.answers_shown import MAX_HISTORY, AnswersShown, Context, ShownAnswer
from bot.community.conversations import Conversations
from bot.community.database import CommunityDatabase
from bot.community.feedback import FeedbackBook, Rating
from tests.bot.discord.factories import make_answer, make_closest, make_post

ADA, BOB = 1, 2
GUILD, THREAD = 10, 100


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[CommunityDatabase]:
    opened = CommunityDatabase(tmp_path / "community.sqlite3")
    yield opened
    opened.close()


def keep(shown: AnswersShown, question: str = "When?", asker_id: int = ADA) -> ShownAnswer:
    answer = replace(make_answer("At six."), question=question)
    place = Place(GUILD, THREAD)
    return shown.keep(answer, asker_id=asker_id, place=place, knowledge_base="default")


def test_an_answer_comes_back_as_it_was_shown_without_whole_posts(
    database: CommunityDatabase, clock: Clock
) -> None:
    shown = AnswersShown(database, clock)
    place, earlier = Place(None, THREAD), Context(("Where?", "Who?"), "abc")
    kept = shown.keep(
        make_closest("The moon rises late."),
        asker_id=ADA,
        place=place,
        knowledge_base="tides",
        context=earlier,
        language="de",
        is_private=True,
    )
    found = AnswersShown(database, clock).find(kept.id)
    assert found == kept
    assert found.history == ("Where?", "Who?")
    assert (found.about_id, found.language) == ("abc", "de")
    assert found.guild_id is None
    assert found.answer.closest[0].quote == "The moon rises late."
    assert found.answer.closest[0].post == replace(make_post(""), id=f"{1:016x}")


def test_ids_are_short_and_not_to_be_guessed(database: CommunityDatabase, clock: Clock) -> None:
    ids = {keep(AnswersShown(database, clock)).id for _ in range(50)}
    assert len(ids) == 50
    assert {len(key) for key in ids} == {12}


def test_a_message_leads_to_its_answer(database: CommunityDatabase, clock: Clock) -> None:
    shown = AnswersShown(database, clock)
    kept = keep(shown)
    assert shown.behind(7) is None
    shown.posted(kept.id, 7)
    found = shown.behind(7)
    assert found is not None
    assert found.id == kept.id


def test_history_is_one_persons_in_one_thread_bounded_and_ends_with_a_pause(
    database: CommunityDatabase, clock: Clock
) -> None:
    shown = AnswersShown(database, clock)
    keep(shown, "Yesterday?")
    clock.now += timedelta(hours=13)
    for number in range(MAX_HISTORY + 1):
        clock.now += timedelta(seconds=1)
        keep(shown, f"{number}?")
        keep(shown, f"Bob's {number}?", BOB)
    assert shown.questions_of(ADA, THREAD) == ("1?", "2?", "3?", "4?", "5?")
    assert shown.questions_of(ADA, THREAD + 1) == ()


def test_the_question_that_opened_a_thread_belongs_to_it(
    database: CommunityDatabase, clock: Clock
) -> None:
    shown = AnswersShown(database, clock)
    shown.posted(keep(shown).id, 555)
    assert shown.questions_of(ADA, 555) == ("When?",)


def test_a_question_is_history_to_its_asker_and_to_others_an_answer_that_may_be_forgotten(
    database: CommunityDatabase, clock: Clock
) -> None:
    shown = AnswersShown(database, clock)
    kept = replace(keep(shown), history=("Where?",), about_id="somebody")
    assert kept.leads_to(ADA) == Context(("Where?", "When?"), "somebody")
    assert kept.leads_to(BOB) == Context((), kept.id)
    assert shown.question_of(kept.id) == "When?"
    shown.forget_person(ADA)
    assert shown.question_of(kept.id) == ""
    assert shown.question_of(None) == ""


def test_the_messages_that_quote_a_passage_are_found_until_they_are_marked(
    database: CommunityDatabase, clock: Clock
) -> None:
    shown = AnswersShown(database, clock)
    kept, unposted = keep(shown), keep(shown)
    [quoted] = [citation.passage.id for citation in kept.answer.citations]
    private = shown.keep(
        *(kept.answer,),
        asker_id=ADA,
        place=Place(GUILD, 1),
        knowledge_base="default",
        is_private=True,
    )
    shown.posted(kept.id, 7)
    shown.posted(private.id, 8)
    assert shown.shown_passages("default") == (quoted,)
    assert shown.shown_passages("other") == ()
    assert [each.id for each in shown.quoting("default", {quoted, "x"}, 9)] == [kept.id]
    assert shown.quoting("default", {"x"}, 9) == ()
    shown.mark_stale(kept.id)
    assert shown.quoting("default", {quoted}, 9) == ()
    assert shown.shown_passages("default") == ()
    shown.mark_stale(kept.id, is_stale=False)
    assert len(shown.quoting("default", {quoted}, 9)) == 1
    shown.forget_person(ADA)
    assert shown.shown_passages("default") == ()
    assert shown.find(unposted.id) is None


def test_a_forgotten_question_is_forgotten_in_what_others_said_of_its_answer(
    database: CommunityDatabase, clock: Clock
) -> None:
    shown, feedback = AnswersShown(database, clock), FeedbackBook(database, clock)
    kept = keep(shown)
    feedback.record(
        kept.id, user_id=BOB, guild_id=GUILD, verdict=Rating.WRONG, question="When?", reason="No."
    )
    shown.forget_person(ADA)
    [said] = feedback.on(kept.id)
    assert (said.question, said.reason) == ("", "No.")


def test_an_answer_of_another_versions_shape_counts_as_gone(
    database: CommunityDatabase, clock: Clock
) -> None:
    shown = AnswersShown(database, clock)
    kept = keep(shown)
    with database.transaction() as connection:
        connection.execute("UPDATE shown_answers SET answer = '{}'")
    assert shown.find(kept.id) is None


def test_everything_is_forgotten_by_person_by_server_and_with_time(
    database: CommunityDatabase, clock: Clock
) -> None:
    shown, talks = AnswersShown(database, clock), Conversations(database, clock)
    feedback = FeedbackBook(database, clock)
    for person in (ADA, BOB):
        kept = keep(shown, asker_id=person)
        talks.join(THREAD, person, GUILD)
        feedback.record(
            kept.id, user_id=person, guild_id=GUILD, verdict=Rating.GOOD, question="When?"
        )
    for memory in (shown, talks, feedback):
        assert memory.purge(clock.now) == 0
        assert memory.forget_person(ADA) == 1
        assert memory.forget_guild(GUILD + 1) == 0
        assert memory.forget_guild(GUILD) == 1
    keep(shown)
    assert shown.purge(clock.now + timedelta(seconds=1)) == 1


def test_a_person_has_one_verdict_an_answer_and_may_change_it(
    database: CommunityDatabase, clock: Clock
) -> None:
    book = FeedbackBook(database, clock)

    def say(user_id: int, verdict: Rating, reason: str = "") -> None:
        book.record(
            "a", user_id=user_id, guild_id=GUILD, verdict=verdict, question="?", reason=reason
        )

    say(ADA, Rating.GOOD)
    say(BOB, Rating.GOOD)
    clock.now += timedelta(seconds=1)
    say(ADA, Rating.OUTDATED, "It closed in May.")
    assert [(f.user_id, f.verdict, f.reason) for f in book.on("a")] == [
        (BOB, Rating.GOOD, ""),
        (ADA, Rating.OUTDATED, "It closed in May."),
    ]
    assert book.tally(GUILD) == {Rating.GOOD: 1, Rating.OUTDATED: 1}


def test_people_take_part_in_the_threads_that_they_joined(
    database: CommunityDatabase, clock: Clock
) -> None:
    talks = Conversations(database, clock)
    talks.join(THREAD, ADA, GUILD)
    talks.join(THREAD, ADA, GUILD)
    assert talks.takes_part(THREAD, ADA)
    assert not talks.takes_part(THREAD, BOB)
    assert not talks.takes_part(THREAD + 1, ADA)
