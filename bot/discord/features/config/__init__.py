"""``/config``: how the bot behaves in a server."""

__all__ = ["command", "feedback_channel"]
