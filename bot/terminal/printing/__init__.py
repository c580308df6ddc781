"""What people and programs see on stdout."""

__all__ = ["answers", "files", "json_shapes", "layout", "news", "threads"]
