"""A Discord on 127.0.0.1: gateway and REST v10, close enough for an unmodified discord.py.

Start reading at ``discord_server.LoopbackDiscord``; tests get one from ``fixtures``.
"""
