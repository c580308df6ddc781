"""The fixtures of the loopback Discord's own tests."""

from tests.loopback.fixtures import discord_errors, discord_server

__all__ = ["discord_errors", "discord_server"]
