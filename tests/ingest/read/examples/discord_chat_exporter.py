from __future__ import annotations

from collections.abc import Sequence

from ingest.read.discord import chat_exporter as discord_chat_exporter
from tests.ingest.read.conformance import Example, Said
from tests.ingest.sources import Fields, export, message


def write(posts: Sequence[Said]) -> bytes:
    return export(*(_message(said) for said in posts)).encode()


def _message(said: Said) -> Fields:
    reference = {"messageId": said.parent, "channelId": "22", "guildId": "11"}
    return message(1, said.text) | {
        "id": said.id,
        "type": "Reply" if said.parent else "Default",
        "timestamp": said.at.isoformat(),
        "author": {
            "id": said.author_id,
            "name": said.author,
            "discriminator": "0000",
            "nickname": said.author,
            "isBot": False,
            "avatarUrl": "https://cdn.example/avatars/7.png",
        },
        **({"reference": reference} if said.parent else {}),
    }


EXAMPLE = Example(discord_chat_exporter.READER, "Kitchen - support [22].json", write)
