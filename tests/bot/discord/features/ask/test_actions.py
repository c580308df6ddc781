"""The buttons under an answer, follow-ups, threads and feedback, in the loopback Discord."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

import pytest

from bot.community.community import Community
from bot.community.feedback import Rating
from bot.community.guild_settings import GuildSettings
from bot.discord.words import ENGLISH
from retrieval.records import Answer, Verification
from tests.bot.discord.conftest import EVERYWHERE, RunBot
from tests.bot.discord.factories import (
    make_answer,
    make_closest,
    make_not_found,
    make_source,
)
from tests.bot.discord.fakes import FakeLibrarian
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.loopback.traffic import Fault
from tests.loopback.world import Message

LONG = make_answer(*(f"Sentence number {n} is here." for n in range(6)))
TRACE = ("Read as a question about gates.", "Kept 2 of 300 passages.")


@dataclass
class Scene:
    """A server with a bot whose librarian knows six sources."""

    server: LoopbackDiscord
    guild: Guild
    channel: Channel
    ada: User
    bob: User
    librarian: FakeLibrarian
    run: RunBot

    async def asked(self, question: str = "When?", **options: object) -> Message:
        sent = self.server.slash(self.ada, self.channel, "ask", question=question, **options)  # type: ignore[arg-type]  # options of the command
        return await self.server.settled(sent)

    async def pressed(self, message: Message, label: str, user: User | None = None) -> Message:
        return await self.server.settled(self.server.press(user or self.ada, message, label=label))

    async def reply_to(self, message: Message) -> Message:
        [reply] = await self.server.wait_until(lambda: self.server.replies_to(message))
        return reply

    def emoji(self, message: Message, emoji: str) -> str:
        [button] = [b for b in message.buttons if (b.get("emoji") or {}).get("name") == emoji]
        return str(button["custom_id"])


@pytest.fixture
def scene(discord_server: LoopbackDiscord, run_footnote: RunBot, discord_errors: ErrorLog) -> Scene:
    del discord_errors  # fails the test on anything swallowed
    ada, bob = discord_server.add_user("ada"), discord_server.add_user("bob")
    guild = discord_server.add_guild("Lock keepers", [ada, bob])
    channel = discord_server.add_channel(guild, "talk")
    librarian = FakeLibrarian(*[replace(LONG, trace=TRACE)] * 6)
    librarian.sources = {
        citation.passage.id: make_source(citation.quote) for citation in LONG.citations
    }
    return Scene(discord_server, guild, channel, ada, bob, librarian, run_footnote)


async def test_an_answer_offers_its_buttons_and_a_private_one_no_thread(scene: Scene) -> None:
    async with scene.run(scene.librarian):
        public, private = await scene.asked(), await scene.asked(private=True)
    usual = ["More sources", "Why this?", "Ask a follow-up", "", ""]
    assert public.labels[-6:] == [*usual, "Continue in a thread"]
    assert private.labels[-5:] == usual
    assert private.is_ephemeral


async def test_more_sources_opens_privately_and_turns_its_pages(scene: Scene) -> None:
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        first = await scene.pressed(answer, "More sources", scene.bob)
        assert first.is_ephemeral
        assert first.visible_to == scene.bob
        assert "> Sentence number 0 is here." in first.text
        assert "-# Page 1 of 2" in first.text
        second = await scene.pressed(first, "Next page", scene.bob)
        assert second is first
        assert "> Sentence number 5 is here." in second.text
        assert "Sentence number 0" not in second.text
        await scene.pressed(second, "Previous page", scene.bob)
        assert "-# Page 1 of 2" in first.text
    assert answer.edits == 1


async def test_a_source_that_left_the_threads_is_not_shown_again(scene: Scene) -> None:
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        del scene.librarian.sources[LONG.citations[0].passage.id]
        shown = await scene.pressed(answer, "More sources")
    assert "[1] This passage is no longer in the threads." in shown.text
    assert "Sentence number 0" not in shown.text


async def test_why_shows_the_trace_to_whoever_asks(scene: Scene) -> None:
    async with scene.run(scene.librarian):
        shown = await scene.pressed(await scene.asked(), "Why this?", scene.bob)
    assert shown.is_ephemeral
    assert "1\\. Read as a question about gates.\n2\\. Kept 2 of 300 passages." in shown.text


async def test_a_long_answer_can_be_read_whole_page_by_page(scene: Scene) -> None:
    sentences = [f"{n} " + "word " * 190 for n in range(8)]
    scene.librarian.answers.appendleft(make_answer(*sentences))
    async with scene.run(scene.librarian):
        page = await scene.pressed(await scene.asked(), "Whole answer")
        read = [page.text]
        while "Next page" in page.labels:
            page = await scene.pressed(page, "Next page")
            read.append(page.text)
    assert len(read) == 3
    for number, sentence in enumerate(sentences, 1):
        assert f"{sentence.strip()} [{number}]" in "".join(read)


async def test_every_button_works_after_a_restart(scene: Scene, community: Community) -> None:
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        opened = scene.server.press(scene.ada, answer, label="Ask a follow-up")
        await scene.server.acknowledged(opened)
    async with scene.run(scene.librarian):
        assert "Page 1" in (await scene.pressed(answer, "More sources")).text
        assert "came about" in (await scene.pressed(answer, "Why this?")).text
        good = scene.server.press(scene.ada, answer, custom_id=scene.emoji(answer, "👍"))
        assert (await scene.server.settled(good)).content == ENGLISH.talk.thanks
        # The form was opened by the process that is gone.
        sent = scene.server.submit(scene.ada, opened, {"text": "And in winter?"})
        assert "Sentence number 0" in (await scene.server.settled(sent)).text
    assert scene.librarian.histories[-1] == ("When does the gate open?",)
    [feedback] = community.feedback.of_guild(int(scene.guild.id))
    assert feedback.verdict is Rating.GOOD


async def test_a_button_whose_answer_was_forgotten_says_so(
    scene: Scene, community: Community
) -> None:
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        assert community.answers.forget_person(int(scene.ada.id)) == 1
        for label in ("More sources", "Why this?", "Ask a follow-up", "Continue in a thread"):
            said = await scene.pressed(answer, label)
            assert said.content == ENGLISH.talk.gone
            assert said.is_ephemeral


async def test_a_button_stops_where_access_was_taken_back(
    scene: Scene, community: Community
) -> None:
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        community.grants.revoke(EVERYWHERE)
        for label in ("More sources", "Why this?", "Ask a follow-up"):
            said = await scene.pressed(answer, label)
            assert said.content == ENGLISH.desk.nothing_visible
            assert said.is_ephemeral


async def test_a_verdict_is_kept_with_its_reason_and_may_be_changed(
    scene: Scene, community: Community
) -> None:
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        bad, good = scene.emoji(answer, "👎"), scene.emoji(answer, "👍")
        opened = scene.server.press(scene.bob, answer, custom_id=bad)
        await scene.server.acknowledged(opened)
        values = {"It is": ["Outdated"], "In your own words": "It closed in May."}
        sent = scene.server.submit(scene.bob, opened, values)
        assert (await scene.server.settled(sent)).content == ENGLISH.talk.noted
        [feedback] = community.feedback.of_guild(int(scene.guild.id))
        assert (feedback.verdict, feedback.reason) == (Rating.OUTDATED, "It closed in May.")
        assert feedback.question == "When does the gate open?"
        await scene.server.settled(scene.server.press(scene.bob, answer, custom_id=good))
    [feedback] = community.feedback.of_guild(int(scene.guild.id))
    assert feedback.verdict is Rating.GOOD


async def test_a_follow_up_leans_on_the_questions_before_it(scene: Scene) -> None:
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        for user in (scene.ada, scene.bob):
            opened = scene.server.press(user, answer, label="Ask a follow-up")
            await scene.server.acknowledged(opened)
            sent = scene.server.submit(user, opened, {"Your question": "And then?"})
            second = await scene.server.settled(sent)
            opened = scene.server.press(user, second, label="Ask a follow-up")
            await scene.server.acknowledged(opened)
            sent = scene.server.submit(user, opened, {"Your question": "And after?"})
            await scene.server.settled(sent)
    first = "When does the gate open?"  # what the fake's answers name as their question
    assert scene.librarian.questions == ["When?", *["And then?", "And after?"] * 2]
    # Ada's question is history to her alone; Bob's search goes on from it, and no model sees it.
    assert scene.librarian.histories == [(), (first,), (first, first), (), (first,)]
    assert scene.librarian.abouts == ["", "", "", first, first]


async def test_who_is_forgotten_is_forgotten_in_the_conversations_of_others_too(
    scene: Scene, community: Community
) -> None:
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        said = scene.server.say(scene.bob, scene.channel, "and then?", reply_to=answer)
        mine = await scene.reply_to(said)
        community.answers.forget_person(int(scene.ada.id))
        more = scene.server.say(scene.bob, scene.channel, "and after?", reply_to=mine)
        await scene.reply_to(more)
    assert scene.librarian.abouts == ["", "When does the gate open?", ""]
    assert scene.librarian.histories[-1] == ("When does the gate open?",)  # as the fake names it


async def test_a_thread_goes_on_without_mentions_for_those_who_joined(scene: Scene) -> None:
    server, world = scene.server, scene.server.world
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        said = await scene.pressed(answer, "Continue in a thread", scene.bob)
        assert said.content.startswith(f"Go on in <#{answer.id}>")
        thread = world.channels[answer.id]
        assert thread.name == "When does the gate open?"
        [welcome] = server.messages(thread)
        assert "no mention is needed" in welcome.content
        mine = server.say(scene.ada, thread, "and on Sundays?")
        [reply] = await server.wait_until(lambda: server.replies_to(mine))
        assert "Continue in a thread" not in reply.labels
        # Talk among people stays among them.
        server.say(scene.ada, thread, f"{scene.bob.mention} what do you think?")
        server.say(scene.bob, thread, "I agree", reply_to=mine)
        again = await scene.pressed(answer, "Continue in a thread", scene.bob)
        assert again.content == said.content
    # After a restart the thread is still known, and so are its earlier questions.
    async with scene.run(scene.librarian):
        more = server.say(scene.ada, thread, "and at night?")
        await server.wait_until(lambda: server.replies_to(more))
        theirs = server.say(scene.bob, thread, "what about winter?")
        await server.wait_until(lambda: server.replies_to(theirs))
    assert scene.librarian.questions[1:] == [
        "and on Sundays?",
        "and at night?",
        "what about winter?",
    ]
    first = "When does the gate open?"
    assert scene.librarian.histories[1:] == [(first,), (first, first), ()]


async def test_a_channel_without_threads_for_the_bot_says_so_once(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.server.deny(scene.channel, scene.server.bot, Permission.CREATE_PUBLIC_THREADS)
    async with scene.run(scene.librarian):
        said = await scene.pressed(await scene.asked(), "Continue in a thread")
    assert said.content == ENGLISH.talk.no_threads
    assert caplog.text.count("may not open threads") == 1
    assert "Traceback" not in caplog.text


async def test_direct_messages_need_no_mention_and_remember_the_conversation(scene: Scene) -> None:
    private = scene.server.direct_message_channel(scene.ada)
    async with scene.run(scene.librarian):
        for text in ("When?", "And on Sundays?"):
            said = scene.server.say(scene.ada, private, text)
            reply = await scene.reply_to(said)
        why = await scene.pressed(reply, "Why this?")
    assert "came about" in why.text
    assert "Continue in a thread" not in reply.labels
    assert scene.librarian.histories == [(), ("When does the gate open?",)]


async def test_the_menu_of_a_message_answers_it_privately(scene: Scene) -> None:
    async with scene.run(scene.librarian):
        theirs = scene.server.say(scene.bob, scene.channel, f"{scene.ada.mention} when is it open?")
        sent = scene.server.context_menu(scene.ada, theirs, "Ask Footnote about this")
        answer = await scene.server.settled(sent)
        assert answer.is_ephemeral
        assert answer.visible_to == scene.ada
        empty = scene.server.say(scene.bob, scene.channel, scene.server.bot.mention)
        await scene.server.wait_until(lambda: scene.server.replies_to(empty))
        sent = scene.server.context_menu(scene.ada, empty, "Ask Footnote about this")
        assert "no words" in (await scene.server.settled(sent)).content
    assert scene.librarian.questions == ["@Ada when is it open?"]


async def test_an_answer_that_takes_long_is_announced_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.features.ask.answers.PATIENCE_SECONDS", 0.05)
    scene.librarian.delay_seconds = 0.4
    async with scene.run(scene.librarian):
        sent = scene.server.slash(scene.ada, scene.channel, "ask", question="When?")
        answer = await scene.server.settled(sent)
        assert answer.content == ENGLISH.answer.reading
        await scene.server.wait_until(lambda: "Sentence number 0" in answer.text)
    assert answer.content == ""
    assert answer.edits == 2


async def test_what_was_searched_is_said_where_nothing_was_found(scene: Scene) -> None:
    scene.librarian.answers.extendleft([make_not_found(), make_closest("The moon rises late.")])
    async with scene.run(scene.librarian):
        closest, not_found = await scene.asked(), await scene.asked()
    for message in (closest, not_found):
        assert "-# Searched 12 threads and 9,876 passages." in message.text
        assert "Ask again" in message.labels
    assert closest.components[0]["accent_color"] != not_found.components[0]["accent_color"]


async def test_a_question_waits_where_the_server_lets_it(
    scene: Scene, community: Community
) -> None:
    guild_id = int(scene.guild.id)
    scene.librarian.answers.extendleft([make_not_found(), make_not_found()])
    async with scene.run(scene.librarian):
        assert "Tell me when it is answered" not in (await scene.asked()).labels
        community.guilds.save(guild_id, GuildSettings(remembers_questions=True))
        answer = await scene.asked()
        assert community.unanswered.waiting("default", 10) == ()
        said = await scene.pressed(answer, "Tell me when it is answered", scene.bob)
        assert said.content.startswith(ENGLISH.lately.will_tell)
        [waiting] = community.unanswered.waiting("default", 10)
        assert (waiting.user_id, waiting.question) == (int(scene.bob.id), "Who won?")
        community.guilds.save(guild_id, GuildSettings())
        refused = await scene.pressed(answer, "Tell me when it is answered")
    assert refused.content == ENGLISH.talk.not_kept
    assert len(community.unanswered.waiting("default", 10)) == 1


async def test_a_models_sentences_are_counted_and_a_fallback_is_named(scene: Scene) -> None:
    written: Answer = replace(
        LONG, mode="some model", verification=Verification(confirmed=7, dropped=1)
    )
    fallback = replace(LONG, fallback="the model refused")
    scene.librarian.answers.extendleft([fallback, written])
    async with scene.run(scene.librarian):
        first, second = await scene.asked(), await scene.asked()
    assert "confirmed 7 of 7 sentences. 1 sentence was dropped." in first.text
    assert "The model's answer is not shown: the model refused." in second.text


async def test_memory_that_cannot_be_written_costs_the_buttons_not_the_answer(
    scene: Scene, community: Community
) -> None:
    async with scene.run(scene.librarian):
        with community.database.transaction() as connection:
            connection.execute("PRAGMA query_only = ON")
        answer = await scene.asked()
    assert "Sentence number 0" in answer.text
    assert "Why this?" not in answer.labels


@pytest.mark.parametrize("what", ["message", "channel", "guild", "lock"])
async def test_what_vanishes_before_the_answer_is_logged_once_and_no_crash(
    scene: Scene, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.discord")
    scene.librarian.delay_seconds = 0.3
    channel = scene.channel
    if what == "lock":
        channel = scene.server.start_thread(scene.ada, channel, "thread")
    async with scene.run(scene.librarian):
        sent = scene.server.slash(scene.ada, channel, "ask", question="When?")
        await scene.server.acknowledged(sent)
        assert sent.original
        if what == "message":
            scene.server.delete(sent.original)
        elif what == "channel":
            scene.server.delete_channel(channel)
        elif what == "guild":
            scene.server.remove_bot(scene.guild)
        else:
            scene.server.archive(channel, lock=True)
        await scene.server.wait_until(lambda: "nobody to answer any more" in caplog.text)
    assert caplog.text.count("nobody to answer") == 1
    assert "Traceback" not in caplog.text
    assert not [r for r in caplog.records if r.levelno > logging.INFO and "bot." in r.name]


async def test_a_question_that_was_deleted_meanwhile_is_let_go(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.discord")
    scene.librarian.delay_seconds = 0.3
    async with scene.run(scene.librarian):
        said = scene.server.say(scene.ada, scene.channel, f"{scene.server.bot.mention} when?")
        await scene.server.wait_until(lambda: scene.librarian.questions)
        scene.server.delete(said)
        await scene.server.wait_until(lambda: "nobody to reply to" in caplog.text)
    assert scene.server.messages(scene.channel) == []
    assert caplog.text.count("nobody to reply to") == 1


async def test_who_asks_where_the_bot_may_not_write_is_told_privately(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.server.deny(scene.channel, scene.server.bot, Permission.SEND_MESSAGES)
    private = scene.server.direct_message_channel(scene.ada)
    async with scene.run(scene.librarian):
        scene.server.say(scene.ada, scene.channel, f"{scene.server.bot.mention} when?")
        [told] = await scene.server.wait_until(lambda: scene.server.messages(private))
        scene.server.block(scene.ada)
        caplog.clear()
        scene.server.say(scene.ada, scene.channel, f"{scene.server.bot.mention} when?")
        await scene.server.wait_until(lambda: "could not reply" in caplog.text)
        await asyncio.sleep(0.05)
    assert "not allowed to write in the channel" in told.content
    assert caplog.text.count("could not reply") == 1
    assert len(scene.server.messages(private)) == 1


async def test_a_press_whose_reply_was_lost_is_answered_once(scene: Scene) -> None:
    async with scene.run(scene.librarian):
        answer = await scene.asked()
        scene.server.inject(Fault("POST", r"/interactions/.*", status=502, commit=True))
        scene.server.inject(Fault("PATCH", r"/webhooks/.*", status=502, commit=True))
        pressed = scene.server.press(scene.ada, answer, label="Why this?")
        shown = await scene.server.settled(pressed)
        await scene.server.wait_until(lambda: shown.edits == 2)
    assert pressed.followups == []
    assert "came about" in shown.text
    scene.server.take_violations("40060")


async def test_a_question_of_6000_characters_and_strange_names_are_taken_as_they_are(
    scene: Scene,
) -> None:
    mallory = scene.server.add_user("**m**\u202egnp.\u200b@everyone")
    scene.server.join(scene.guild, mallory)
    async with scene.run(scene.librarian):
        long = scene.server.slash(mallory, scene.channel, "ask", question="w" * 6000)
        await scene.server.settled(long)
        said = scene.server.say(
            scene.ada, scene.channel, f"{scene.server.bot.mention} who is {mallory.mention}?"
        )
        await scene.server.wait_until(lambda: scene.server.replies_to(said))
    assert scene.librarian.questions[0] == "w" * 6000
    assert scene.librarian.questions[1].startswith("who is @**M**")


async def test_knowledge_bases_are_offered_where_they_may_be_seen(scene: Scene) -> None:
    async with scene.run(scene.librarian):
        typing = scene.server.autocomplete(
            scene.ada, scene.channel, "ask", "knowledge_base", "DEF", question="When?"
        )
        await scene.server.acknowledged(typing)
        assert [choice["value"] for choice in typing.choices] == ["default"]
        refused = await scene.asked(knowledge_base="secret")
    assert "There is no such knowledge base here" in refused.content
    assert refused.is_ephemeral
