"""HTML bodies as Markdown, with the quotes in them taken out by their structure.

Own code rather than markdownify: that recurses, which a body nested a thousand deep stops, does
not know whose a quote is, and reads a fifth as many posts in a second.  The tree is walked
with a stack; an element is written once all that is in it has been.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.understand.bodies import Part, Quoted
from ingest.understand.html_elements import (
    LEAVES,
    WHITE_SPACE,
    WRITERS,
    Open,
    Piece,
    joined,
    quote_pieces,
)

_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"}
    | {"div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "html", "li", "main", "nav", "ol", "p", "pre"}
    | {"section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_SILENT: Final = frozenset(
    {"audio", "button", "canvas", "head", "iframe", "input", "math", "noscript", "object"}
    | {"script", "select", "style", "svg", "template", "textarea", "title", "video"}
)
_DEEPEST: Final = 2_000
_TAG: Final = re.compile(r"<[^<>]*>")
_NESTING_TAG: Final = re.compile(
    r"</?(?!/|!|(?:area|br|col|dd|dt|hr|img|input|li|link|meta|p|td|th|tr|wbr)\b)[a-z]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Skip:
    """Says that an element and what is in it are no part of the body."""


Claim = Callable[[LexborNode], "Quoted | Skip | str | None"]
"""What a product knows of an element: a quote (its text is filled in), words that stand for it,
or nothing to be kept."""


def html_parts(html: str, claim: Claim = lambda _: None) -> list[Part]:
    """Return the parts of an HTML body; never fails, whatever the HTML is."""
    if is_too_deep(html):
        return [unescape(_TAG.sub(" ", html)).strip()]
    root = LexborHTMLParser(html).body
    return [] if root is None else element_parts(root, claim)


def formula(node: LexborNode) -> str | Skip:
    """Return a formula that KaTeX has set, as the TeX that its author wrote."""
    source = node.css_first("annotation")
    tex = (source.text(deep=True) or "").strip() if source is not None else ""
    return f"${tex}$" if tex else Skip()


def is_too_deep(html: str) -> bool:
    """Tell a body nested beyond reason, on which the parser would spend minutes."""
    if html.count("<") <= _DEEPEST:
        return False
    depth = 0
    for tag in _NESTING_TAG.finditer(html):
        depth = max(0, depth - 1) if tag.group().startswith("</") else depth + 1
        if depth > _DEEPEST:
            return True
    return False


def element_parts(root: LexborNode, claim: Claim = lambda _: None) -> list[Part]:
    """Return the parts of an element that was parsed already."""
    stack = [Open(root, "body", 0)]
    node = root.child
    while True:
        opened = stack[-1]
        if node is None:
            pieces = _close(opened)
            if len(stack) == 1:
                return list(_merged(part for _, part in joined(pieces)))
            stack.pop()
            stack[-1].pieces += pieces
            node = opened.node.next
            continue
        entered = _enter(node, opened, claim)
        if entered is None:
            node = node.next
        else:
            stack.append(entered)
            node = entered.node.child


def _merged(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield parts, what stands between two quotes as one."""
    own: list[str] = []
    for part in parts:
        if isinstance(part, str):
            own.append(part)
            continue
        if own:
            yield "\n\n".join(own)
            own = []
        yield part
    if own:
        yield "\n\n".join(own)


def _enter(node: LexborNode, opened: Open, claim: Claim) -> Open | None:
    """Write what has no children to be looked at; else open the element."""
    tag = node.tag or ""
    if tag == "-text":
        text = WHITE_SPACE.sub(" ", node.text_content or "")
        opened.pieces.append((False, text))
        return None
    if tag.startswith(("-", "!")) or tag in _SILENT:
        return None
    claimed = claim(node)
    if isinstance(claimed, Quoted):
        return Open(node, tag, opened.depth, opened.is_in_cell, claimed)
    if claimed is not None:
        opened.pieces += [] if isinstance(claimed, Skip) else [(tag in _BLOCKS, claimed)]
        return None
    if tag == "blockquote" and opened.quote is not None and opened.tag != tag:
        tag = "div"  # the words of the quote around it, which is marked already
    if tag in LEAVES:
        opened.pieces += LEAVES[tag](node)
        return None
    depth = opened.depth + (tag in {"blockquote", "li"})
    return Open(node, tag, depth, opened.is_in_cell or opened.tag in {"td", "th"})


def _close(opened: Open) -> list[Piece]:
    if opened.quote is not None:
        return list(quote_pieces(opened.quote, joined(opened.pieces)))
    write = WRITERS.get(opened.tag)
    if write is not None:
        return write(opened)
    if opened.tag in _BLOCKS:
        return joined(opened.pieces)
    return opened.pieces
