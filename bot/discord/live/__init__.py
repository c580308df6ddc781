"""The bot's own reading of its server's channels, and who may see what comes of it."""

__all__ = ["audience", "keeper", "readers", "shelf"]
