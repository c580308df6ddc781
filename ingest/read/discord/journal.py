"""Journals of live Discord channels, which the bot itself writes (``ingest.journal``).

A thread is the same here and in an export of DiscordChatExporter; each message has the fields
that its JSON has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from ingest.drafts import Found, LeftOut, LeftOutReason, Reader, ThreadDraft
from ingest.journal.lines import MARK, Header, add_up, decoded, header_line
from ingest.read.discord import chat_exporter as discord_chat_exporter
from ingest.read.discord.chat_exporter import Export
from ingest.read.discord.wire import CHANNELS
from ingest.read.discord.wire import Header as ExportHeader
from ingest.sources import SourceFile
from retrieval.errors import FileRefusedError

KIND: Final = "discord-journal"


def sniff(name: str, head: bytes) -> float:  # noqa: ARG001  # content alone decides
    """Say how likely a file is a journal: its first line says that it is one."""
    # Surer than the reader of exports, whose fields its lines have.
    return 1.0 if head.startswith(MARK) else 0.0


def read(source: SourceFile) -> Iterator[Found]:
    """Yield the one thread of a journal.

    Raises:
        FileRefusedError: if nothing says of which channel it is.
    """
    state = add_up(decoded(source.data))
    export = Export(source.name)
    header = state.header or Header("", "", "", "", "")
    try:
        export.begin(ExportHeader.model_validate(header_line(header)))
    except ValidationError as error:
        told = "does not say of which channel it is a journal; remove it, and it is written anew"
        raise FileRefusedError(source.name, told) from error
    for id_ in sorted(state.messages):
        export.take(state.messages[id_])
    posts = export.posts()
    if posts:
        yield ThreadDraft(
            key=export.channel.id,
            title=export.channel.name or None,
            url=export.place,
            posts=posts,
            tags=header.tags,
            is_solved=header.is_solved,
            is_channel=export.channel.type in CHANNELS,
            room=header.room,
        )
    yield LeftOut(LeftOutReason.DELETED, len(state.deleted))
    yield LeftOut(LeftOutReason.REPEATED, state.outdated)
    yield from (LeftOut(reason, count) for reason, count in export.left_out.items() if count)


READER: Final = Reader(
    kind=KIND,
    label="Footnote's journal of a Discord channel",
    suffixes=(".jsonl",),
    sniff=sniff,
    read=read,
    example='{"journal": 1, "guild": {…}, "channel": {…}}',
    export="The bot writes it itself: choose channels with /learn, or footnote discord learn.",
    family=discord_chat_exporter.KIND,
)
