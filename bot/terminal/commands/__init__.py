"""One file a command."""

__all__ = []
