"""From a question to ranked passages."""

__all__ = ["fusion", "hybrid", "spelling", "term_weights", "topics"]
