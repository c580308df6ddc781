"""``/learn`` on the loopback Discord: who may choose, what the panel says, what becomes of it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from bot.community.community import Community
from bot.discord.features.learn.command import Choice
from bot.discord.live.keeper import LiveParts
from bot.discord.words import ENGLISH
from tests.bot.discord.conftest import (
    RunBot,
    community,
    discord_errors,
    discord_server,
    executor,
    let_add,
    place,
    run_footnote,
)
from tests.bot.discord.places import Place
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.payloads import Channel, Permission
from tests.loopback.world import Message

__all__ = ["community", "discord_errors", "discord_server", "executor", "place", "run_footnote"]


def nobody(_ids: Collection[str]) -> frozenset[str]:
    return frozenset()


@pytest.fixture
def live(tmp_path: Path) -> LiveParts:
    return LiveParts(tmp_path / "corpus", nobody)


@pytest.fixture
def boss(discord_server: LoopbackDiscord, place: Place, community: Community) -> Place:
    """Ada administers the server, and the operator lets its administrators add."""
    server = discord_server
    role = server.add_role(place.guild, "boss", Permission.ADMINISTRATOR)
    server.give_role(place.guild, place.ada, role)
    let_add(community, place.guild)
    return place


async def panel(server: LoopbackDiscord, place: Place) -> Message:
    return await server.settled(server.slash(place.ada, place.channel, "learn"))


async def choose(
    server: LoopbackDiscord, place: Place, message: Message, choice: Choice, *channels: Channel
) -> Message:
    chosen = server.choose(place.ada, message, channels, custom_id=choice.custom_id)
    await server.acknowledged(chosen)
    await server.wait_until(lambda: chosen.is_settled)
    return message


def journals(live: LiveParts) -> list[str]:
    return sorted(path.name for path in live.corpus.rglob("[0-9]*.jsonl"))


async def test_channels_are_chosen_read_paused_and_removed_on_one_panel(
    discord_server: LoopbackDiscord,
    boss: Place,
    run_footnote: RunBot,
    community: Community,
    live: LiveParts,
) -> None:
    server, channel = discord_server, boss.channel
    server.say(boss.ada, channel, "The gate opens at six.")
    async with run_footnote(live=live):
        shown = await panel(server, boss)
        assert ENGLISH.learn.nothing in shown.text
        await choose(server, boss, shown, Choice.ADD, channel)
        [learnt] = await server.wait_until(community.learnt.all)
        await server.wait_until(lambda: journals(live) == [f"{channel.id}.jsonl"])
        # Its members are told, once.
        told = [m for m in server.messages(channel) if m.text == ENGLISH.learn.told]
        assert len(told) == 1
        [file] = live.corpus.rglob("[0-9]*.jsonl")
        await server.wait_until(lambda: "opens at six" in file.read_text())
        again = await panel(server, boss)
        assert f"<#{channel.id}>: 1 messages in 0 threads, read by everyone" in again.text
        await choose(server, boss, again, Choice.PAUSE, channel)
        await server.wait_until(lambda: community.learnt.all()[0].is_paused)
        server.say(boss.ada, channel, "Not while it is paused.")
        await choose(server, boss, again, Choice.PAUSE, channel)
        await server.wait_until(lambda: not community.learnt.all()[0].is_paused)
        await choose(server, boss, again, Choice.REMOVE, channel)
        await server.wait_until(lambda: community.learnt.all() == ())
        await server.wait_until(lambda: journals(live) == [])
        assert len([m for m in server.messages(channel) if m.text == ENGLISH.learn.told]) == 1
    assert learnt.channel_id == int(channel.id)


async def test_who_may_not_add_gets_no_panel(
    discord_server: LoopbackDiscord, place: Place, run_footnote: RunBot, live: LiveParts
) -> None:
    async with run_footnote(live=live):
        asked = discord_server.slash(place.ada, place.channel, "learn", force=True)
        shown = await discord_server.settled(asked)
        assert ENGLISH.learn.title not in shown.text
        assert shown.is_ephemeral


async def test_what_the_bot_may_not_read_is_named_with_what_it_lacks(
    discord_server: LoopbackDiscord,
    boss: Place,
    run_footnote: RunBot,
    community: Community,
    live: LiveParts,
) -> None:
    server = discord_server
    closed = server.add_channel(boss.guild, "closed")
    server.deny(closed, server.bot, Permission.READ_MESSAGE_HISTORY)
    async with run_footnote(live=live):
        shown = await panel(server, boss)
        chosen = server.choose(boss.ada, shown, [closed], custom_id=Choice.ADD.custom_id)
        await server.acknowledged(chosen)
        said = await server.wait_until(lambda: chosen.followups)
        assert "Read Message History" in said[0].text
    assert community.learnt.all() == ()


async def test_the_panel_says_which_roles_may_read(
    discord_server: LoopbackDiscord,
    boss: Place,
    run_footnote: RunBot,
    community: Community,
    live: LiveParts,
) -> None:
    server, guild = discord_server, boss.guild
    staff = server.add_channel(guild, "staff")
    role = server.add_role(guild, "Staff")
    server.deny(staff, guild.roles[guild.id], Permission.VIEW_CHANNEL)
    server.allow(staff, role, Permission.VIEW_CHANNEL)
    server.allow(staff, server.bot, Permission.VIEW_CHANNEL)
    community.learnt.add(int(guild.id), [int(staff.id)])
    async with run_footnote(live=live):
        shown = await panel(server, boss)
    assert "read by boss, Staff only" in shown.text
