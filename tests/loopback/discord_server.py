"""The loopback Discord: one object that serves a bot, plays its users and keeps the record."""

import asyncio
import time
from collections.abc import Callable
from typing import Self, TypeVar

from aiohttp import web

from tests.loopback.clock import ServerClock
from tests.loopback.commands import CommandRegistry
from tests.loopback.gateway import Drop, Gateway
from tests.loopback.interactions import Interaction, InteractionDesk
from tests.loopback.openapi import load_document
from tests.loopback.payloads import Channel, User
from tests.loopback.rest import RestApi
from tests.loopback.routes import Routes
from tests.loopback.sessions import CloseCode
from tests.loopback.traffic import Fault, RateLimits, RestRequest, Violation
from tests.loopback.verbs import UserVerbs
from tests.loopback.world import Message, World

Value = TypeVar("Value")

PATIENCE_SECONDS = 60.0
"""After so long what is waited for will not come, however busy the machine is."""
_POLL_SECONDS = 0.005
_SHUTDOWN_SECONDS = 1.0


class LoopbackDiscord(UserVerbs):
    """Discord for one bot, on 127.0.0.1, for as long as the context lasts.

    ``rest_url`` and ``gateway_url`` are set inside the context; ``token`` is the bot's.  The
    verbs of ``UserVerbs`` play users and return at once; wait with ``acknowledged``, ``settled`` or
    ``wait_until``.

    Args:
        token: the only bot token that is accepted.
        heartbeat_interval_seconds: how often clients must show that they live.
        require_silent_mentions: record every message with text whose ``allowed_mentions``
            would let it notify somebody.
    """

    def __init__(
        self,
        *,
        token: str = "loopback.bot.token",
        heartbeat_interval_seconds: float = 41.25,
        require_silent_mentions: bool = True,
    ) -> None:
        clock = ServerClock()
        world = World(clock)
        gateway = Gateway(world, token, heartbeat_interval_seconds)
        super().__init__(
            world, gateway, CommandRegistry(clock, world.bot.id), InteractionDesk(world)
        )
        self.token = token
        self.rest_url = ""
        self.clock = clock
        self.routes = Routes(world, self.commands, self.desk, lambda: gateway.url)
        self.rest = RestApi(
            token, self.routes, load_document(), require_silent_mentions=require_silent_mentions
        )
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=50 * 2**20)
        application.router.add_route("*", "/api/v10/{tail:.*}", self.rest.handle)
        application.router.add_get(
            r"/attachments/{channel:\d+}/{attachment:\d+}/{name:.*}", self._serve_file
        )
        application.router.add_get("/gateway", self.gateway.handle)
        application.router.add_get("/gateway/", self.gateway.handle)
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.rest_url = f"http://{host}:{port}/api/v10"
        self.gateway.url = f"ws://{host}:{port}/gateway"
        self.world.cdn_url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.gateway.close()
        if self._runner:
            await self._runner.cleanup()

    async def _serve_file(self, request: web.Request) -> web.Response:
        """The content delivery network: what was attached to something, by its address."""
        content = self.world.files.get(request.match_info["attachment"])
        if content is None:
            raise web.HTTPNotFound
        return web.Response(body=content)

    # What the test may read

    @property
    def gateway_url(self) -> str:
        return self.gateway.url

    @property
    def bot(self) -> User:
        """The bot's own user (its id is the application's id too)."""
        return self.world.bot

    @property
    def requests(self) -> list[RestRequest]:
        return self.rest.requests

    @property
    def violations(self) -> list[Violation]:
        return self.rest.violations

    @property
    def unknown_routes(self) -> list[RestRequest]:
        return self.rest.unknown_routes

    @property
    def interactions(self) -> list[Interaction]:
        return self.desk.interactions

    @property
    def rate_limits(self) -> RateLimits:
        """The buckets; set ``limit`` and ``window_seconds`` to make the bot wait."""
        return self.rest.rate_limits

    def messages(self, channel: Channel) -> list[Message]:
        """What everybody in the channel sees, oldest first."""
        return self.world.messages_in(channel)

    def replies_to(self, message: Message) -> list[Message]:
        """The answers that refer to a message."""
        return [m for m in self.world.messages.values() if m.reply_to == message.id]

    # What goes wrong

    def inject(self, fault: Fault) -> Fault:
        """Let something go wrong with coming requests."""
        self.rest.faults.append(fault)
        return fault

    async def drop_gateway(
        self, how: Drop = "close", close_code: int = CloseCode.UNKNOWN_ERROR
    ) -> None:
        """Interrupt the bot's gateway connection; see ``Gateway.drop`` for the ways."""
        await self.gateway.drop(how, close_code)

    def shard(self, count: int) -> None:
        """Recommend a number of shards to clients that ask."""
        self.routes.shards = count

    def advance_clock(self, seconds: float) -> None:
        """Move the server's clock, so that its deadlines pass without waiting."""
        self.clock.skew_seconds += seconds

    # Waiting

    async def wait_until(
        self, predicate: Callable[[], Value], timeout_seconds: float = PATIENCE_SECONDS
    ) -> Value:
        """The predicate's first truthy value.

        Raises:
            AssertionError: it stayed falsy for ``timeout_seconds``.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            value = predicate()
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {timeout_seconds} s: {self._situation()}")
            await asyncio.sleep(_POLL_SECONDS)

    async def acknowledged(
        self, interaction: Interaction, timeout_seconds: float = PATIENCE_SECONDS
    ) -> Interaction:
        """Wait for the bot's first answer; a refused one fails at once.

        Raises:
            AssertionError: no answer in time, or Discord refused it.
        """
        try:
            await asyncio.wait_for(interaction.answered.wait(), timeout_seconds)
        except TimeoutError as error:
            raise AssertionError(
                f"{interaction} was not acknowledged: {self._situation()}"
            ) from error
        refused = [str(refusal) for refusal in interaction.refusals]
        assert interaction.is_acknowledged, f"{interaction} was refused: {refused}"
        return interaction

    async def settled(
        self,
        interaction: Interaction,
        timeout_seconds: float = PATIENCE_SECONDS,
        until: Callable[[Message], bool] = lambda _message: True,
    ) -> Message:
        """The message with which the bot answered, once it says something final.

        Args:
            until: what makes it final, for a bot that edits its answer several times.
        """
        await self.acknowledged(interaction, timeout_seconds)

        def final() -> Message | None:
            message = interaction.original or next(iter(interaction.followups), None)
            done = interaction.is_settled and message is not None and until(message)
            return message if done else None

        message = await self.wait_until(final, timeout_seconds)
        assert message is not None
        return message

    # The record

    def take_violations(self, containing: str = "") -> list[Violation]:
        """Remove and return the violations that a test provoked on purpose."""
        taken = [violation for violation in self.violations if containing in str(violation)]
        self.rest.violations = [v for v in self.violations if v not in taken]
        return taken

    def forget_the_past(self) -> None:
        """Drop the record and all messages, for tests that run for long; complaints stay."""
        self.assert_clean()
        self.rest.requests.clear()
        self.rest.rate_limits.forget_the_past()
        self.world.messages.clear()
        self.desk.forget_the_past()
        self.gateway.forget_the_past()
        self.routes.forget_the_past()

    def excuse(self, interaction: Interaction) -> None:
        """Accept that the bot never acknowledged this interaction."""
        interaction.is_excused = True

    def assert_clean(self) -> None:
        """Fail, with a list, if anything happened that Discord would have complained about."""
        complaints = [f"violation: {violation}" for violation in self.violations]
        complaints += [f"unknown route: {request}" for request in self.unknown_routes]
        complaints += [
            f"never acknowledged: {interaction}"
            for interaction in self.interactions
            if not interaction.is_acknowledged and not interaction.is_excused
        ]
        complaints += [
            f"the loopback Discord's own reply to {request} ({request.status}): {problem}"
            for request in self.requests
            for problem in request.reply_problems
        ]
        assert not complaints, "\n".join(complaints)

    def _situation(self) -> str:
        calls = [f"{request} -> {request.status}" for request in self.requests[-5:]]
        return f"last calls {calls}; violations {[str(v) for v in self.violations]}"
