"""HTML bodies as Markdown, with the quotes in them taken out by their structure.

Own code rather than markdownify: that recurses, which a body nested a thousand deep stops, does
not know whose a quote is, and reads a fifth as many posts in a second.  The tree is walked
with a stack; an element is written once all that is in it has been.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.understand.bodies import Part, Quoted, marked

_WHITE_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK: Final = re.compile(r"[ \t]*\n[ \t]*")
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
_EMPHASIS: Final = {
    "b": "**",
    "strong": "**",
    "i": "*",
    "em": "*",
    "del": "~~",
    "s": "~~",
    "strike": "~~",
}
_DEEPEST_MARKS: Final = 12
"""Quotes and lists deeper than this within each other are written without further marks."""
_DEEPEST: Final = 2_000
_TAG: Final = re.compile(r"<[^<>]*>")
_NESTING_TAG: Final = re.compile(
    r"</?(?!/|!|(?:area|br|col|dd|dt|hr|img|input|li|link|meta|p|td|th|tr|wbr)\b)[a-z]",
    re.IGNORECASE,
)
_CUT: Final = ("…", "...")
_LANGUAGE: Final = re.compile(r"(?:^|\s)(?:lang|language|highlight-source)-([\w+#.-]+)")


@dataclass(frozen=True, slots=True)
class Skip:
    """Says that an element and what is in it are no part of the body."""


Claim = Callable[[LexborNode], "Quoted | Skip | str | None"]
"""What a product knows of an element: a quote (its text is filled in), words that stand for it,
or nothing to be kept."""
_Piece = tuple[bool, Part]
"""Whether it stands on lines of its own, and what it is."""


@dataclass(slots=True)
class _Open:
    """An element whose children are being written."""

    node: LexborNode
    tag: str
    depth: int
    is_in_cell: bool = False
    """Whether a table is around it, in whose cell another one is no table any more."""
    quote: Quoted | None = None
    pieces: list[_Piece] = field(default_factory=list)


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
    stack = [_Open(root, "body", 0)]
    node = root.child
    while True:
        opened = stack[-1]
        if node is None:
            pieces = _close(opened)
            if len(stack) == 1:
                return list(_merged(part for _, part in _joined(pieces)))
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


def _enter(node: LexborNode, opened: _Open, claim: Claim) -> _Open | None:
    """Write what has no children to be looked at; else open the element."""
    tag = node.tag or ""
    if tag == "-text":
        text = _WHITE_SPACE.sub(" ", node.text_content or "")
        opened.pieces.append((False, text))
        return None
    if tag.startswith(("-", "!")) or tag in _SILENT:
        return None
    claimed = claim(node)
    if isinstance(claimed, Quoted):
        return _Open(node, tag, opened.depth, opened.is_in_cell, claimed)
    if claimed is not None:
        opened.pieces += [] if isinstance(claimed, Skip) else [(tag in _BLOCKS, claimed)]
        return None
    if tag == "blockquote" and opened.quote is not None and opened.tag != tag:
        tag = "div"  # the words of the quote around it, which is marked already
    if tag in _LEAVES:
        opened.pieces += _LEAVES[tag](node)
        return None
    depth = opened.depth + (tag in {"blockquote", "li"})
    return _Open(node, tag, depth, opened.is_in_cell or opened.tag in {"td", "th"})


def _close(opened: _Open) -> list[_Piece]:
    if opened.quote is not None:
        return list(_quote_pieces(opened.quote, _joined(opened.pieces)))
    write = _WRITERS.get(opened.tag)
    if write is not None:
        return write(opened)
    if opened.tag in _BLOCKS:
        return _joined(opened.pieces)
    return opened.pieces


def _joined(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Return blocks alone: each run of inline pieces becomes one."""
    blocks: list[_Piece] = []
    run: list[str] = []
    for is_block, part in pieces:
        if is_block or isinstance(part, Quoted):
            blocks += _inline(run)
            blocks.append((True, part))
            run = []
        else:
            run.append(part)
    return blocks + _inline(run)


def _inline(run: Sequence[str]) -> list[_Piece]:
    text = _AROUND_BREAK.sub("\n", "".join(run)).strip()
    if "  " in text and "`" not in text:
        text = re.sub(r" {2,}", " ", text)
    return [(True, text)] if text else []


def _text(pieces: Iterable[_Piece], between: str = "\n\n") -> str:
    """Return pieces as one Markdown text, quotes behind their marks."""
    return between.join(
        marked(part.text) if isinstance(part, Quoted) else part for _, part in _joined(pieces)
    )


def _quote_pieces(quote: Quoted, blocks: Iterable[_Piece]) -> Iterator[_Piece]:
    """Yield a quote; where it quotes another one in turn, each under its own author."""
    own: list[str] = []
    for _, part in blocks:
        if not isinstance(part, Quoted):
            own.append(part)
            continue
        if own:
            yield True, replace(quote, text="\n\n".join(own))
            own = []
        yield True, part
    if own:
        yield True, replace(quote, text="\n\n".join(own))


def _preformatted(node: LexborNode) -> list[_Piece]:
    text = (node.text(deep=True) or "").strip("\n")
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`{3,}", text))])
    return [(True, f"{fence}{_language(node)}\n{text}\n{fence}")] if text.strip() else []


def _language(node: LexborNode) -> str:
    code = node.css_first("code")
    around = node.parent
    for element in (code, node, around):
        attributes = element.attributes if element is not None else {}
        told = attributes.get("data-code-language")
        found = _LANGUAGE.search(attributes.get("class") or "")
        if told or found:
            name = told or (found.group(1) if found else "")
            return "" if name in {"auto", "plaintext", "none"} else name.lower().replace(" ", "-")
    return ""


def _code(node: LexborNode) -> list[_Piece]:
    text = node.text(deep=True) or ""
    mark = "`" * max([1, *(len(run) + 1 for run in re.findall("`+", text))])
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return [(False, f"{mark}{pad}{text}{pad}{mark}")] if text.strip() else []


def _image(node: LexborNode) -> list[_Piece]:
    attributes = node.attributes
    alt = _WHITE_SPACE.sub(" ", attributes.get("alt") or "").strip()
    classes = (attributes.get("class") or "").split()
    source = (attributes.get("src") or "").strip()
    if "avatar" in classes:
        return []
    if "emoji" in classes or not source or source.startswith("data:"):
        return [(False, alt)] if alt else []
    return [(False, f"![{alt}]({source})")]


def _emphasis(opened: _Open) -> list[_Piece]:
    if any(is_block for is_block, _ in opened.pieces):
        return opened.pieces
    text = "".join(part for _, part in opened.pieces if isinstance(part, str))
    inner = text.strip()
    mark = _EMPHASIS[opened.tag]
    if not inner:
        return [(False, text)]
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return [(False, f"{before}{mark}{inner}{mark}{after}")]


def _link(opened: _Open) -> list[_Piece]:
    target = (opened.node.attributes.get("href") or "").strip()
    if any(is_block for is_block, _ in opened.pieces):
        return opened.pieces
    text = "".join(part for _, part in opened.pieces if isinstance(part, str))
    inner = text.strip()
    if not inner or target.startswith(("#", "javascript:", "data:")) or not target:
        return opened.pieces
    address = target.split("//", 1)[-1].rstrip("/")
    if inner.rstrip("/") in {target.rstrip("/"), address} or (
        # Sites shorten what they show of an address.
        inner.endswith(_CUT)
        and (address.startswith(shown := inner.rstrip("….")) or target.startswith(shown))
    ):
        return [(False, target)]
    if target.startswith("mailto:") or inner.startswith("@"):
        return [(False, text)]
    return [(False, f"[{inner}]({target})")]


def _heading(opened: _Open) -> list[_Piece]:
    text = _WHITE_SPACE.sub(" ", _text(opened.pieces, " ")).strip()
    return [(True, f"{'#' * int(opened.tag[1])} {text}")] if text else []


def _quotation(opened: _Open) -> list[_Piece]:
    text = _text(opened.pieces)
    if not text:
        return []
    return [(True, marked(text) if opened.depth <= _DEEPEST_MARKS else text)]


def _item(opened: _Open) -> list[_Piece]:
    # Nested lists stand close to their item; paragraphs of it apart.
    blocks = [part for _, part in _joined(opened.pieces)]
    texts = [marked(part.text) if isinstance(part, Quoted) else part for part in blocks]
    text = ""
    for one in texts:
        between = "\n" if one.startswith(("- ", "1. ")) else "\n\n"
        text += (between if text else "") + one
    return [(True, text)] if text else []


def _list(opened: _Open) -> list[_Piece]:
    numbered = opened.tag == "ol"
    lines = []
    for number, (_, part) in enumerate(_joined(opened.pieces), 1):
        text = marked(part.text) if isinstance(part, Quoted) else part
        mark = f"{number}. " if numbered else "- "
        indent = " " * len(mark) if opened.depth <= _DEEPEST_MARKS else ""
        lines.append(mark + re.sub(r"\n(?=[^\n])", f"\n{indent}", text))
    return [(True, "\n".join(lines))] if lines else []


def _cell(opened: _Open) -> list[_Piece]:
    if opened.is_in_cell:
        return _joined(opened.pieces)
    text = _WHITE_SPACE.sub(" ", _text(opened.pieces, " ")).strip()
    return [(True, text.replace("|", "\\|") or " ")]


def _row(opened: _Open) -> list[_Piece]:
    if opened.is_in_cell:
        return opened.pieces
    # What stands beside the cells is white space between them.
    cells = [part.strip() for block, part in opened.pieces if block and isinstance(part, str)]
    return [(True, f"| {' | '.join(cells)} |")] if any(cells) else []


def _table(opened: _Open) -> list[_Piece]:
    if opened.is_in_cell:
        return _joined(opened.pieces)
    rows = [part for _, part in _joined(opened.pieces) if isinstance(part, str)]
    if not rows:
        return []
    first = next((number for number, row in enumerate(rows) if row.startswith("| ")), None)
    if first is not None:
        columns = rows[first].replace("\\|", "").count("|") - 1
        rows.insert(first + 1, f"|{' --- |' * columns}")
        if first:
            rows.insert(first, "")
    return [(True, "\n".join(rows))]


def _definition(opened: _Open) -> list[_Piece]:
    text = _text(opened.pieces)
    return [(True, f"**{text}**")] if text else []


_LEAVES: Final[dict[str, Callable[[LexborNode], list[_Piece]]]] = {
    "br": lambda _: [(False, "\n")],
    "hr": lambda _: [(True, "---")],
    "img": _image,
    "pre": _preformatted,
    "code": _code,
    "kbd": _code,
    "samp": _code,
    "tt": _code,
}
_WRITERS: Final[dict[str, Callable[[_Open], list[_Piece]]]] = {
    **dict.fromkeys(_EMPHASIS, _emphasis),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    "a": _link,
    "blockquote": _quotation,
    "li": _item,
    "ol": _list,
    "ul": _list,
    "td": _cell,
    "th": _cell,
    "tr": _row,
    "table": _table,
    "dt": _definition,
}
