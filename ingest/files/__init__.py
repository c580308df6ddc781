"""Finding, opening and watching files."""

__all__ = ["archives", "decoding", "opening", "rounds", "scanning", "watching"]
