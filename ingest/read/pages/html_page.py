"""HTML files: a page each, without its menus.  Saved pages of known forums are refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.drafts import POSSIBLE, Found, Reader
from ingest.files.decoding import decode
from ingest.read.fields import clean
from ingest.read.pages.pages import page
from ingest.sources import SourceFile
from ingest.understand.bodies import Quoted
from ingest.understand.html_bodies import Skip, element_parts, is_too_deep
from retrieval.errors import FileRefusedError

KIND: Final = "html"
_OPENING: Final = re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
_CONTENT: Final = ("main", "article", "[role=main]", "#content", "#main")
_MENUS: Final = frozenset({"nav", "footer", "aside", "form", "dialog", "menu"})
_ROLES: Final = frozenset({"navigation", "banner", "contentinfo", "search", "complementary"})
_HIDDEN: Final = re.compile(r"display:\s*none|visibility:\s*hidden")
# What a page is made by, and what to do instead: its posts cannot be told apart in it.
_PRODUCTS: Final = (
    (b'content="Discourse', "Discourse", "save the topic's /t/ID.json?print=true"),
    (b"chatlog__message", "DiscordChatExporter", "export again with the format JSON"),
    (b'content="GitHub"', "GitHub", "export with gh issue list --json"),
    (b"<shreddit-app", "Reddit", "add .json to the thread's address and save that"),
    (b"news.ycombinator.com/item", "Hacker News", "save hn.algolia.com/api/v1/items/ID"),
)


def sniff(name: str, head: bytes) -> float:
    """Say how likely a file is an HTML page, by how it begins or is called."""
    if _OPENING.search(head[:2_048]):
        return 0.5
    is_called = name.lower().endswith((".html", ".htm", ".xhtml"))
    return POSSIBLE if is_called and b"\x00" not in head else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the page.

    Raises:
        FileRefusedError: if it cannot be decoded, or holds what many people wrote.
    """
    for sign, product, instead in _PRODUCTS:
        if sign in source.head:
            raise FileRefusedError(
                source.name, f"is a page of {product} as a browser shows it: {instead}"
            )
    html = clean(decode(source))
    if is_too_deep(html):
        raise FileRefusedError(source.name, "is nested too deeply for a page")
    tree = LexborHTMLParser(html)
    title = tree.css_first("head title") or tree.css_first("h1")
    root = next(filter(None, map(tree.css_first, _CONTENT)), tree.body)
    parts = element_parts(root, _claim) if root is not None else []
    yield from page(source, parts, title=title.text(deep=True) if title is not None else None)


def _claim(node: LexborNode) -> Quoted | Skip | str | None:
    told = node.attributes
    unseen = "hidden" in told or _HIDDEN.search(told.get("style") or "") is not None
    return Skip() if unseen or node.tag in _MENUS or told.get("role") in _ROLES else None


READER: Final = Reader(
    kind=KIND,
    label="HTML page",
    suffixes=(".html", ".htm"),
    sniff=sniff,
    read=read,
    example="<!doctype html><title>Opening hours</title><main>…</main>",
    export="Save the page in a browser (“HTML only”), or put a documentation's built pages here.",
)
