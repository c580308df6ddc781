"""The SQLite file that knows every thread, post and passage."""

__all__ = [
    "catalogue",
    "conditions",
    "contents",
    "library",
    "new_posts",
    "outlines",
    "ruled",
    "sketches",
    "stored_files",
]
