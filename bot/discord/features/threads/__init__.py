"""``/threads``: whole threads about something."""

__all__ = ["command"]
