from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.read.forums import discourse
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said
from tests.ingest.read.html import as_html


def topic(posts: Sequence[Said]) -> bytes:
    fields = {
        "post_stream": {
            "posts": [_post(said) | {"cooked": as_html(said.text)} for said in posts],
            "stream": [int(said.id) for said in posts],
        },
        "timeline_lookup": [[1, 3]],
        "id": 7,
        "title": "A wheel that rubs",
        "slug": "a-wheel-that-rubs",
        "posts_count": len(posts),
        "tags": ["wheels"],
    }
    return json.dumps(fields).encode()


def posts_one_a_file(posts: Sequence[Said]) -> Mapping[str, bytes]:
    return {
        f"{number}-{said.id}.json": json.dumps(
            {**_post(said), "topic_title": "A wheel that rubs", "raw": said.text}
        ).encode()
        for number, said in enumerate(posts)
    }


def _post(said: Said) -> dict[str, Any]:
    return {
        "id": int(said.id),
        "post_number": int(said.id),
        "post_type": 1,
        "username": said.author,
        "name": "",
        "user_id": int(said.author_id),
        "avatar_template": "/user_avatar/forum.example.org/ada/{size}/2_2.png",
        "created_at": said.at.isoformat(),
        "updated_at": said.at.isoformat(),
        "version": 1,
        "reply_to_post_number": int(said.parent) if said.parent else None,
        "actions_summary": [{"id": 2, "count": 1}],
        "topic_id": 7,
        "topic_slug": "a-wheel-that-rubs",
        "hidden": False,
        "deleted_at": None,
    }


EXAMPLES = [
    Example(discourse.READER, "topic-7.json", topic),
    # A file of which nothing is left is not known for a post.
    Example(discourse.READER, "posts", posts_one_a_file, EVERYTHING - {Keeps.END}),
]
