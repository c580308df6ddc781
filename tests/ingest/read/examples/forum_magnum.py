from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ingest.read.forums import forum_magnum
from tests.ingest.read.conformance import Example, Said
from tests.ingest.read.html import as_html


def answer(posts: Sequence[Said]) -> bytes:
    opening = min(posts, key=lambda said: said.at).id if posts else ""
    results = [_document(said, opening) for said in posts]
    return json.dumps({"data": {"comments": {"results": results}}}).encode()


def _document(said: Said, opening: str) -> dict[str, Any]:
    fields = {
        "_id": said.id,
        "postedAt": said.at.isoformat(),
        "user": {"_id": said.author_id, "displayName": said.author},
        "baseScore": 4,
        "contents": {"html": as_html(said.text)},
    }
    if said.id == opening:
        return {**fields, "title": "", "slug": "a-wheel-that-rubs"}
    parent = said.parent if said.parent != opening else None
    return {**fields, "postId": opening, "parentCommentId": parent}


EXAMPLE = Example(forum_magnum.READER, "comments.json", answer)
