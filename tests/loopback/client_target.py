"""Points the discord.py of this process at a loopback Discord, and runs a client there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

import discord
import discord.gateway
import discord.http
import yarl


class Target(Protocol):
    """Where a Discord is."""

    @property
    def rest_url(self) -> str: ...
    @property
    def gateway_url(self) -> str: ...


@contextlib.contextmanager
def client_target(target: Target) -> Iterator[None]:
    """Send every discord.py client of this process to ``target`` while the context lasts.

    Both are class attributes that discord.py reads at each use; no method is replaced.
    """
    route, socket = discord.http.Route, discord.gateway.DiscordWebSocket
    before = route.BASE, socket.DEFAULT_GATEWAY
    route.BASE, socket.DEFAULT_GATEWAY = target.rest_url, yarl.URL(target.gateway_url)
    try:
        yield
    finally:
        route.BASE, socket.DEFAULT_GATEWAY = before


@contextlib.asynccontextmanager
async def running(
    client: discord.Client, token: str, timeout_seconds: float = 60.0
) -> AsyncIterator[None]:
    """Run a client until the context ends; entered when it is ready.

    Raises:
        Exception: whatever made the client stop before it was ready.
        TimeoutError: it was not ready in time.
    """
    async with client:
        task = asyncio.create_task(client.start(token))
        ready = asyncio.create_task(client.wait_until_ready())
        try:
            await asyncio.wait(
                {task, ready}, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if task.done():
                task.result()
            if not client.is_ready():
                raise TimeoutError(f"the client was not ready within {timeout_seconds} s")
            yield
        finally:
            ready.cancel()
            await client.close()
            await asyncio.gather(task, ready, return_exceptions=True)
