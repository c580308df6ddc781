from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ingest.read.forums import github
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said

_REPO = "https://github.com/ada/wheels"


def gh(posts: Sequence[Said]) -> bytes:
    opening = min(posts, key=lambda said: said.at, default=None)
    if opening is None:
        return b"[]"
    comments = [said for said in posts if said.id != opening.id]
    again = [said for said in posts if said.id == opening.id and said is not opening]
    issue = {
        **_fields(opening),
        "number": 7,
        "title": "",
        "url": f"{_REPO}/issues/7",
        "labels": [{"name": "wheels"}],
        "state": "OPEN",
        "comments": [
            {**_fields(said), "url": f"{_REPO}/issues/7#issuecomment-{said.id}"}
            for said in (*comments, *again)
        ],
    }
    return json.dumps([issue]).encode()


def rest_comments(posts: Sequence[Said]) -> bytes:
    comments = [
        {
            "id": int(said.id),
            "html_url": f"{_REPO}/issues/7#issuecomment-{said.id}",
            "issue_url": "https://api.github.com/repos/ada/wheels/issues/7",
            "user": {"login": said.author, "type": "User", "avatar_url": "https://a.example/7"},
            "created_at": said.at.isoformat(),
            "updated_at": said.at.isoformat(),
            "body": said.text,
        }
        for said in posts
    ]
    return json.dumps(comments).encode()


def _fields(said: Said) -> dict[str, Any]:
    return {
        "id": f"IC_{said.id}",
        "author": {"login": said.author, "is_bot": False},
        "body": said.text,
        "createdAt": said.at.isoformat(),
    }


# Comments stand one after the other, and people are known by their login.
_KEEPS = EVERYTHING - {Keeps.PARENT, Keeps.AUTHOR_ID}
EXAMPLES = [
    Example(github.READER, "issues.json", gh, _KEEPS),
    Example(github.READER, "comments.json", rest_comments, _KEEPS),
]
