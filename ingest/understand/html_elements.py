"""How each element of an HTML body is written in Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from selectolax.lexbor import LexborNode

from ingest.understand.bodies import Part, Quoted, marked

WHITE_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK: Final = re.compile(r"[ \t]*\n[ \t]*")
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
_CUT: Final = ("…", "...")
_LANGUAGE: Final = re.compile(r"(?:^|\s)(?:lang|language|highlight-source)-([\w+#.-]+)")

Piece = tuple[bool, Part]
"""Whether it stands on lines of its own, and what it is."""


@dataclass(slots=True)
class Open:
    """An element whose children are being written."""

    node: LexborNode
    tag: str
    depth: int
    is_in_cell: bool = False
    """Whether a table is around it, in whose cell another one is no table any more."""
    quote: Quoted | None = None
    pieces: list[Piece] = field(default_factory=list)


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Return blocks alone: each run of inline pieces becomes one."""
    blocks: list[Piece] = []
    run: list[str] = []
    for is_block, part in pieces:
        if is_block or isinstance(part, Quoted):
            blocks += _inline(run)
            blocks.append((True, part))
            run = []
        else:
            run.append(part)
    return blocks + _inline(run)


def _inline(run: Sequence[str]) -> list[Piece]:
    text = _AROUND_BREAK.sub("\n", "".join(run)).strip()
    if "  " in text and "`" not in text:
        text = re.sub(r" {2,}", " ", text)
    return [(True, text)] if text else []


def _text(pieces: Iterable[Piece], between: str = "\n\n") -> str:
    """Return pieces as one Markdown text, quotes behind their marks."""
    return between.join(
        marked(part.text) if isinstance(part, Quoted) else part for _, part in joined(pieces)
    )


def quote_pieces(quote: Quoted, blocks: Iterable[Piece]) -> Iterator[Piece]:
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


def _preformatted(node: LexborNode) -> list[Piece]:
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


def _code(node: LexborNode) -> list[Piece]:
    text = node.text(deep=True) or ""
    mark = "`" * max([1, *(len(run) + 1 for run in re.findall("`+", text))])
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return [(False, f"{mark}{pad}{text}{pad}{mark}")] if text.strip() else []


def _image(node: LexborNode) -> list[Piece]:
    attributes = node.attributes
    alt = WHITE_SPACE.sub(" ", attributes.get("alt") or "").strip()
    classes = (attributes.get("class") or "").split()
    source = (attributes.get("src") or "").strip()
    if "avatar" in classes:
        return []
    if "emoji" in classes or not source or source.startswith("data:"):
        return [(False, alt)] if alt else []
    return [(False, f"![{alt}]({source})")]


def _emphasis(opened: Open) -> list[Piece]:
    if any(is_block for is_block, _ in opened.pieces):
        return opened.pieces
    text = "".join(part for _, part in opened.pieces if isinstance(part, str))
    inner = text.strip()
    mark = _EMPHASIS[opened.tag]
    if not inner:
        return [(False, text)]
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return [(False, f"{before}{mark}{inner}{mark}{after}")]


def _link(opened: Open) -> list[Piece]:
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


def _heading(opened: Open) -> list[Piece]:
    text = WHITE_SPACE.sub(" ", _text(opened.pieces, " ")).strip()
    return [(True, f"{'#' * int(opened.tag[1])} {text}")] if text else []


def _quotation(opened: Open) -> list[Piece]:
    text = _text(opened.pieces)
    if not text:
        return []
    return [(True, marked(text) if opened.depth <= _DEEPEST_MARKS else text)]


def _item(opened: Open) -> list[Piece]:
    # Nested lists stand close to their item; paragraphs of it apart.
    blocks = [part for _, part in joined(opened.pieces)]
    texts = [marked(part.text) if isinstance(part, Quoted) else part for part in blocks]
    text = ""
    for one in texts:
        between = "\n" if one.startswith(("- ", "1. ")) else "\n\n"
        text += (between if text else "") + one
    return [(True, text)] if text else []


def _list(opened: Open) -> list[Piece]:
    numbered = opened.tag == "ol"
    lines = []
    for number, (_, part) in enumerate(joined(opened.pieces), 1):
        text = marked(part.text) if isinstance(part, Quoted) else part
        mark = f"{number}. " if numbered else "- "
        indent = " " * len(mark) if opened.depth <= _DEEPEST_MARKS else ""
        lines.append(mark + re.sub(r"\n(?=[^\n])", f"\n{indent}", text))
    return [(True, "\n".join(lines))] if lines else []


def _cell(opened: Open) -> list[Piece]:
    if opened.is_in_cell:
        return joined(opened.pieces)
    text = WHITE_SPACE.sub(" ", _text(opened.pieces, " ")).strip()
    return [(True, text.replace("|", "\\|") or " ")]


def _row(opened: Open) -> list[Piece]:
    if opened.is_in_cell:
        return opened.pieces
    # What stands beside the cells is white space between them.
    cells = [part.strip() for block, part in opened.pieces if block and isinstance(part, str)]
    return [(True, f"| {' | '.join(cells)} |")] if any(cells) else []


def _table(opened: Open) -> list[Piece]:
    if opened.is_in_cell:
        return joined(opened.pieces)
    rows = [part for _, part in joined(opened.pieces) if isinstance(part, str)]
    if not rows:
        return []
    first = next((number for number, row in enumerate(rows) if row.startswith("| ")), None)
    if first is not None:
        columns = rows[first].replace("\\|", "").count("|") - 1
        rows.insert(first + 1, f"|{' --- |' * columns}")
        if first:
            rows.insert(first, "")
    return [(True, "\n".join(rows))]


def _definition(opened: Open) -> list[Piece]:
    text = _text(opened.pieces)
    return [(True, f"**{text}**")] if text else []


LEAVES: Final[dict[str, Callable[[LexborNode], list[Piece]]]] = {
    "br": lambda _: [(False, "\n")],
    "hr": lambda _: [(True, "---")],
    "img": _image,
    "pre": _preformatted,
    "code": _code,
    "kbd": _code,
    "samp": _code,
    "tt": _code,
}
WRITERS: Final[dict[str, Callable[[Open], list[Piece]]]] = {
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
