"""``footnote eval``: how well it works, in figures."""

__all__ = []
