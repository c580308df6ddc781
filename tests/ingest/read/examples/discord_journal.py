from __future__ import annotations

from collections.abc import Sequence

from ingest.journal.lines import Header, encoded, header_line, message_line
from ingest.read.discord import journal as discord_journal
from tests.ingest.read.conformance import EVERYTHING, Example, Keeps, Said

HEADER = Header("1", "Keepers", "2", "GuildPublicThread", "Tides", "3", "talk")


def write(posts: Sequence[Said]) -> bytes:
    lines = [header_line(HEADER)]
    for said in posts:
        message = {
            "id": said.id,
            "type": "Reply" if said.parent else "Default",
            "timestamp": said.at.isoformat(),
            "content": said.text,
            "author": {"id": said.author_id, "name": said.author},
            "reference": {"messageId": said.parent} if said.parent else None,
        }
        lines.append(message_line(message))
    return encoded(lines)


# One line a post: a file that ends after a line is whole.
EXAMPLE = Example(discord_journal.READER, "2.jsonl", write, EVERYTHING - {Keeps.ORDER, Keeps.END})
