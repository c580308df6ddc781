"""The loopback Discord against an unmodified discord.py client."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import pytest

from tests.loopback.client_target import client_target, running
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.errors import CommandHidden
from tests.loopback.example_client import ExampleClient, size
from tests.loopback.fixtures import ErrorLog
from tests.loopback.gateway import Drop
from tests.loopback.interactions import CallbackType
from tests.loopback.payloads import ORDINARY_MEMBER, Channel, Permission, User
from tests.loopback.traffic import Fault

MESSAGES = r"/channels/\d+/messages"


@dataclass(frozen=True)
class Scene:
    """A running client in a guild of two."""

    server: LoopbackDiscord
    client: ExampleClient
    alice: User
    bob: User
    channel: Channel
    errors: ErrorLog

    @property
    def mention(self) -> str:
        return self.server.bot.mention


@pytest.fixture
async def scene(discord_server: LoopbackDiscord, discord_errors: ErrorLog) -> AsyncIterator[Scene]:
    alice, bob = discord_server.add_user("alice"), discord_server.add_user("bob")
    guild = discord_server.add_guild("lab", [alice, bob])
    channel = discord_server.add_channel(guild, "general")
    client = ExampleClient()
    async with running(client, discord_server.token):
        yield Scene(discord_server, client, alice, bob, channel, discord_errors)


def provoked(errors: ErrorLog) -> discord.HTTPException:
    """The one HTTP error behind what discord.py logged."""
    [error] = errors.take()
    while not isinstance(error, discord.HTTPException):
        assert error.__cause__ or error.__context__, error
        error = error.__cause__ or error.__context__  # type: ignore[assignment]  # asserted above
    return error


async def test_client_logs_in_and_syncs_its_commands(scene: Scene):
    assert scene.client.user
    assert str(scene.client.user.id) == scene.server.bot.id
    assert [guild.name for guild in scene.client.guilds] == ["lab"]
    synced = {command["name"] for command in scene.server.commands.listed(None)}
    assert synced == {"ask", "size", "layout", "gated", "admin", "twice", "kb", "Quote this"}
    assert scene.server.gateway.compressions[0] in {"zlib-stream", "zstd-stream"}


async def test_commands_keep_their_ids_over_a_second_sync(scene: Scene):
    before = {command["id"] for command in scene.server.commands.listed(None)}
    await scene.client.tree.sync()
    assert {command["id"] for command in scene.server.commands.listed(None)} == before


async def test_deferred_answer_is_edited_and_followed_up(scene: Scene):
    asked = scene.server.slash(scene.alice, scene.channel, "ask", question="why")
    answer = await scene.server.settled(asked)
    assert asked.callback_type is CallbackType.DEFERRED_MESSAGE
    assert asked.ack_latency_seconds is not None
    assert asked.ack_latency_seconds > 0
    assert answer.content == "answer to why"
    assert "a quote" in answer.text
    assert answer.labels == ["More", "Ask"]
    [followup] = await scene.server.wait_until(lambda: asked.followups)
    assert followup.is_ephemeral
    assert not answer.is_ephemeral
    assert scene.server.messages(scene.channel) == [answer]


async def test_first_followup_fills_the_thinking_message_and_keeps_its_ephemeral_flag(scene: Scene):
    asked = scene.server.slash(scene.alice, scene.channel, "layout", text="A sentence. [1]")
    answer = await scene.server.settled(asked)
    assert answer is asked.original
    assert asked.followups == []
    assert answer.is_ephemeral
    assert answer.flags & discord.MessageFlags(components_v2=True).value
    assert "A sentence. [1]" in answer.text
    assert answer.labels == ["Show", "Thread"]


async def test_button_inside_a_section_of_a_container_can_be_pressed(scene: Scene):
    asked = scene.server.slash(scene.alice, scene.channel, "layout", text="text")
    answer = await scene.server.settled(asked)
    pressed = scene.server.press(scene.alice, answer, label="Show")
    assert (await scene.server.settled(pressed)).content == "the source"
    with pytest.raises(AssertionError, match="bob never saw it"):
        scene.server.press(scene.bob, answer, custom_id="show")
    with pytest.raises(AssertionError, match="is a link"):
        scene.server.press(scene.alice, answer, label="Thread")


async def test_button_that_defers_edits_the_message_it_stands_on(scene: Scene):
    answer = await scene.server.settled(
        scene.server.slash(scene.alice, scene.channel, "ask", question="why")
    )
    pressed = scene.server.press(scene.bob, answer, label="More")
    assert await scene.server.settled(pressed) is answer
    assert pressed.callback_type is CallbackType.DEFERRED_UPDATE
    assert answer.content == "more"
    assert answer.buttons == []
    with pytest.raises(AssertionError, match="no button 'More'"):
        scene.server.press(scene.bob, answer, label="More")


async def test_select_updates_its_message(scene: Scene):
    answer = await scene.server.settled(
        scene.server.slash(scene.alice, scene.channel, "ask", question="why")
    )
    await scene.server.settled(scene.server.choose(scene.alice, answer, ["One"]))
    assert answer.content == "picked 1"


async def test_modal_is_opened_filled_and_submitted(scene: Scene):
    answer = await scene.server.settled(
        scene.server.slash(scene.alice, scene.channel, "ask", question="why")
    )
    pressed = await scene.server.acknowledged(scene.server.press(scene.alice, answer, label="Ask"))
    assert pressed.callback_type is CallbackType.MODAL
    submitted = scene.server.submit(scene.alice, pressed, {"Question": "how"})
    assert (await scene.server.settled(submitted)).content == "asked: how"
    with pytest.raises(AssertionError, match="max_length"):
        scene.server.submit(scene.alice, pressed, {"question": "x" * 201})


async def test_autocomplete_offers_up_to_25_choices(scene: Scene):
    typed = scene.server.autocomplete(scene.alice, scene.channel, "ask", "question", "25")
    await scene.server.acknowledged(typed)
    assert len(typed.choices) == 25


async def test_26_autocomplete_choices_are_rejected(scene: Scene):
    typed = scene.server.autocomplete(scene.alice, scene.channel, "ask", "question", "26")
    [violation] = await scene.server.wait_until(scene.server.take_violations)
    assert violation.rejected
    assert "data/choices" in str(violation)
    await scene.server.wait_until(lambda: scene.errors.records)
    assert provoked(scene.errors).code == 50035
    assert not typed.is_acknowledged
    scene.server.excuse(typed)


@pytest.mark.parametrize(("characters", "accepted"), [(2000, True), (2001, False)])
async def test_content_ends_at_2000_characters(scene: Scene, characters: int, accepted: bool):
    sent = scene.server.slash(scene.alice, scene.channel, "size", characters=characters)
    if accepted:
        assert len((await scene.server.settled(sent)).content) == characters
        return
    await scene.server.wait_until(lambda: scene.errors.records)
    assert provoked(scene.errors).code == 50035
    [violation] = scene.server.take_violations("2000 or fewer")
    assert violation.path.endswith("/callback")
    scene.server.excuse(sent)


async def test_late_callback_finds_an_unknown_interaction(scene: Scene):
    late = scene.server.slash(scene.alice, scene.channel, "gated")
    scene.server.advance_clock(3.1)
    scene.client.gate.set()
    with pytest.raises(AssertionError, match="10062"):
        await scene.server.acknowledged(late)
    await scene.server.wait_until(lambda: scene.errors.records)
    assert provoked(scene.errors).code == 10062
    with pytest.raises(AssertionError, match="never acknowledged"):
        scene.server.assert_clean()
    scene.server.excuse(late)


async def test_token_expires_after_15_minutes(scene: Scene):
    deferred = scene.server.slash(scene.alice, scene.channel, "gated", defer=True)
    await scene.server.acknowledged(deferred)
    scene.server.advance_clock(15 * 60 + 1)
    scene.client.gate.set()
    await scene.server.wait_until(lambda: scene.errors.records)
    assert provoked(scene.errors).code == 50027
    assert not deferred.is_settled


async def test_second_acknowledgement_is_refused(scene: Scene):
    answered = scene.server.slash(scene.alice, scene.channel, "twice")
    await scene.server.wait_until(lambda: scene.errors.records)
    assert provoked(scene.errors).code == 40060
    assert (await scene.server.settled(answered)).content == "once"


async def test_command_is_hidden_from_members_without_its_permissions(scene: Scene):
    with pytest.raises(CommandHidden, match="/admin needs permissions"):
        scene.server.slash(scene.alice, scene.channel, "admin")
    forced = scene.server.slash(scene.alice, scene.channel, "admin", force=True)
    assert (await scene.server.settled(forced)).content == "not yours"
    manager = ORDINARY_MEMBER | Permission.MANAGE_GUILD
    allowed = scene.server.slash(scene.alice, scene.channel, "admin", permissions=manager)
    assert (await scene.server.settled(allowed)).content == "done"


async def test_subcommands_and_message_commands_run(scene: Scene):
    listed = scene.server.slash(scene.alice, scene.channel, "kb list")
    assert (await scene.server.settled(listed)).content == "none yet"
    said = scene.server.say(scene.bob, scene.channel, "quotable")
    quoted = scene.server.context_menu(scene.alice, said, "Quote this")
    assert (await scene.server.settled(quoted)).content == "> quotable"


async def test_slash_refuses_what_the_client_would_not_send(scene: Scene):
    attempts: list[tuple[str, dict[str, Any], str]] = [
        ("nothing", {}, "not registered"),
        ("ask", {}, "needs"),
        ("ask", {"question": 3}, "option type"),
        ("ask", {"question": "why", "extra": 1}, "no options"),
        ("kb", {}, "subcommands"),
    ]
    for command, options, complaint in attempts:
        with pytest.raises(AssertionError, match=complaint):
            scene.server.slash(scene.alice, scene.channel, command, **options)
    assert scene.server.interactions == []


async def test_mention_gets_a_reply_and_other_talk_does_not(scene: Scene):
    scene.server.say(scene.alice, scene.channel, "hello all")
    asked = scene.server.say(scene.alice, scene.channel, f"{scene.mention} hello")
    [reply] = await scene.server.wait_until(lambda: scene.server.replies_to(asked))
    assert reply.content.endswith("hello")
    follow_up = scene.server.say(scene.alice, scene.channel, f"{scene.mention} and", reply)
    await scene.server.wait_until(lambda: scene.server.replies_to(follow_up))
    assert len(scene.server.messages(scene.channel)) == 5


async def test_private_messages_are_answered(scene: Scene):
    private = scene.server.direct_message_channel(scene.alice)
    asked = scene.server.say(scene.alice, private, "hello")
    [reply] = await scene.server.wait_until(lambda: scene.server.replies_to(asked))
    assert reply.channel == private
    answer = await scene.server.settled(
        scene.server.slash(scene.alice, private, "size", characters=3)
    )
    assert answer.content == "xxx"


async def test_bot_opens_a_private_channel_by_itself(scene: Scene):
    private = await scene.client.create_dm(discord.Object(int(scene.bob.id)))
    await private.send("a word in private", suppress_embeds=True)
    [message] = scene.server.messages(scene.server.direct_message_channel(scene.bob))
    assert message.content == "a word in private"


async def test_commands_of_one_guild_are_offered_there_only(scene: Scene):
    elsewhere = scene.server.add_channel(scene.server.add_guild("other", [scene.alice]), "general")
    scene.client.tree.clear_commands(guild=None)
    await scene.client.tree.sync()
    lab = discord.Object(int(scene.channel.guild_id or 0))
    scene.client.tree.add_command(size, guild=lab)
    await scene.client.tree.sync(guild=lab)
    answered = scene.server.slash(scene.alice, scene.channel, "size", characters=1)
    assert (await scene.server.settled(answered)).content == "x"
    with pytest.raises(AssertionError, match="not registered"):
        scene.server.slash(scene.alice, elsewhere, "size", characters=1)


async def test_thread_is_created_from_a_message(scene: Scene):
    asked = scene.server.say(scene.alice, scene.channel, f"{scene.mention} thread please")
    thread = await scene.server.wait_until(lambda: scene.server.world.channels.get(asked.id))
    assert thread
    [message] = await scene.server.wait_until(lambda: scene.server.messages(thread))
    assert message.content == "in the thread"


@pytest.mark.parametrize("how", ["close", "abort", "reconnect", "invalid_resumable"])
async def test_dropped_gateway_is_resumed_and_nothing_is_missed(scene: Scene, how: Drop):
    await scene.server.drop_gateway(how)
    asked = scene.server.say(scene.alice, scene.channel, f"{scene.mention} while you were away")
    await scene.server.wait_until(lambda: "resumed" in scene.client.connection_events)
    replies = await scene.server.wait_until(lambda: scene.server.replies_to(asked))
    assert len(replies) == 1
    assert (scene.server.gateway.identifies, scene.server.gateway.resumes) == (1, 1)


async def test_invalidated_session_identifies_again(scene: Scene):
    await scene.server.drop_gateway("invalid")
    await scene.server.wait_until(lambda: scene.client.connection_events == ["ready", "ready"])
    assert scene.server.gateway.identifies == 2
    asked = scene.server.say(scene.alice, scene.channel, f"{scene.mention} again")
    await scene.server.wait_until(lambda: scene.server.replies_to(asked))


async def test_injected_429_is_waited_out_and_retried(scene: Scene):
    scene.server.inject(Fault.rate_limit("POST", MESSAGES, 0.05, is_global=True))
    asked = scene.server.say(scene.alice, scene.channel, f"{scene.mention} hello")
    await scene.server.wait_until(lambda: scene.server.replies_to(asked))
    sent = [request.status for request in scene.server.requests if request.method == "POST"]
    assert sent == [429, 200]


async def test_message_is_sent_once_though_its_first_answer_was_lost(scene: Scene):
    scene.server.inject(Fault("POST", MESSAGES, status=502, commit=True))
    asked = scene.server.say(scene.alice, scene.channel, f"{scene.mention} hello")
    await scene.server.wait_until(
        lambda: [r for r in scene.server.requests if r.method == "POST" and r.status == 200]
    )
    assert len(scene.server.replies_to(asked)) == 1


async def test_overdrawn_bucket_answers_429_with_the_time_to_wait(discord_server: LoopbackDiscord):
    channel = discord_server.add_channel(discord_server.add_guild("lab", []), "general")
    discord_server.rate_limits.limit = 1
    url = f"{discord_server.rest_url}/channels/{channel.id}/messages"
    silent = {"content": "hello", "allowed_mentions": {"parse": []}}
    token = {"Authorization": f"Bot {discord_server.token}"}
    async with aiohttp.ClientSession(headers=token) as session:
        async with session.post(url, json=silent) as first:
            assert first.status == 200
        async with session.post(url, json=silent) as second:
            assert second.status == 429
            assert "Via" in second.headers
            assert 0 < (await second.json())["retry_after"] <= 1


async def test_bucket_headers_make_the_client_wait_instead_of_running_into_429(scene: Scene):
    scene.server.rate_limits.limit, scene.server.rate_limits.window_seconds = 5, 0.3
    scene.server.say(scene.alice, scene.channel, f"{scene.mention} burst")
    await scene.server.wait_until(lambda: len(scene.server.messages(scene.channel)) == 8)
    assert not any(request.was_rate_limited for request in scene.server.requests)


async def test_message_that_could_notify_somebody_is_a_violation(
    discord_server: LoopbackDiscord,
):
    alice = discord_server.add_user("alice")
    channel = discord_server.add_channel(discord_server.add_guild("lab", [alice]), "general")
    careless = ExampleClient(allowed_mentions=discord.AllowedMentions(everyone=True))
    async with running(careless, discord_server.token):
        await discord_server.settled(discord_server.slash(alice, channel, "size", characters=1))
    with pytest.raises(AssertionError, match="mentions possible"):
        discord_server.assert_clean()
    [violation] = discord_server.take_violations("mentions possible")
    assert not violation.rejected


@pytest.mark.usefixtures("discord_server")
async def test_wrong_token_is_refused():
    with pytest.raises(discord.LoginFailure):
        async with running(ExampleClient(), "another token"):
            pass


async def test_unapproved_intent_closes_the_gateway(discord_server: LoopbackDiscord):
    discord_server.gateway.approved_intents = frozenset()
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(ExampleClient(), discord_server.token):
            pass


async def test_unknown_route_is_reported(scene: Scene):
    with pytest.raises(discord.HTTPException):
        await scene.client.fetch_premium_sticker_packs()
    with pytest.raises(AssertionError, match="unknown route: GET /sticker-packs"):
        scene.server.assert_clean()
    scene.server.unknown_routes.clear()


async def test_heartbeats_are_answered():
    async with LoopbackDiscord(heartbeat_interval_seconds=0.1) as server:
        client = ExampleClient()
        with client_target(server):
            async with running(client, server.token):
                await server.wait_until(lambda: server.gateway.heartbeats >= 3)
                assert client.latency < 1
        server.assert_clean()


def test_target_is_restored():
    @dataclass
    class Elsewhere:
        rest_url: str = "http://127.0.0.1:1/api/v10"
        gateway_url: str = "ws://127.0.0.1:1/gateway"

    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    with client_target(Elsewhere()):
        assert discord.http.Route("GET", "/x").url == "http://127.0.0.1:1/api/v10/x"
    after = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    assert after == before
