"""``/source``: the reading room."""

__all__ = ["command", "places", "reading", "view"]
