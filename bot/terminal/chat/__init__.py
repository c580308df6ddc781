"""``footnote chat``: a conversation."""

__all__ = []
