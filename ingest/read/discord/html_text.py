"""A message's words out of DiscordChatExporter's HTML, line breaks as they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from ingest.read.discord.markup import HIDDEN
from ingest.understand.bodies import Part, Quoted

_MARKS: Final = {"strong": "**", "em": "*", "s": "~~", "del": "~~", "u": "__"}
_SILENT: Final = frozenset({"script", "style", "svg", "video", "audio", "-comment"})
_BLOCKS: Final = frozenset({"div", "p", "ul", "ol", "h1", "h2", "h3", "blockquote"})
_DEEPEST: Final = 100
_LINES: Final = re.compile(r"\n{3,}")


def parts_of(node: LexborNode) -> list[Part]:
    """Return what stands in an element, quotes apart."""
    parts: list[Part] = []
    run: list[str] = []
    for piece in _pieces(node, 0):
        if isinstance(piece, Quoted):
            parts += _own(run)
            parts.append(piece)
            run = []
        else:
            run.append(piece)
    return parts + _own(run)


def words_of(node: LexborNode | None) -> str:
    """Return what stands in an element, quotes and all, as one text."""
    if node is None:
        return ""
    pieces = (p.text if isinstance(p, Quoted) else p for p in _pieces(node, 0))
    return _LINES.sub("\n\n", "".join(pieces)).strip()


def classes_of(node: LexborNode) -> frozenset[str]:
    """Return the classes of an element."""
    return frozenset((node.attributes.get("class") or "").split())


def _own(run: list[str]) -> list[Part]:
    text = _LINES.sub("\n\n", "".join(run)).strip("\n")
    return [text] if text.strip() else []


def _pieces(node: LexborNode, depth: int) -> Iterator[str | Quoted]:
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            yield child.text_content or ""
        elif tag not in _SILENT:
            yield from _element(child, tag, depth + 1)


def _element(node: LexborNode, tag: str, depth: int) -> Iterator[str | Quoted]:
    kinds = {name.removeprefix("chatlog__").removeprefix("markdown-") for name in classes_of(node)}
    whole = _whole(node, tag, kinds, depth)
    if whole is not None:
        yield whole
        return
    between = "\n" if tag in _BLOCKS and "markdown" not in kinds else ""
    yield between
    yield from _pieces(node, depth)
    yield between


def _whole(node: LexborNode, tag: str, kinds: set[str], depth: int) -> str | Quoted | None:
    """Return what stands for an element, None where its children speak for themselves."""
    if depth > _DEEPEST:
        return node.text(deep=True) or ""
    if "edited-timestamp" in kinds or any(kind.startswith("spoiler") for kind in kinds):
        return "" if "edited-timestamp" in kinds else HIDDEN
    inside = node.css_first("[class*=quote-content]")
    if kinds & {"quote-content", "quote"} and inside in {None, node}:
        return Quoted(_within(node, depth))
    if "pre--multiline" in kinds:
        return "\n```\n" + (node.text(deep=True) or "").strip("\n") + "\n```\n"
    if tag == "code" or "pre--inline" in kinds:
        return f"`{node.text(deep=True) or ''}`"
    return _written(node, tag, depth)


def _written(node: LexborNode, tag: str, depth: int) -> str | None:
    if tag in _WRITERS:
        return _WRITERS[tag](node, depth)
    if tag in _MARKS:
        inner = _within(node, depth)
        return f"{_MARKS[tag]}{inner}{_MARKS[tag]}" if inner.strip() else inner
    return None


def _within(node: LexborNode, depth: int) -> str:
    return "".join(p.text if isinstance(p, Quoted) else p for p in _pieces(node, depth))


def _link(node: LexborNode, depth: int) -> str:
    inner = _within(node, depth)
    target = (node.attributes.get("href") or "").strip()
    if not target.startswith(("http://", "https://")) or not inner.strip():
        return inner
    return inner if inner.strip().rstrip("/") == target.rstrip("/") else f"[{inner}]({target})"


def _image(node: LexborNode, _: int) -> str:
    name = node.attributes.get("alt") or ""
    is_emoji = any("emoji" in one for one in classes_of(node))
    custom = is_emoji and re.fullmatch(r":?\w{2,40}:?", name, re.ASCII)
    return f":{name.strip(':')}:" if custom else name if is_emoji else ""


_WRITERS: Final[dict[str, Callable[[LexborNode, int], str]]] = {
    "br": lambda _node, _depth: "\n",
    "a": _link,
    "img": _image,
    "li": lambda node, depth: f"\n- {_within(node, depth).strip()}",
}
