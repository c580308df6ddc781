from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ingest.read.chats import telegram
from tests.ingest.read.conformance import Example, Said


def chat(posts: Sequence[Said]) -> bytes:
    fields = {
        "name": "Wheels",
        "type": "public_supergroup",
        "id": 77,
        "messages": [_message(said) for said in posts],
    }
    return json.dumps(fields, indent=1).encode()


def _message(said: Said) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": int(said.id),
        "type": "message",
        "date": said.at.replace(tzinfo=None).isoformat(),
        "date_unixtime": str(int(said.at.timestamp())),
        "from": said.author,
        "from_id": said.author_id,
        "text": said.text,
    }
    return fields | ({"reply_to_message_id": int(said.parent)} if said.parent else {})


EXAMPLE = Example(telegram.READER, "result.json", chat)
