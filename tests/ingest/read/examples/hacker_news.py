from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ingest.read.forums import hacker_news
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said
from tests.ingest.read.html import as_html


def items(posts: Sequence[Said]) -> bytes:
    return json.dumps([_item(said) for said in posts]).encode()


def lines(posts: Sequence[Said]) -> bytes:
    return b"".join(json.dumps(_item(said)).encode() + b"\n" for said in posts)


def _item(said: Said) -> dict[str, Any]:
    fields = {
        "by": said.author,
        "id": int(said.id),
        "kids": [],
        "text": as_html(said.text).removeprefix("<p>").replace("</p>", ""),
        "time": int(said.at.timestamp()),
    }
    if said.parent is None:
        return {**fields, "type": "story", "title": "", "descendants": 3}
    return {**fields, "type": "comment", "parent": int(said.parent)}


# People are known by their name.
_KEEPS = EVERYTHING - {Keeps.AUTHOR_ID}
EXAMPLES = [
    Example(hacker_news.READER, "items.json", items, _KEEPS),
    # Lines can be missing without a trace.
    Example(hacker_news.READER, "items.jsonl", lines, _KEEPS - {Keeps.END}),
]
