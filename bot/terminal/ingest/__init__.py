"""``footnote ingest``, once or again after each change."""
