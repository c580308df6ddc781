from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ingest.read.forums import reddit
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said


def lines(posts: Sequence[Said]) -> bytes:
    opening = min(posts, key=lambda said: said.at).id if posts else ""
    return b"".join(json.dumps(_thing(said, opening)).encode() + b"\n" for said in posts)


def page(posts: Sequence[Said]) -> bytes:
    opening = min(posts, key=lambda said: said.at).id if posts else ""
    things = [_thing(said, opening) for said in posts]
    listings = [
        _listing("t3", [thing for thing in things if "title" in thing]),
        _listing("t1", [thing for thing in things if "title" not in thing]),
    ]
    return json.dumps(listings).encode()


def _listing(kind: str, things: Sequence[Any]) -> dict[str, Any]:
    children = [{"kind": kind, "data": thing} for thing in things]
    return {"kind": "Listing", "data": {"after": None, "children": children}}


def _thing(said: Said, opening: str) -> dict[str, Any]:
    body = said.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    fields = {
        "id": said.id,
        "author": said.author,
        "author_fullname": said.author_id,
        "created_utc": said.at.timestamp(),
        "edited": False,
        "score": 2,
        "subreddit": "wheels",
        "permalink": f"/r/wheels/comments/{opening}/x/{said.id}/",
    }
    if said.id == opening:
        return {**fields, "title": "", "selftext": body, "is_self": True}
    parent = f"{'t3' if said.parent == opening else 't1'}_{said.parent}"
    return {**fields, "link_id": f"t3_{opening}", "parent_id": parent, "body": body}


EXAMPLES = [
    # Lines can be missing without a trace.
    Example(reddit.READER, "wheels_comments.ndjson", lines, EVERYTHING - {Keeps.END}),
    Example(reddit.READER, "thread.json", page),
]
