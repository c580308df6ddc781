from __future__ import annotations

import json
from collections.abc import Sequence

from ingest.read import jsonl
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said


def write(posts: Sequence[Said]) -> bytes:
    rows = [
        {
            "thread_id": "42",
            "post_id": said.id,
            "text": said.text,
            "author": said.author,
            "author_id": said.author_id,
            "created_at": said.at.isoformat(),
            "parent_id": said.parent,
        }
        for said in posts
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


# One line a post: a file that ends after a line is whole.
EXAMPLE = Example(jsonl.READER, "posts.jsonl", write, EVERYTHING - {Keeps.ORDER, Keeps.END})
