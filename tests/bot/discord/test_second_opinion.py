"""The same bot in SimCord, a simulated Discord that others wrote: an independent referee.

The loopback Discord and the bot were made by the same hands; what both misunderstand alike, only
somebody else's reading of Discord's rules can show.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import discord
import pytest

from bot.community.community import Community
from bot.community.feedback import Rating
from bot.discord.client import FootnoteBot
from bot.discord.settings import DiscordSettings
from bot.discord.words import ENGLISH, GERMAN
from retrieval.records import Suggestion
from tests.bot.discord.factories import make_answer, make_closest, make_source
from tests.bot.discord.fakes import FakeLibrarian, FakeLibrarians, FakeReingester

simcord = pytest.importorskip("simcord")

PASSAGE = "0123456789abcdef"
LONG = make_answer(*(f"Sentence number {n} is here." for n in range(6)))


@dataclass
class Scene:
    """A server in SimCord with two members, one of whom manages it."""

    env: Any
    guild: Any
    channel: Any
    ada: Any
    boss: Any
    ada_herself: Any
    librarian: FakeLibrarian

    async def asked(self, **options: object) -> Any:
        return await self.ada.slash(self.channel, "ask", question="When?", **options)


@pytest.fixture
def librarian() -> FakeLibrarian:
    librarian = FakeLibrarian(*[LONG] * 4)
    librarian.sources = {PASSAGE: make_source("The gate opens at six.")}
    librarian.sources |= {c.passage.id: make_source(c.quote) for c in LONG.citations}
    return librarian


@pytest.fixture
async def simcord_bot(
    librarian: FakeLibrarian, executor: ThreadPoolExecutor, community: Community
) -> FootnoteBot:
    """What SimCord's own fixture ``simcord_env`` runs."""
    return make_bot(librarian, executor, community)


def make_bot(
    librarian: FakeLibrarian, executor: ThreadPoolExecutor, community: Community
) -> FootnoteBot:
    return FootnoteBot(
        FakeLibrarians(librarian),
        FakeReingester(),
        executor,
        DiscordSettings(),
        community,
        guild_ready_timeout=0.01,
        shard_count=1,
    )


@pytest.fixture
def scene(librarian: FakeLibrarian, simcord_env: Any) -> Scene:
    guild = simcord_env.create_guild()
    channel = guild.create_text_channel("talk")
    role = guild.create_role("boss", permissions=discord.Permissions(manage_guild=True))
    users = {name: simcord_env.create_user(name) for name in ("ada", "boss")}
    ada = guild.add_member(users["ada"])
    boss = guild.add_member(users["boss"], roles=[role])
    return Scene(simcord_env, guild, channel, ada, boss, users["ada"], librarian)


def text_of(result: Any) -> str:
    """All words of a reply, wherever in its components they stand."""
    found: list[str] = [result.response.content]

    def walk(component: dict[str, Any]) -> None:
        if "content" in component:
            found.append(component["content"])
        for child in component.get("components", ()):
            walk(child)

    for component in result.response.components:
        walk(component)
    return "\n".join(word for word in found if word)


async def test_a_question_is_answered_on_a_card(scene: Scene) -> None:
    answer = await scene.asked()
    assert answer.acknowledged
    assert not answer.ephemeral
    assert "> Sentence number 0 is here." in text_of(answer)
    assert "Quoted word for word from the threads." in text_of(answer)
    assert answer.response.flags.components_v2
    assert answer.followups == []


async def test_a_private_question_is_answered_to_its_asker(scene: Scene) -> None:
    answer = await scene.asked(private=True)
    assert answer.ephemeral
    assert scene.channel.history(viewer=scene.boss) == []


async def test_a_mention_is_answered_by_a_reply_without_a_ping(scene: Scene) -> None:
    me = scene.env.bot.user
    said = await scene.ada.send(scene.channel, f"<@{me.id}> when does the gate open?")
    reply = scene.channel.last_message
    assert reply.author.id == me.id
    assert reply.reference.message_id == said.id
    assert reply.mentions == []


async def test_the_buttons_open_sources_and_the_trace(scene: Scene) -> None:
    answer = await scene.asked()
    sources = await scene.boss.click(answer.response.message, label=ENGLISH.answer.more_sources)
    assert sources.ephemeral
    assert "Page 1 of 2" in text_of(sources)
    turned = await scene.boss.click(sources.response.message, label=ENGLISH.room.next_page)
    assert "Sentence number 5" in text_of(turned)
    why = await scene.boss.click(answer.response.message, label=ENGLISH.answer.why)
    assert ENGLISH.talk.why_title in text_of(why)


async def test_a_follow_up_is_asked_in_a_form(scene: Scene) -> None:
    answer = await scene.asked()
    form = await scene.ada.click(answer.response.message, label=ENGLISH.answer.follow_up)
    assert form.modal["title"] == ENGLISH.talk.follow_up_title
    second = await scene.ada.submit_modal(form, {"text": "And in winter?"})
    assert "Sentence number 0" in text_of(second)
    assert scene.librarian.histories[-1] == (LONG.question,)


async def test_a_verdict_is_given_in_a_form_and_kept(scene: Scene, community: Community) -> None:
    answer = await scene.asked()
    [bad] = [
        button["custom_id"]
        for row in answer.response.components
        for button in row.get("components", ())
        if (button.get("emoji") or {}).get("name") == "👎"
    ]
    form = await scene.boss.click(answer.response.message, custom_id=bad)
    done = await scene.boss.submit_modal(form, {"verdict": ["outdated"], "text": "Since May."})
    assert text_of(done) == ENGLISH.talk.noted
    [feedback] = community.feedback.of_guild(scene.guild.id)
    assert (feedback.verdict, feedback.reason) == (Rating.OUTDATED, "Since May.")


async def test_typing_after_source_offers_passages(scene: Scene) -> None:
    found = tuple(Suggestion(f"{n:016x}", "words " * 40, "Ada", "Tides") for n in range(40))
    scene.librarian.suggestions = found
    typing = await scene.ada.autocomplete(scene.channel, "source", "passage", "words")
    assert len(typing) == 25


async def test_a_passage_opens_and_can_be_shared(scene: Scene) -> None:
    room = await scene.ada.slash(scene.channel, "source", passage=PASSAGE)
    assert room.ephemeral
    assert "> The gate opens at six." in text_of(room)
    shared = await scene.ada.click(room.response.message, label=ENGLISH.room.share)
    assert not shared.ephemeral
    assert "Shared by ada" in text_of(shared)


async def test_who_manages_the_server_sets_it_on_a_panel(
    scene: Scene, community: Community
) -> None:
    panel = await scene.boss.slash(scene.channel, "config")
    assert panel.ephemeral
    await scene.boss.select(panel.response.message, ["de"], custom_id="fn:config:language")
    assert community.guilds.of(scene.guild.id).language == "de"
    scene.librarian.answers.appendleft(make_closest("The moon rises late."))
    assert GERMAN.answer.not_answered in text_of(await scene.asked())
    assert "config" not in scene.ada.available_commands(scene.channel)


async def test_a_thread_goes_on_without_mentions(scene: Scene) -> None:
    answer = await scene.asked()
    await scene.ada.click(answer.response.message, label=ENGLISH.answer.thread)
    [thread] = scene.channel.threads
    await scene.ada.send(thread, "and on Sundays?")
    assert scene.librarian.questions[-1] == "and on Sundays?"
    assert thread.last_message.author.id == scene.env.bot.user.id


async def test_where_it_may_not_write_the_asker_is_told_privately(scene: Scene) -> None:
    closed = discord.PermissionOverwrite(send_messages=False)
    muted = scene.guild.create_text_channel("muted", overwrites={scene.guild.me: closed})
    await scene.ada.send(muted, f"<@{scene.env.bot.user.id}> when?")
    [told] = scene.ada_herself.dm_channel.history()
    assert "not allowed to write in the channel" in told.content


async def test_buttons_work_after_a_restart(
    scene: Scene, executor: ThreadPoolExecutor, community: Community
) -> None:
    answer = await scene.asked()
    again = make_bot(scene.librarian, executor, community)
    await scene.env.restart_bot(again)
    why = await scene.ada.click(answer.response.message, label=ENGLISH.answer.why)
    assert ENGLISH.talk.why_title in text_of(why)


async def test_forget_me_and_help_answer_privately(scene: Scene) -> None:
    await scene.asked()
    told = await scene.ada.slash(scene.channel, "help")
    assert told.ephemeral
    assert "for 90 days I keep your questions with their answers" in text_of(told)
    offer = await scene.ada.slash(scene.channel, "forget-me")
    assert offer.ephemeral
    privacy = ENGLISH.privacy
    gone = await scene.ada.click(offer.response.message, label=privacy.delete_kept)
    assert "1 answers to your questions" in text_of(gone)


async def test_nothing_that_it_sends_notifies_anybody(scene: Scene) -> None:
    hostile = make_answer(f"@everyone <@{scene.boss.id}> <@&1> look")
    scene.librarian.answers.extendleft([hostile, hostile])
    await scene.asked()
    await scene.ada.send(scene.channel, f"<@{scene.env.bot.user.id}> @everyone when?")
    mine = [m for m in scene.channel.history() if m.author.id == scene.env.bot.user.id]
    assert len(mine) == 2
    assert not any(m.mention_everyone or m.mentions or m.role_mentions for m in mine)
