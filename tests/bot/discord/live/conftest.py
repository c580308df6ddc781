"""Learnt channels on the loopback Discord."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.discord.live.keeper import LiveParts
from ingest.journal.files import Journal
from tests.bot.discord.conftest import (
    RunBot,
    community,
    discord_errors,
    discord_server,
    executor,
    place,
    run_footnote,
)
from tests.loopback.payloads import Channel

__all__ = ["RunBot", "community", "discord_errors", "discord_server", "executor", "place"]
__all__ += ["run_footnote"]


@dataclass
class Corpus:
    """A corpus folder, and who has opted out."""

    path: Path
    outs: set[str] = field(default_factory=set)

    def opted_out(self, author_ids: Collection[str]) -> frozenset[str]:
        return frozenset(self.outs.intersection(author_ids))

    @property
    def parts(self) -> LiveParts:
        return LiveParts(self.path, self.opted_out)

    def file(self, channel: Channel) -> Path:
        room = channel.parent_id or channel.id
        return self.path / "discord" / str(channel.guild_id) / room / f"{channel.id}.jsonl"

    def says(self, channel: Channel) -> list[str]:
        """What the journal of a channel or thread says now, as its reader would read it."""
        messages = Journal(self.file(channel)).messages()
        return [str(messages[id_]["content"]) for id_ in sorted(messages)]

    def lines(self, channel: Channel) -> int:
        return self.file(channel).read_bytes().count(b"\n")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path / "corpus")
