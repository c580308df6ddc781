from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ingest.read.discord import text as discord_text
from retrieval.text.wording import squeeze, visible
from tests.ingest.read.conformance import Example, Keeps, Said

RULE = "=" * 62


def log(posts: Sequence[Said]) -> bytes:
    blocks = "".join(
        f"[{said.at:%d-%b-%y %I:%M %p}] {squeeze(visible(said.author))}\n{said.text}\n\n\n"
        for said in posts
    )
    return (
        f"{RULE}\nGuild: Kitchen\nChannel: Help / support\n{RULE}\n\n{blocks}"
        f"{RULE}\nExported {len(posts):,} message(s)\n{RULE}\n"
    ).encode("utf-8", "replace")


# Words can pass for marks of the format, and a time is to the minute.
EXAMPLE = Example(
    discord_text.READER,
    "Kitchen - Help - support [222222222222222222].txt",
    log,
    frozenset({Keeps.ID, Keeps.AUTHOR, Keeps.TIME}),
    clock=timedelta(minutes=1),
)
