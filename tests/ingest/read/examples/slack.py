from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ingest.read.chats import slack
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def answer(posts: Sequence[Said]) -> bytes:
    return json.dumps({"ok": True, "messages": _messages(posts), "has_more": False}).encode()


def export(posts: Sequence[Said]) -> Mapping[str, bytes]:
    people = {said.author_id: said.author for said in posts}
    users = [
        {"id": key, "name": name, "profile": {"display_name": name, "email": "a@example.org"}}
        for key, name in people.items()
    ]
    files = {
        "channels.json": [{"id": "C1", "name": "wheels", "members": list(people)}],
        "users.json": users,
        "wheels/2024-05-01.json": _messages(posts),
    }
    return {name: json.dumps(content).encode() for name, content in files.items()}


def _messages(posts: Sequence[Said]) -> list[dict[str, Any]]:
    root = _stamp(min(posts, key=lambda said: said.at)) if posts else ""
    return [
        {
            "type": "message",
            "user": said.author_id,
            "text": said.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "ts": _stamp(said),
            "thread_ts": root,
        }
        for said in posts
    ]


def _stamp(said: Said) -> str:
    past = said.at - _EPOCH
    return f"{past.days * 86_400 + past.seconds}.{past.microseconds:06}"


# Replies hang on their thread's first message; who has no name is shown by the id.
_KEEPS = EVERYTHING - {Keeps.PARENT, Keeps.AUTHOR}
EXAMPLES = [
    Example(slack.READER, "replies.json", answer, _KEEPS),
    Example(slack.READER, "export", export, _KEEPS - {Keeps.END}),
]
