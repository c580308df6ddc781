"""What forums make of a text that somebody types."""

from __future__ import annotations

from html import escape


def as_html(text: str) -> str:
    lines = escape(text).replace("\r", " ").replace("\n\n", "</p>\n<p>").replace("\n", "<br>\n")
    return f"<p>{lines}</p>"
