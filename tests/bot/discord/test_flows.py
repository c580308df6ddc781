"""Whole conversations: a user at one end, the fake librarian at the other."""

from __future__ import annotations

import asyncio
import logging
from typing import get_args

import pytest

from bot.community.community import Community
from bot.discord.words import ENGLISH
from ingest.report import Progress, Refusal, Stage
from retrieval.errors import EmptyIndexError, QuestionError
from retrieval.records import Suggestion
from tests.bot.discord.conftest import RunBot, let_add
from tests.bot.discord.factories import (
    make_answer,
    make_closest,
    make_not_found,
    make_passage,
    make_post,
    make_report,
    make_source,
)
from tests.bot.discord.fakes import FakeLibrarian, FakeReingester
from tests.bot.discord.places import Place
from tests.bot.discord.strategies import ATTACKS
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.errors import CommandHidden
from tests.loopback.fixtures import ErrorLog
from tests.loopback.gateway import Drop
from tests.loopback.payloads import ORDINARY_MEMBER, Permission
from tests.loopback.traffic import Fault
from tests.loopback.world import Message

ADMINISTRATOR = ORDINARY_MEMBER | Permission.ADMINISTRATOR
WEBHOOK_MESSAGE = r"/webhooks/.*/messages/@original"


@pytest.fixture(autouse=True)
def nothing_pings_and_nothing_is_swallowed(discord_errors: ErrorLog) -> None:
    """The server fixture fails on any message that could ping, this one on swallowed errors."""


def links_in(message: Message) -> list[str]:
    return [button["url"] for button in message.buttons if "url" in button]


async def replies(server: LoopbackDiscord, message: Message) -> list[Message]:
    return await server.wait_until(lambda: server.replies_to(message))


async def test_the_commands_are_registered_everywhere(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote():
        registered = {c["name"]: c for c in discord_server.commands.listed(None)}
    assert sorted(registered) == [
        "Ask Footnote about this",
        "Mark as the answer",
        "Never show this",
        "Official answer",
        "This is outdated",
        "ask",
        "config",
        "digest",
        "forget-me",
        "gaps",
        "help",
        "official",
        "reingest",
        "source",
        "threads",
        "topics",
    ]
    assert registered["reingest"]["default_member_permissions"] == str(
        int(Permission.ADMINISTRATOR)
    )
    assert discord_server.commands.listed(place.guild.id) == []


async def test_the_commands_are_registered_in_one_server_where_one_is_set(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote(guild_id=int(place.guild.id)):
        assert len(discord_server.commands.listed(place.guild.id)) == 16
        assert discord_server.commands.listed(None) == []


async def test_a_question_gets_its_cited_answer(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian(make_answer("It opens at six.", "It closes at nine."))
    async with run_footnote(librarian):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?  **now**")
        answer = await discord_server.settled(asked)
    assert librarian.questions == ["When?  **now**"]
    assert not answer.is_ephemeral
    assert "> It opens at six." in answer.text
    assert "> It closes at nine." in answer.text
    assert "Ada · 2024-03-01 · Tides\n> It opens at six." in answer.text
    assert links_in(answer) == ["https://forum.example/p/1"] * 2
    assert answer.edits == 1


async def test_a_private_question_is_answered_to_its_asker_only(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote(FakeLibrarian(make_answer("At six."))):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="?", private=True)
        answer = await discord_server.settled(asked)
    assert answer.is_ephemeral
    assert discord_server.messages(place.channel) == []


async def test_a_question_in_a_direct_message_is_answered(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote(FakeLibrarian(make_answer("At six."))):
        channel = discord_server.direct_message_channel(place.ada)
        asked = discord_server.slash(place.ada, channel, "ask", question="When?")
        assert "> At six." in (await discord_server.settled(asked)).text


async def test_what_is_not_answered_looks_different(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian(make_closest("The moon rises late."), make_not_found())
    async with run_footnote(librarian):
        first = discord_server.slash(place.ada, place.channel, "ask", question="And the moon?")
        closest = await discord_server.settled(first)
        second = discord_server.slash(place.ada, place.channel, "ask", question="Who won?")
        not_found = await discord_server.settled(second)
    assert closest.text.startswith("**Not answered**\nThe threads do not clearly answer this.")
    assert "> The moon rises late." in closest.text
    assert not_found.text.startswith("**Nothing found**\n" + ENGLISH.answer.not_found)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (QuestionError("The question is empty."), "The question is empty."),
        (EmptyIndexError("Nothing was ingested yet."), "Nothing was ingested yet."),
        (KeyError("/srv/secret"), ENGLISH.failures.unexpected),
    ],
)
async def test_a_librarian_that_fails_is_one_sentence(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    error: Exception,
    sentence: str,
) -> None:
    async with run_footnote(FakeLibrarian(error, error)):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
        assert (await discord_server.settled(asked)).text == sentence
        said = discord_server.say(place.ada, place.channel, f"<@{discord_server.bot.id}> When?")
        [reply] = await replies(discord_server, said)
        assert reply.text == sentence


async def test_a_librarian_past_its_time_is_given_up(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian(make_answer("Too late."), delay_seconds=0.4)
    async with run_footnote(librarian, answer_timeout_seconds=0.1):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
        answer = await discord_server.settled(asked)
    assert answer.text == "This took too long, so I stopped; please try again in a moment."


async def test_a_librarian_at_work_delays_neither_the_loop_nor_the_next_acknowledgement(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian(*[make_answer("At six.")] * 5, delay_seconds=1.0)
    async with run_footnote(librarian):
        asked = [
            discord_server.slash(place.ada, place.channel, "ask", question=f"{n}?")
            for n in range(5)  # more than there are threads
        ]
        for interaction in asked:
            await discord_server.acknowledged(interaction)
        turns = 0
        while len(librarian.questions) < 5:
            await asyncio.sleep(0.01)
            turns += 1
        for interaction in asked:
            await discord_server.settled(interaction, until=lambda shown: "At six." in shown.text)
    assert turns > 10  # a few, if the loop had to wait for those at work


async def test_a_card_that_discord_refuses_is_sent_as_plain_text(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    refusal = {"message": "Invalid Form Body", "code": 50035}
    discord_server.inject(Fault("PATCH", WEBHOOK_MESSAGE, status=400, body=refusal))
    async with run_footnote(FakeLibrarian(make_answer("At six."))):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
        answer = await discord_server.settled(asked)
    assert "> At six." in answer.content
    assert "<https://forum.example/p/1>" in answer.content
    assert answer.components == []


async def test_an_acknowledgement_whose_reply_was_lost_does_not_lose_the_answer(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    discord_server.inject(Fault("POST", r"/interactions/.*", status=502, commit=True))
    async with run_footnote(FakeLibrarian(make_answer("At six."))):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
        answer = await discord_server.settled(asked)
    assert "> At six." in answer.text
    discord_server.take_violations("40060")


async def test_an_acknowledgement_whose_reply_was_lost_does_not_lose_an_error_either(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    discord_server.inject(Fault("POST", r"/interactions/.*", status=502, commit=True))
    async with run_footnote(FakeLibrarian(EmptyIndexError("Nothing was ingested yet."))):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
        answer = await discord_server.settled(asked)
    assert answer.text == "Nothing was ingested yet."
    discord_server.take_violations("40060")


async def test_an_acknowledgement_that_comes_too_late_is_logged_and_no_crash(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot.discord.client")
    async with run_footnote(FakeLibrarian(make_answer("At six."))):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
        discord_server.advance_clock(4)
        await discord_server.wait_until(lambda: "nobody to answer any more" in caplog.text)
    assert not asked.is_acknowledged
    assert "Traceback" not in caplog.text
    discord_server.excuse(asked)


async def test_an_answer_whose_reply_was_lost_does_not_appear_twice(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    discord_server.inject(Fault("PATCH", WEBHOOK_MESSAGE, status=502, commit=True))
    async with run_footnote(FakeLibrarian(make_answer("At six."))):
        asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
        answer = await discord_server.settled(asked)
        await discord_server.wait_until(lambda: answer.edits == 2)
    assert discord_server.messages(place.channel) == [answer]


async def test_typing_after_source_offers_passages_and_choosing_one_opens_it(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian()
    librarian.suggestions = tuple(
        Suggestion(f"{n:016x}", f"passage {n} " * 20, "Ada", None) for n in range(40)
    )
    librarian.sources[f"{3:016x}"] = make_source(
        passage=make_passage("The gate opens at six.", f"{3:016x}"),
        in_reply_to=make_post("When does it open?", author="Bob"),
    )
    async with run_footnote(librarian):
        typing = discord_server.autocomplete(place.ada, place.channel, "source", "passage", "gat")
        choices = (await discord_server.acknowledged(typing)).choices
        chosen = discord_server.slash(
            place.ada, place.channel, "source", passage=choices[3]["value"]
        )
        source = await discord_server.settled(chosen)
    assert librarian.typed == [("gat", 25)]
    assert len(choices) == 25
    assert choices[0]["name"].startswith("Ada: passage 0")
    assert source.is_ephemeral
    assert "> The gate opens at six." in source.text
    assert "-# In reply to Bob\n> When does it open?" in source.text
    assert links_in(source) == ["https://forum.example/p/1"]


@pytest.mark.parametrize("error", [EmptyIndexError("Nothing yet."), KeyError("odd")])
async def test_suggestions_that_cannot_be_had_are_none_at_all(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, error: Exception
) -> None:
    librarian = FakeLibrarian()
    librarian.suggestions = error
    async with run_footnote(librarian):
        typing = discord_server.autocomplete(place.ada, place.channel, "source", "passage", "g")
        assert (await discord_server.acknowledged(typing)).choices == []


async def test_suggestions_that_take_too_long_are_none_at_all(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote(FakeLibrarian(delay_seconds=0.4), answer_timeout_seconds=0.1):
        typing = discord_server.autocomplete(place.ada, place.channel, "source", "passage", "g")
        assert (await discord_server.acknowledged(typing)).choices == []


async def test_an_unknown_passage_is_said_to_be_unknown(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote():
        asked = discord_server.slash(place.ada, place.channel, "source", passage="nowhere")
        answer = await discord_server.settled(asked)
    assert answer.text == ENGLISH.room.not_found


async def test_reingest_is_hidden_from_members_and_refused_when_forced(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    let_add(community, place.guild)
    reingester = FakeReingester(make_report())
    async with run_footnote(reingester=reingester):
        with pytest.raises(CommandHidden):
            discord_server.slash(place.ada, place.channel, "reingest")
        forced = discord_server.slash(place.ada, place.channel, "reingest", force=True)
        answer = await discord_server.settled(forced)
    assert answer.text == ENGLISH.desk.may_not_add
    assert answer.is_ephemeral
    assert reingester.runs == 0


async def test_reingest_shows_an_administrator_its_progress_and_report(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    let_add(community, place.guild)
    steps = [Progress(Stage.READ, n, 500, f"talk/{n}.txt") for n in range(500)]
    reingester = FakeReingester(
        steps[0], None, *steps, make_report(Refusal("bad_one.txt", "it is not text"))
    )
    async with run_footnote(reingester=reingester):
        started = discord_server.slash(
            place.ada, place.channel, "reingest", permissions=ADMINISTRATOR
        )
        await discord_server.acknowledged(started)
        await asyncio.sleep(1.6)  # the shortest time before the first edit
        reingester.go.set()
        shown = await discord_server.settled(started, until=lambda m: "finished" in m.text)
    bodies = [r.body["content"] for r in discord_server.requests if r.method == "PATCH"]
    assert bodies[0] == "**Reading files** · 0 of 500\n-# talk/0.txt"
    assert len(bodies) == 2
    assert "3 read, 40 unchanged, 1 removed, 1 refused" in shown.text
    assert "- bad\\_one.txt: it is not text" in shown.text
    assert shown.is_ephemeral
    assert reingester.was_closed


async def test_a_second_reingest_is_told_about_the_first(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    let_add(community, place.guild)
    reingester = FakeReingester(None, make_report())
    async with run_footnote(reingester=reingester):
        first, second = (
            discord_server.slash(place.ada, place.channel, "reingest", permissions=ADMINISTRATOR)
            for _ in range(2)
        )
        assert (await discord_server.settled(second)).text == ENGLISH.ingest.busy
        reingester.go.set()
        assert "finished" in (await discord_server.settled(first)).text
        third = discord_server.slash(
            place.ada, place.channel, "reingest", permissions=ADMINISTRATOR
        )
        assert "finished" in (await discord_server.settled(third)).text


async def test_a_reingest_that_fails_says_why_and_the_next_may_run(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    let_add(community, place.guild)
    reingester = FakeReingester(EmptyIndexError("The folder is empty."))
    async with run_footnote(reingester=reingester):
        for _ in range(2):
            started = discord_server.slash(
                place.ada, place.channel, "reingest", permissions=ADMINISTRATOR
            )
            assert (await discord_server.settled(started)).text == "The folder is empty."
    assert reingester.runs == 2


async def test_a_report_after_fifteen_minutes_comes_by_direct_message(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, community: Community
) -> None:
    let_add(community, place.guild)
    reingester = FakeReingester(None, make_report())
    async with run_footnote(reingester=reingester):
        started = discord_server.slash(
            place.ada, place.channel, "reingest", permissions=ADMINISTRATOR
        )
        await discord_server.acknowledged(started)
        discord_server.advance_clock(16 * 60)
        reingester.go.set()
        channel = discord_server.direct_message_channel(place.ada)
        [report] = await discord_server.wait_until(lambda: discord_server.messages(channel))
    assert "Re-ingest finished" in report.text


async def test_a_mention_is_answered_by_a_reply(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian(make_answer("At six."))
    async with run_footnote(librarian):
        said = discord_server.say(
            place.ada,
            place.channel,
            f"<@{discord_server.bot.id}> when does <@{place.ada.id}>'s gate open?",
        )
        [reply] = await replies(discord_server, said)
    assert librarian.questions == ["when does @Ada's gate open?"]
    assert "> At six." in reply.text
    paths = [r.path for r in discord_server.requests]
    assert f"/channels/{place.channel.id}/typing" in paths


async def test_a_reply_to_the_bot_is_answered_without_a_mention(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian(make_answer("At six."), make_answer("At nine."))
    async with run_footnote(librarian):
        said = discord_server.say(place.ada, place.channel, f"<@{discord_server.bot.id}> open?")
        [first] = await replies(discord_server, said)
        again = discord_server.say(place.ada, place.channel, "and close?", reply_to=first)
        [second] = await replies(discord_server, again)
    assert librarian.questions == ["open?", "and close?"]
    assert "> At nine." in second.text


async def test_a_bare_mention_gets_a_hint_of_one_line(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    async with run_footnote():
        said = discord_server.say(place.ada, place.channel, f"<@{discord_server.bot.id}>")
        [reply] = await replies(discord_server, said)
    assert reply.content == "Write your question after the mention, or use `/ask`."


async def test_the_bot_is_silent_where_it_is_not_addressed(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian(make_answer("At six."))
    robot = discord_server.add_user("robot", is_bot=True)
    discord_server.join(place.guild, robot)
    async with run_footnote(librarian):
        discord_server.say(place.ada, place.channel, "when does the gate open?")
        discord_server.say(robot, place.channel, f"<@{discord_server.bot.id}> when?")
        other = discord_server.say(place.ada, place.channel, "look")
        discord_server.say(place.ada, place.channel, "where?", reply_to=other)
        # Events keep their order, so once this is answered the others were passed over.
        last = discord_server.say(place.ada, place.channel, f"<@{discord_server.bot.id}> when?")
        await replies(discord_server, last)
    assert librarian.questions == ["when?"]


async def test_mentions_are_left_alone_where_that_is_set(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    librarian = FakeLibrarian(make_answer("At six."))
    async with run_footnote(librarian, mention_replies=False):
        discord_server.say(place.ada, place.channel, f"<@{discord_server.bot.id}> when?")
        asked = discord_server.slash(place.ada, place.channel, "ask", question="by command")
        await discord_server.settled(asked)
    assert librarian.questions == ["by command"]


async def test_a_channel_where_the_bot_may_not_write_is_logged_and_no_failure(
    discord_server: LoopbackDiscord,
    place: Place,
    run_footnote: RunBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    refusal = {"message": "Missing Permissions", "code": 50013}
    fault = Fault("POST", r"/channels/\d+/(typing|messages)", status=403, body=refusal)
    discord_server.inject(fault)
    with caplog.at_level(logging.WARNING, "bot.discord.features.ask.asking"):
        async with run_footnote(FakeLibrarian(make_answer("At six."))):
            discord_server.say(place.ada, place.channel, f"<@{discord_server.bot.id}> when?")
            await discord_server.wait_until(lambda: "could not reply" in caplog.text)


@pytest.mark.parametrize("how", [drop for drop in get_args(Drop) if drop != "invalid"])
async def test_after_a_dropped_connection_the_bot_resumes_and_still_answers(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, how: Drop
) -> None:
    librarian = FakeLibrarian(make_answer("At six."), make_answer("At nine."))
    async with run_footnote(librarian):
        await discord_server.drop_gateway(how)
        said = discord_server.say(place.ada, place.channel, f"<@{discord_server.bot.id}> when?")
        [reply] = await replies(discord_server, said)
        asked = discord_server.slash(place.ada, place.channel, "ask", question="And then?")
        answer = await discord_server.settled(asked)
    assert "> At six." in reply.text
    assert "> At nine." in answer.text


async def test_hostile_posts_reach_discord_within_its_rules(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot
) -> None:
    answers = [make_answer(attack or "x", attack * 3, url=None) for attack in ATTACKS]
    async with run_footnote(FakeLibrarian(*answers)):
        for _ in answers:
            asked = discord_server.slash(place.ada, place.channel, "ask", question="When?")
            shown = await discord_server.settled(asked)
            assert not links_in(shown)
            assert "@everyone" not in shown.text
    assert discord_server.violations == []


async def test_being_ready_is_logged_once(
    discord_server: LoopbackDiscord,
    run_footnote: RunBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "bot.discord.client"):
        async with run_footnote() as bot:
            await discord_server.wait_until(lambda: "logged in" in caplog.text)
            bot.dispatch("ready")
            await asyncio.sleep(0.05)
    assert caplog.text.count("logged in as footnote-test") == 1
