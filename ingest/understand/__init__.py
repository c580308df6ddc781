"""From a post's text to whose words it holds, and to the passages that are indexed."""

__all__ = [
    "addresses",
    "bodies",
    "contents",
    "html_bodies",
    "linking",
    "paragraphs",
    "passages",
    "passes",
    "posts",
]
