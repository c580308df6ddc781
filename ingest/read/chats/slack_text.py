"""Slack's ways of writing a message (mrkdwn, blocks, attachments), as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ingest.read.fields import Json
from ingest.understand.bodies import Part, Quoted

_CODE: Final = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_ANGLES: Final = re.compile(r"<([^<>\n]+)>")
_BOLD: Final = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])")
_STRUCK: Final = re.compile(r"(?<![\w~])~(?=[^\s~])([^~\n]+?)(?<=\S)~(?![\w~])")
_TO_THE_END: Final = re.compile(r"^>>>\s?", re.MULTILINE)
_FENCE: Final = "```"


@dataclass(frozen=True, slots=True)
class Names:
    """What people and channels are called, by their ids."""

    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def mrkdwn_parts(text: str, names: Names) -> Iterator[Part]:
    """Yield a message's text as Markdown; what stands behind ``>>>`` is a quote."""
    markdown = mrkdwn(text, names)
    mark = _TO_THE_END.search(markdown)
    if mark is None:
        yield markdown
        return
    yield markdown[: mark.start()]
    yield Quoted(markdown[mark.end() :])


def mrkdwn(text: str, names: Names) -> str:
    """Return a message's text as Markdown: names for ids, links, emphasis, plain characters."""
    pieces = _CODE.split(text)
    return "".join(
        _plain(_ANGLES.sub(lambda found: _reference(found[1], names), piece))
        if number % 2
        else _plain(_prose(piece, names))
        for number, piece in enumerate(pieces)
    )


def _prose(text: str, names: Names) -> str:
    pieces = _ANGLES.split(text)
    return "".join(
        _reference(piece, names)
        if number % 2
        else _STRUCK.sub(r"~~\1~~", _BOLD.sub(r"**\1**", piece))
        for number, piece in enumerate(pieces)
    )


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _reference(inner: str, names: Names) -> str:
    """Return what ``<…>`` shows: a person, a channel, a group, a date or a link."""
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return "@" + (names.people.get(target[1:]) or label or target[1:])
    if target.startswith("#"):
        return "#" + (label or names.channels.get(target[1:]) or target[1:])
    if target.startswith("!"):
        return label or "@" + target[1:].partition("^")[0]
    if target.startswith(("mailto:", "tel:")):
        return "" if "@" in label or label.isdecimal() else label
    if not label or label in {target, target.partition("//")[2]}:
        return target
    return f"[{label}]({target})"


def block_parts(blocks: Json, names: Names) -> Iterator[Part]:
    """Yield what a message's blocks say, for one whose text is empty."""
    for block in _dicts(blocks):
        for part in (block.get("text"), *_dicts(block.get("fields"))):
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                yield mrkdwn(part["text"], names)
        if block.get("type") == "rich_text":
            for section in _dicts(block.get("elements")):
                yield from _rich(section, names)


def _rich(section: dict[str, Any], names: Names) -> Iterator[Part]:
    kind = section.get("type")
    elements = _dicts(section.get("elements"))
    if kind == "rich_text_list":
        items = ("".join(_words(one.get("elements"), names)) for one in elements)
        yield "\n".join(f"- {item}" for item in items)
        return
    text = "".join(_words(elements, names))
    if kind == "rich_text_preformatted":
        yield f"{_FENCE}\n{text}\n{_FENCE}"
    elif kind == "rich_text_quote":
        yield Quoted(text)
    else:
        yield text


def _words(elements: Json, names: Names) -> Iterator[str]:
    for one in _dicts(elements):
        show = _ELEMENTS.get(str(one.get("type")))
        if show is not None:
            yield show(one, names)


def _shown_text(one: dict[str, Any], _: Names) -> str:
    text = str(one.get("text") or "")
    style = one.get("style")
    return f"`{text}`" if isinstance(style, dict) and style.get("code") else text


_ELEMENTS: Final[dict[str, Callable[[dict[str, Any], Names], str]]] = {
    "text": _shown_text,
    "link": lambda one, names: _reference(
        "|".join(str(one[key]) for key in ("url", "text") if one.get(key)), names
    ),
    "user": lambda one, names: _reference(f"@{one.get('user_id')}", names),
    "channel": lambda one, names: _reference(f"#{one.get('channel_id')}", names),
    "broadcast": lambda one, _: f"@{one.get('range')}",
    "emoji": lambda one, _: f":{one.get('name')}:",
}


def attachment_text(attachment: dict[str, Any], names: Names) -> str:
    """Return the words of a card under a message, as Markdown."""
    texts = [_string(attachment, "pretext"), _title(attachment), _string(attachment, "text")]
    for one in _dicts(attachment.get("fields")):
        title, value = _string(one, "title"), _string(one, "value")
        texts.append(f"{title}: {value}" if title and value else title or value)
    told = [text for text in texts if text] or [_string(attachment, "fallback")]
    return "\n\n".join(mrkdwn(text, names) for text in told if text)


def _title(attachment: dict[str, Any]) -> str:
    title, link = _string(attachment, "title"), _string(attachment, "title_link")
    return f"<{link}|{title}>" if title and link and "<" not in title else title


def _string(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    return value.strip() if isinstance(value, str) else ""


def _dicts(value: Json) -> list[dict[str, Any]]:
    there = value if isinstance(value, list | tuple) else ()
    return [one for one in there if isinstance(one, dict)]
