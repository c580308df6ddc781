"""Options, selects, modals, places and permissions of the loopback Discord."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import discord
import pytest

from tests.loopback.client_target import running
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.errors import CommandHidden
from tests.loopback.example_surfaces import SurfacesClient
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, Guild, Permission, User
from tests.loopback.world import Upload


@dataclass(frozen=True)
class Scene:
    server: LoopbackDiscord
    client: SurfacesClient
    guild: Guild
    channel: Channel
    alice: User

    async def answer(self, command: str, **options: Any) -> str:
        sent = self.server.slash(self.alice, self.channel, command, **options)
        return (await self.server.settled(sent)).content

    def text_channel(self) -> discord.TextChannel:
        found = self.client.get_channel(int(self.channel.id))
        assert isinstance(found, discord.TextChannel)
        return found


@pytest.fixture
async def scene(discord_server: LoopbackDiscord, discord_errors: ErrorLog) -> AsyncIterator[Scene]:
    del discord_errors  # fails the test on anything swallowed
    alice = discord_server.add_user("alice", locale="de")
    guild = discord_server.add_guild("lab", [alice])
    channel = discord_server.add_channel(guild, "general")
    client = SurfacesClient()
    async with running(client, discord_server.token):
        yield Scene(discord_server, client, guild, channel, alice)


async def test_a_file_is_described_as_its_sender_claims_and_read_as_it_is(scene: Scene):
    file = Upload("file", "notes ü.txt", b"hello", "text/plain", claimed_size=3)
    assert await scene.answer("upload", file=file) == "notes ü.txt text/plain 3 hello"


async def test_people_channels_and_roles_are_resolved(scene: Scene):
    role = scene.server.add_role(scene.guild, "staff")
    scene.server.give_role(scene.guild, scene.alice, role)
    said = await scene.answer("describe", person=scene.alice, channel=scene.channel, role=role)
    assert said == "alice ['@everyone', 'staff'] general staff"
    forum = scene.server.add_forum(scene.guild, "questions")
    with pytest.raises(AssertionError, match="no channel of type 15"):
        await scene.answer("describe", person=scene.alice, channel=forum, role=role)


async def test_channels_are_chosen_in_a_select(scene: Scene):
    asked = scene.server.slash(scene.alice, scene.channel, "pick")
    menu = await scene.server.settled(asked)
    chosen = scene.server.choose(scene.alice, menu, [scene.channel])
    assert (await scene.server.settled(chosen)).content == "picked ['general']"
    with pytest.raises(AssertionError, match="1 to 2"):
        scene.server.choose(scene.alice, menu, [scene.channel] * 3)


async def test_a_modal_takes_selects_radio_buttons_and_files(scene: Scene):
    opened = scene.server.slash(scene.alice, scene.channel, "verdict")
    await scene.server.acknowledged(opened)
    with pytest.raises(AssertionError, match="'Reason' is required"):
        scene.server.submit(scene.alice, opened, {})
    file = Upload("proof", "proof.png", b"")
    values = {"reason": ["Outdated"], "How sure?": "Very", "proof": [file]}
    sent = scene.server.submit(scene.alice, opened, values)
    assert (await scene.server.settled(sent)).content == "['Outdated'] Very ['proof.png']"


async def test_a_button_outlives_the_client_that_sent_it(scene: Scene):
    first = await scene.server.settled(scene.server.slash(scene.alice, scene.channel, "count"))
    await scene.client.close()
    async with running(SurfacesClient(), scene.server.token):
        await scene.server.settled(scene.server.press(scene.alice, first, label="0"))
        assert first.content == "1"
        assert first.labels == ["1"]


async def test_an_interaction_tells_language_roles_and_what_the_bot_may_do(scene: Scene):
    assert await scene.answer("whoami") == "de ['@everyone'] True"
    scene.server.deny(scene.channel, scene.server.bot, Permission.SEND_MESSAGES)
    assert await scene.answer("whoami") == "de ['@everyone'] False"


async def test_roles_and_overwrites_add_up_as_discord_documents(scene: Scene):
    everyone, staff = scene.guild.roles[scene.guild.id], scene.server.add_role(scene.guild, "s")
    world, send = scene.server.world, Permission.SEND_MESSAGES
    scene.server.deny(scene.channel, everyone, send)
    assert not world.permissions(scene.alice, scene.channel) & send
    scene.server.allow(scene.channel, staff, send)
    scene.server.give_role(scene.guild, scene.alice, staff)
    assert world.permissions(scene.alice, scene.channel) & send
    scene.server.deny(scene.channel, scene.alice, send)
    assert not world.permissions(scene.alice, scene.channel) & send
    boss = scene.server.add_role(scene.guild, "boss", Permission.ADMINISTRATOR)
    scene.server.give_role(scene.guild, scene.alice, boss)
    assert world.permissions(scene.alice, scene.channel) & send
    thread = scene.server.start_thread(scene.alice, scene.channel, "thread")
    assert world.permissions(scene.alice, thread) & send
    scene.server.delete_role(scene.guild, boss)
    assert not world.permissions(scene.alice, thread) & send


async def test_a_channel_out_of_sight_sends_no_messages_and_takes_none(scene: Scene):
    scene.server.deny(scene.channel, scene.server.bot, Permission.VIEW_CHANNEL)
    scene.server.say(scene.alice, scene.channel, "unheard")
    with pytest.raises(discord.Forbidden) as caught:
        await scene.text_channel().send("x")
    assert caught.value.code == 50001
    assert scene.client.seen == []


async def test_a_channel_without_permission_to_write_refuses_and_hides_commands(scene: Scene):
    scene.server.deny(scene.channel, scene.server.bot, Permission.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden) as caught:
        await scene.text_channel().send("x")
    assert caught.value.code == 50013
    hidden = Permission.USE_APPLICATION_COMMANDS
    scene.server.deny(scene.channel, scene.alice, hidden)
    with pytest.raises(CommandHidden):
        await scene.answer("whoami")


async def test_a_reply_needs_the_history(scene: Scene):
    scene.server.deny(scene.channel, scene.server.bot, Permission.READ_MESSAGE_HISTORY)
    said = scene.server.say(scene.alice, scene.channel, "hello")
    partial = scene.text_channel().get_partial_message(int(said.id))
    with pytest.raises(discord.Forbidden) as caught:
        await partial.reply("x")
    assert caught.value.code == 160002
    assert [message async for message in scene.text_channel().history()] == []


async def test_what_was_deleted_is_unknown(scene: Scene):
    said = scene.server.say(scene.alice, scene.channel, "hello")
    partial = scene.text_channel().get_partial_message(int(said.id))
    scene.server.delete(said)
    await scene.server.wait_until(lambda: f"deleted {said.id}" in scene.client.seen)
    with pytest.raises(discord.NotFound) as caught:
        await partial.fetch()
    assert caught.value.code == 10008
    place = scene.text_channel()
    scene.server.delete_channel(scene.channel)
    with pytest.raises(discord.NotFound) as caught:
        await place.send("x")
    assert caught.value.code == 10003


async def test_a_closed_thread_opens_again_and_a_locked_one_does_not(scene: Scene):
    thread = scene.server.start_thread(scene.alice, scene.channel, "thread")
    scene.server.archive(thread)
    place = await scene.client.fetch_channel(int(thread.id))
    assert isinstance(place, discord.Thread)
    await place.send("x")
    assert not scene.server.world.channel(thread.id).archived
    scene.server.archive(thread, lock=True)
    with pytest.raises(discord.Forbidden) as caught:
        await place.send("y")
    assert caught.value.code == 50083
    with pytest.raises(AssertionError, match="locked"):
        scene.server.say(scene.alice, thread, "z")


async def test_a_forum_takes_posts_and_no_plain_messages(scene: Scene):
    forum = scene.server.add_forum(scene.guild, "questions")
    await scene.server.wait_until(lambda: scene.client.get_channel(int(forum.id)))
    place = scene.client.get_channel(int(forum.id))
    assert isinstance(place, discord.ForumChannel)
    post = await place.create_thread(name="How?", content="Like this.")
    assert post.message.id == post.thread.id
    theirs, first = scene.server.start_forum_post(scene.alice, forum, "Why?", "Because.")
    assert first.id == theirs.id
    scene.server.say(scene.alice, theirs, "more")
    await scene.server.wait_until(lambda: "more" in scene.client.seen)


async def test_a_user_who_blocks_the_bot_gets_no_messages(scene: Scene):
    private = await scene.client.create_dm(discord.Object(int(scene.alice.id)))
    scene.server.block(scene.alice)
    with pytest.raises(discord.Forbidden) as caught:
        await private.send("x")
    assert caught.value.code == 50007


async def test_a_guild_without_the_bot_hears_and_says_nothing(scene: Scene):
    place = scene.text_channel()
    scene.server.remove_bot(scene.guild)
    scene.server.say(scene.alice, scene.channel, "unheard")
    await scene.server.wait_until(lambda: scene.client.seen)
    assert scene.client.seen == ["removed from lab"]
    with pytest.raises(discord.Forbidden):
        await place.send("x")
    with pytest.raises(AssertionError, match="not in this guild"):
        await scene.answer("whoami")


async def test_two_guilds_and_two_shards_each_get_their_own(discord_server: LoopbackDiscord):
    alice = discord_server.add_user("alice")
    discord_server.shard(2)
    places = [
        discord_server.add_channel(discord_server.add_guild(f"lab {n}", [alice]), "general")
        for n in range(6)
    ]

    class Sharded(SurfacesClient, discord.AutoShardedClient):
        pass

    async with running(Sharded(), discord_server.token):
        assert len(discord_server.gateway.connected_sessions) == 2
        for place in places:
            asked = discord_server.slash(alice, place, "whoami")
            assert (await discord_server.settled(asked)).content == "en-US ['@everyone'] True"
            assert len([i for i in discord_server.interactions if i.channel == place]) == 1
