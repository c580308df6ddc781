"""What goes wrong between a bot and Discord, as the loopback Discord plays it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import discord
import pytest

from tests.loopback.client_target import client_target, running
from tests.loopback.discord_server import LoopbackDiscord
from tests.loopback.example_surfaces import SurfacesClient
from tests.loopback.fixtures import ErrorLog
from tests.loopback.payloads import Channel, User
from tests.loopback.sessions import CloseCode
from tests.loopback.traffic import Fault, RouteLimit

MESSAGES = r"/channels/\d+/messages"


@dataclass(frozen=True)
class Scene:
    server: LoopbackDiscord
    client: SurfacesClient
    channel: Channel
    alice: User
    errors: ErrorLog

    async def send(self, text: str) -> None:
        place = self.client.get_channel(int(self.channel.id))
        assert isinstance(place, discord.TextChannel)
        await place.send(text, suppress_embeds=True)

    async def answer(self) -> str:
        sent = self.server.slash(self.alice, self.channel, "whoami")
        return (await self.server.settled(sent)).content


@pytest.fixture
async def scene(discord_server: LoopbackDiscord, discord_errors: ErrorLog) -> AsyncIterator[Scene]:
    alice = discord_server.add_user("alice")
    channel = discord_server.add_channel(discord_server.add_guild("lab", [alice]), "general")
    client = SurfacesClient()
    async with running(client, discord_server.token):
        yield Scene(discord_server, client, channel, alice, discord_errors)


def statuses(server: LoopbackDiscord, method: str = "POST") -> list[int]:
    return [request.status for request in server.requests if request.method == method]


async def test_a_narrow_bucket_holds_for_its_route_only(scene: Scene):
    scene.server.rate_limits.routes.append(RouteLimit("POST", MESSAGES, 2, 0.3))
    for number in range(5):
        await scene.send(str(number))
    messages = [request for request in scene.server.requests if request.path.endswith("/messages")]
    assert [request.status for request in messages] == [200] * 5
    assert len(scene.server.messages(scene.channel)) == 5
    assert await scene.answer()


async def test_the_global_limit_stops_everything_but_interactions(scene: Scene):
    scene.server.rate_limits.global_limit_per_second = 1
    await asyncio.gather(scene.send("one"), scene.send("two"), scene.answer())
    assert len(scene.server.messages(scene.channel)) == 3
    limited = [request for request in scene.server.requests if request.was_rate_limited]
    assert limited
    assert all(request.reply["global"] for request in limited)
    assert not any(request.path.startswith("/interactions") for request in limited)


async def test_a_message_that_failed_before_it_was_committed_is_sent_again(scene: Scene):
    scene.server.inject(Fault("POST", MESSAGES, status=502))
    await scene.send("once")
    assert statuses(scene.server) == [502, 200]
    assert len(scene.server.messages(scene.channel)) == 1


async def test_a_committed_followup_whose_reply_was_lost_appears_twice(scene: Scene):
    """Discord does so; a bot must not answer by followups."""
    sent = scene.server.slash(scene.alice, scene.channel, "whoami")
    await scene.server.settled(sent)
    [interaction] = scene.server.interactions
    webhook = discord.Webhook.partial(
        int(scene.server.bot.id),
        interaction.token,
        client=scene.client,
    )
    scene.server.inject(Fault("POST", r"/webhooks/.*", status=502, commit=True))
    await webhook.send("twice", wait=True, allowed_mentions=discord.AllowedMentions.none())
    assert [message.content for message in interaction.followups] == ["twice", "twice"]


@pytest.mark.parametrize("skew_seconds", [-20 * 60.0, 20 * 60.0])
async def test_a_server_clock_that_is_wrong_changes_nothing(scene: Scene, skew_seconds: float):
    scene.server.advance_clock(skew_seconds)
    assert await scene.answer() == "en-US ['@everyone'] True"
    await scene.send("hello")


@pytest.mark.parametrize(
    ("code", "identifies"),
    [
        (CloseCode.UNKNOWN_ERROR, 1),
        (CloseCode.RATE_LIMITED, 1),
        (CloseCode.INVALID_SEQUENCE, 2),
        (CloseCode.SESSION_TIMED_OUT, 2),
    ],
)
async def test_a_close_code_is_followed_by_resume_or_by_a_new_session(
    scene: Scene, code: CloseCode, identifies: int
):
    await scene.server.drop_gateway("close", code)
    await scene.server.wait_until(lambda: len(scene.client.connection_events) == 2)
    assert scene.server.gateway.identifies == identifies
    assert await scene.answer()


async def test_a_handshake_that_fails_is_tried_again(scene: Scene):
    scene.server.gateway.refused_handshakes = 1
    await scene.server.drop_gateway("abort")
    await scene.server.wait_until(
        lambda: "resumed" in scene.client.connection_events, timeout_seconds=10
    )
    assert await scene.answer()
    [refused] = scene.errors.take()
    assert isinstance(refused, aiohttp.WSServerHandshakeError)


async def test_a_heartbeat_is_sent_at_once_when_asked_for(scene: Scene):
    before = scene.server.gateway.heartbeats
    scene.server.gateway.ask_for_heartbeats()
    await scene.server.wait_until(lambda: scene.server.gateway.heartbeats > before)


async def test_a_connection_that_acknowledges_no_heartbeat_is_given_up_and_resumed(
    discord_errors: ErrorLog,
):
    async with LoopbackDiscord(heartbeat_interval_seconds=0.1) as server:
        alice = server.add_user("alice")
        channel = server.add_channel(server.add_guild("lab", [alice]), "general")
        client = SurfacesClient(heartbeat_timeout=0.3)
        with client_target(server):
            async with running(client, server.token):
                server.gateway.acknowledges_heartbeats = False
                await server.wait_until(lambda: server.gateway.resumes)
                server.gateway.acknowledges_heartbeats = True
                await server.wait_until(lambda: "resumed" in client.connection_events)
                assert await Scene(server, client, channel, alice, discord_errors).answer()
        server.assert_clean()
