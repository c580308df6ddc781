"""Asking: the command, mentions, the answer's card and its buttons."""

__all__ = ["actions", "answers", "asking", "card"]
