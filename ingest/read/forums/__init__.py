"""Exports of forums and issue trackers."""

__all__ = [
    "discourse",
    "forum_magnum",
    "forum_magnum_markdown",
    "github",
    "hacker_news",
    "reddit",
    "stack_exchange",
]
