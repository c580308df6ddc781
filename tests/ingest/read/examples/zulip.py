from __future__ import annotations

import json
from collections.abc import Sequence

from ingest.read.chats import zulip
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said
from tests.ingest.read.html import as_html


def topic(posts: Sequence[Said]) -> bytes:
    messages = [
        {
            "content": as_html(said.text),
            "id": int(said.id),
            "sender_full_name": said.author,
            "timestamp": int(said.at.timestamp()),
        }
        for said in posts
    ]
    return json.dumps(messages, indent=4).encode()


def answer(posts: Sequence[Said]) -> bytes:
    messages = [
        {
            "id": int(said.id),
            "sender_id": int(said.author_id),
            "sender_full_name": said.author,
            "sender_email": "user7@example.org",
            "avatar_url": "https://a.example/7.png",
            "content": as_html(said.text),
            "timestamp": int(said.at.timestamp()),
            "display_recipient": "wheels",
            "stream_id": 12,
            "subject": "A wheel that rubs",
            "type": "stream",
        }
        for said in posts
    ]
    return json.dumps({"result": "success", "messages": messages}).encode()


# Nothing but a quote says what a message answers.
_KEEPS = EVERYTHING - {Keeps.PARENT}
EXAMPLES = [
    Example(zulip.READER, "12-wheels/Rubbing.json", topic, _KEEPS - {Keeps.AUTHOR_ID}),
    Example(zulip.READER, "messages.json", answer, _KEEPS),
]
