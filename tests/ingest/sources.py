"""Source files as the readers get them, and exports to be read."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ingest.drafts import Reader, ThreadDraft
from ingest.sources import SourceFile
from retrieval.errors import FileRefusedError


def source(data: bytes | str, name: str = "thread.txt", encoding: str | None = None) -> SourceFile:
    as_bytes = data.encode("utf-8") if isinstance(data, str) else data
    return SourceFile.of(name, as_bytes, encoding)


def threads_in(
    reader: Reader, data: bytes | str, name: str = "thread", encoding: str | None = None
) -> list[ThreadDraft]:
    """Read a file, checking what every draft promises."""
    found = reader.read(source(data, name, encoding))
    threads = [each for each in found if isinstance(each, ThreadDraft)]
    for thread in threads:
        keys = [post.key for post in thread.posts]
        assert len(set(keys)) == len(keys), "two posts of one name"
        for post in thread.posts:
            for paragraph in post.paragraphs:
                assert post.text[paragraph.start :].startswith(paragraph.text)
                assert paragraph.text.strip()
    return threads


def refusal(reader: Reader, data: bytes | str, encoding: str | None = None) -> str:
    with pytest.raises(FileRefusedError) as error:
        list(reader.read(source(data, "the file", encoding)))
    assert error.value.file == "the file"
    assert "\n" not in error.value.reason
    return error.value.reason


Fields = dict[str, object]
MakeMessage = Callable[..., Fields]


def message(number: int, content: str = "", **more: object) -> Fields:
    """A message as DiscordChatExporter writes it, with every field that it writes."""
    fields: Fields = {
        "id": str(1_000_000_000_000_000_000 + number),
        "type": "Default",
        "timestamp": f"2024-05-01T10:{number:02d}:00+00:00",
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": content,
        "author": {
            "id": "7",
            "name": "ada",
            "discriminator": "0000",
            "nickname": "Ada",
            "color": None,
            "isBot": False,
            "roles": [],
            "avatarUrl": "avatars/0.png",
        },
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        "inlineEmojis": [],
    }
    return fields | more


def reply(number: int, content: str, to: int) -> Fields:
    return message(
        number,
        content,
        type="Reply",
        reference={
            "messageId": str(1_000_000_000_000_000_000 + to),
            "channelId": "22",
            "guildId": "11",
        },
    )


def export(*messages: Fields, guild: str = "11", channel: str = "22", name: str = "support") -> str:
    """A whole export of a channel."""
    return json.dumps(
        {
            "guild": {"id": guild, "name": "Bicycle Kitchen", "iconUrl": "icon.png"},
            "channel": {
                "id": channel,
                "type": "GuildTextChat",
                "categoryId": "33",
                "category": "Help",
                "name": name,
                "topic": None,
            },
            "dateRange": {"after": None, "before": None},
            "exportedAt": "2024-06-01T00:00:00+00:00",
            "messages": messages,
            "messageCount": len(messages),
        },
        indent=2,
    )
