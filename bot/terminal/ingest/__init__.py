"""``footnote ingest``, once or again after each change."""

__all__ = ["progress"]
